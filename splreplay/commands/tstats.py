"""`tstats` over what an index keeps of each event: count, and _time, by index, source, sourcetype and host.

Splunk counts these from its index files; here the events are read, so the rows are the same and the speed is
not. Data models are refused by name.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/tstats
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span, nearest
from splreplay.spl.text import Text
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser

INDEXED = ("_time", "_indextime", "host", "index", "source", "sourcetype", "splunk_server")
_CLAUSE = re.compile(r'"(?:[^"\\]|\\.)*"|\[|\]|\b(where|from|by|groupby)\b', re.IGNORECASE)
# How Splunk reads its summaries; there are none here.
_NO_EFFECT = re.compile(r"\b(summariesonly|allow_old_summaries|chunk_size|include_reduced_buckets)\s*=\s*\S+")
_SPAN = re.compile(r"\bspan\s*=\s*(\w+)")


@dataclass(frozen=True)
class Tstats(ast.Node):
    """The pipeline that computes the same from the events."""

    pipeline: ast.Pipeline


def parse(parser: PipelineParser, span: Span) -> Tstats:
    clauses = _clauses(parser.text, span)
    if "from" in clauses:
        raise CompileError("tstats reads no data model here", clauses["from"], "write the search over the events")
    if re.search(r"\b(prestats|append)\s*=\s*(t|true|1)\b", _cut(parser.text, clauses["functions"])):
        raise CompileError(
            "tstats takes neither prestats nor append here",
            clauses["functions"],
            "write | append [| tstats ...]",
        )
    by = clauses.get("by", Span(span.end, span.end))
    found = _SPAN.search(parser.text, by.start, by.end)
    names = _SPAN.sub("", _cut(parser.text, by)).replace(",", " ").split()
    unknown = [name for name in names if name not in INDEXED]
    if unknown:
        raise CompileError(
            f"tstats knows indexed fields only, not '{unknown[0][:60]}'",
            by,
            nearest(unknown[0], INDEXED) or f"indexed are {', '.join(INDEXED)}",
        )
    return Tstats(_pipeline(parser, clauses, found.group(1) if found else "", names, span), span=span)


def _clauses(text: str, span: Span) -> dict[str, Span]:
    """Where each clause stands; the words of a clause do not count in quotes."""
    marks = [
        (match.group(1).lower(), match) for match in _CLAUSE.finditer(text, span.start, span.end) if match.group(1)
    ]
    ends = [*(match.start() for _, match in marks[1:]), span.end] if marks else []
    first = marks[0][1].start() if marks else span.end
    found = {"functions": Span(span.start, first)}
    for (name, match), end in zip(marks, ends, strict=True):
        found["by" if name == "groupby" else name] = Span(match.end(), end)
    return found


def _cut(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _pipeline(
    parser: PipelineParser, clauses: dict[str, Span], step: str, names: list[str], span: Span
) -> ast.Pipeline:
    """`search <where> | bin _time span=... | stats <functions> by <names>`, read in place."""
    where = clauses.get("where", Span(span.start, span.start))
    commands = [ast.Command("search", parser.grammar.commands["search"].parse(parser, where), span=where)]
    functions = _NO_EFFECT.sub("", _cut(parser.text, clauses["functions"]))
    texts = [f"bin _time span={step}"] if step else []
    texts.append(f"stats {functions.strip() or 'count'}{' by ' + ' '.join(names) if names else ''}")
    for text in texts:
        with Text.of(text, "tstats as stats").located():
            commands += parser.within(text).pipeline(Span(0, len(text))).commands
    return ast.Pipeline(tuple(commands), span=span)


def compile_tstats(walk: Walk, before: Relation, node: Tstats) -> Relation:
    return walk.pipeline(node.pipeline)


ROWS = (
    CommandRow(
        "tstats",
        parse,
        compile_tstats,
        generates=True,
        example="| tstats count where index=main by sourcetype",
    ),
)

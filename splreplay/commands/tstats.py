"""`tstats` over what an index keeps of each event beside its text: its time, index, source, sourcetype and host.

Splunk counts these from its index files; here the events are read, so the rows are the same and the speed is
not. `| tstats count where index=main by _time span=1h` runs as
`search index=main | bin _time span=1h | stats count by _time`. Data models are refused by name.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/tstats
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands import COMMANDS
from splreplay.commands.row import CommandRow
from splreplay.scan.source import IndexSource
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span, nearest
from splreplay.spl.fields import filter_fields
from splreplay.spl.text import Text
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser

INDEXED = ("_time", "_indextime", "host", "index", "source", "sourcetype", "splunk_server")
_CLAUSE = re.compile(r'"(?:[^"\\]|\\.)*"|\[|\]|\b(where|from|by|groupby)\b', re.IGNORECASE)
# How Splunk reads its summaries; there are none here.
_NO_EFFECT = re.compile(
    r"\b(summariesonly|allow_old_summaries|chunk_size|include_reduced_buckets|local)\s*=\s*\S+", re.IGNORECASE
)
_PRESTATS = re.compile(r"\b(prestats|append)\s*=\s*(t|true|1|yes|y|on)\b", re.IGNORECASE)
_SPAN = re.compile(r"\bspan\s*=\s*([\w@]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Tstats(ast.Node):
    """The pipeline that computes the same from the events."""

    pipeline: ast.Pipeline


def parse(parser: PipelineParser, span: Span) -> Tstats:
    clauses = _clauses(parser.text, span)
    if "from" in clauses:
        raise CompileError("tstats reads no data model here", clauses["from"], "write the search over the events")
    if _PRESTATS.search(_cut(parser.text, clauses["functions"])):
        raise CompileError(
            "tstats takes neither prestats nor append here",
            clauses["functions"],
            "write | append [| tstats ...]",
        )
    where = clauses.get("where", Span(span.start, span.start))
    commands = [ast.Command("search", COMMANDS["search"].parse(parser, where), span=where)]
    _check(filter_fields(commands[0].args), where)
    for text in _rest(parser.text, clauses):
        with Text.of(text, "tstats as stats").located():
            commands += parser.within(text).pipeline(Span(0, len(text))).commands
    read = COMMANDS["stats"].reads(commands[-1].args)
    _check(["*"] if read.all else sorted(read.names), span)
    return Tstats(ast.Pipeline(tuple(commands), span=span), span=span)


def _check(names: Iterable[str], span: Span) -> None:
    """Refuse a field that an index does not keep beside the text: in Splunk it would have no value."""
    for name in names:
        if name not in INDEXED and name != "_raw":
            advice = nearest(name, INDEXED) or f"indexed are {', '.join(INDEXED)}"
            raise CompileError(f"tstats knows indexed fields only, not '{name[:60]}'", span, advice)


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


def _rest(text: str, clauses: dict[str, Span]) -> Iterator[str]:
    """What follows the search: `bin _time span=...`, and `stats <functions> by <names>`."""
    functions = _NO_EFFECT.sub("", _cut(text, clauses["functions"])).strip() or "count"
    by = _cut(text, clauses["by"]) if "by" in clauses else ""
    if found := _SPAN.search(by):
        yield f"bin _time span={found.group(1)}"
    yield f"stats {functions}{' by ' + _SPAN.sub('', by).strip() if 'by' in clauses else ''}"


def compile_tstats(walk: Walk, before: Relation, node: Tstats) -> Relation:
    """Of an index, nothing counts but what it keeps beside the text; a file's records are read as by any search."""
    source = walk.source
    return (walk.over(source.indexed()) if isinstance(source, IndexSource) else walk).pipeline(node.pipeline)


ROWS = (
    CommandRow(
        "tstats",
        parse,
        compile_tstats,
        generates=True,
        example="| tstats count where index=main by sourcetype",
    ),
)

"""`streamstats`: aggregates over the rows so far.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/streamstats
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from splreplay.commands.eventstats import add_results
from splreplay.commands.parts.aggregates import Aggregate, parse_terms
from splreplay.commands.parts.aggregates_sql import Setting, columns_for, cut_lists, expand, key_of
from splreplay.commands.parts.frames import Frame, framed
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, Cursor, boolean, whole
from splreplay.spl.errors import CompileError, RunError, Span
from splreplay.spl.fields import formula_fields
from splreplay.spl.formula import parse_formula
from splreplay.spl.lexer import TokenKind
from splreplay.spl.spans import TimeSpan, parse_span, seconds_of
from splreplay.sql.derive import for_wildcards
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

MAX_RESETS = 1_000  # of those that look at their own results: each is a query


@dataclass(frozen=True)
class Streamstats(ast.Node):
    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]
    frame: Frame
    allnum: bool = False


def window_size(text: str) -> object:
    size = whole(text)
    if size < 0:
        raise ValueError("expected 0 or more rows")
    return size


def time_window(text: str) -> object:
    span = parse_span(text)
    if not isinstance(span, TimeSpan):
        raise ValueError("expected a time, such as 5m")
    return seconds_of(span)


OPTIONS: dict[str, Converter] = {
    "current": boolean,
    "window": window_size,
    "global": boolean,
    "time_window": time_window,
    "reset_on_change": boolean,
    "allnum": boolean,
}
RESETS = ("reset_before", "reset_after")


def parse(parser: PipelineParser, span: Span) -> Streamstats:
    cursor = parser.cursor(span)
    resets = take_resets(cursor)
    terms = parse_terms(cursor, OPTIONS)
    options = terms.options
    frame = Frame(
        bool(options.get("current", True)),
        int(str(options.get("window", 0))),
        bool(options.get("global", True)),
        float(str(options.get("time_window", 0))),
        bool(options.get("reset_on_change", False)),
        resets.get("reset_before"),
        resets.get("reset_after"),
    )
    return Streamstats(terms.aggregates, terms.by, frame, bool(options.get("allnum", False)), span=span)


def take_resets(cursor: Cursor) -> dict[str, ast.Node]:
    """Read `reset_before="("...")"` and its like wherever they stand, and leave the other tokens."""
    found: dict[str, ast.Node] = {}
    kept = []
    while not cursor.done:
        if cursor.now.is_word(*RESETS) and cursor.ahead().is_op("="):
            name = cursor.take().text.lower()
            cursor.take()
            found[name] = _condition(cursor, name)
        else:
            kept.append(cursor.take())
    cursor.tokens, cursor.index = [*kept, cursor.now], 0
    return found


def _condition(cursor: Cursor, name: str) -> ast.Node:
    r"""`(expression)`, or Splunk's `"("expression")"` in which inner quotes are written `\"`."""
    opening = cursor.now
    if cursor.accept_op("("):
        return parse_formula(cursor.text, cursor.group(opening))
    if opening.kind is not TokenKind.STRING or opening.text != "(":
        raise cursor.wrong(f"'{name}=' needs a condition in brackets", f'write {name}="(action=\\"x\\")"')
    cursor.take()
    while not (cursor.now.kind is TokenKind.STRING and cursor.now.text == ")"):
        if cursor.done:
            raise cursor.wrong(f"the condition of '{name}=' is never closed", 'end it with ")"')
        cursor.take()
    closing = cursor.take()
    quotes = itertools.cycle((' "', '" '))  # as wide as what they replace, so that places stay
    inside = re.sub(r'\\"', lambda _: next(quotes), cursor.text[opening.span.end : closing.span.start])
    text = cursor.text[: opening.span.end] + inside + cursor.text[closing.span.start :]
    return parse_formula(text, Span(opening.span.end, closing.span.start))


def compile_streamstats(session: Session, before: Relation, node: Streamstats) -> Relation:
    before = for_wildcards(session, before, (field for item in node.aggregates for field in item.fields))
    items = expand(session, node.aggregates, before.columns, node.by)
    if _own_results(node.frame.reset_before, items):
        raise CompileError(
            "reset_before looks at what this streamstats computes, which is not there yet", node.span,
            "use reset_after, or a field that an earlier streamstats computes",
        )  # fmt: skip
    relation = _reset_by_results if _own_results(node.frame.reset_after, items) else _computed
    return cut_lists(session, relation(session, before, node, items)[0], items)


def _own_results(reset: ast.Node | None, items: Sequence[Aggregate]) -> bool:
    return reset is not None and not {item.name for item in items}.isdisjoint(formula_fields(reset))


def _computed(
    session: Session, before: Relation, node: Streamstats, items: Sequence[Aggregate]
) -> tuple[Relation, str]:
    """The rows with their results, and SQL of a row's place."""
    keys = [key_of(session.scope(before), name).sql for name in node.by]
    relation, over, place = framed(session, before, node.frame, keys)
    results = columns_for(session, Setting(session.scope(relation), over, node.allnum), items)
    return add_results(session, relation, keys, results), place


def _reset_by_results(
    session: Session, before: Relation, node: Streamstats, items: Sequence[Aggregate]
) -> tuple[Relation, str]:
    """`reset_after` looks at the results: compute up to the row where it holds, begin anew, and so on."""
    table, reset = session.materialise(before), node.frame.reset_after
    assert reset is not None
    starts = [1]
    while len(starts) <= MAX_RESETS:
        frame = replace(node.frame, reset_after=None, starts=tuple(starts))
        relation, place = _computed(session, table, replace(node, frame=frame), items)
        holds = f"{session.scope(relation).condition(reset)} AND {place} >= {starts[-1]}"
        (found,) = session.one(f"{relation.prelude}SELECT min({place}) FROM {relation.name} WHERE {holds}")
        if found is None:
            return relation, place
        starts.append(found + 1)
    advice = "compute the field of the condition with an earlier command"
    raise RunError(f"streamstats was reset more than {MAX_RESETS:,} times by its own results", node.span, advice)


def reads_streamstats(node: Streamstats) -> Reads:
    resets = [reset for reset in (node.frame.reset_before, node.frame.reset_after) if reset is not None]
    named = [field for item in node.aggregates for field in item.fields]
    return reads([*node.by, *named, *(field for reset in resets for field in formula_fields(reset))])


ROWS = (
    CommandRow(
        "streamstats",
        parse,
        compile_streamstats,
        reads_streamstats,
        example="streamstats window=5 avg(bytes) as mean by user",
    ),
)

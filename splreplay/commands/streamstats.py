"""`streamstats`: aggregates over the rows so far.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/streamstats

Every option only moves where a row's window begins: `window` and `time_window` keep it near, a reset moves
it to the row of the reset. So each row gets the place of its first row, and one RANGE frame serves all.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay import ast
from splreplay.commands.eventstats import add_results, partition
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.compiler.aggregates import Setting, columns_for, cut_lists, expand, key_of
from splreplay.compiler.expr import number
from splreplay.errors import CompileError, Span
from splreplay.lexer import Kind as Token
from splreplay.parser.aggregates import Aggregate, parse_terms
from splreplay.parser.cursor import Converter, Cursor, boolean, whole
from splreplay.parser.formula import parse_formula
from splreplay.parser.spans import TimeSpan, parse_span, seconds_of
from splreplay.plan import formula_fields
from splreplay.relation import Relation

if TYPE_CHECKING:
    from splreplay.parser.pipeline import PipelineParser
    from splreplay.run import Run

MAX_WINDOW = 10_000  # limits.conf, max_stream_window: the most rows of a time window
MOMENT = 1e-6  # a row exactly one span away is outside


@dataclass(frozen=True)
class Streamstats(ast.Node):
    """`window` 0: all rows; `seconds` 0: no time window; `resets` are the conditions before and after."""

    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]
    current: bool = True
    window: int = 0
    shared: bool = True
    seconds: float = 0
    on_change: bool = False
    allnum: bool = False
    reset_before: ast.Node | None = None
    reset_after: ast.Node | None = None


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
    return Streamstats(
        terms.aggregates,
        terms.by,
        bool(options.get("current", True)),
        int(str(options.get("window", 0))),
        bool(options.get("global", True)),
        float(str(options.get("time_window", 0))),
        bool(options.get("reset_on_change", False)),
        bool(options.get("allnum", False)),
        resets.get("reset_before"),
        resets.get("reset_after"),
        span=span,
    )


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
    if opening.kind is not Token.STRING or opening.text != "(":
        raise cursor.wrong(f"'{name}=' needs a condition in brackets", f'write {name}="(action=\\"x\\")"')
    cursor.take()
    while not (cursor.now.kind is Token.STRING and cursor.now.text == ")"):
        if cursor.done:
            raise cursor.wrong(f"the condition of '{name}=' is never closed", 'end it with ")"')
        cursor.take()
    closing = cursor.take()
    quotes = itertools.cycle((' "', '" '))  # as wide as what they replace, so that places stay
    inside = re.sub(r'\\"', lambda _: next(quotes), cursor.text[opening.span.end : closing.span.start])
    text = cursor.text[: opening.span.end] + inside + cursor.text[closing.span.start :]
    return parse_formula(text, Span(opening.span.end, closing.span.start))


def compile_streamstats(run: Run, before: Relation, node: Streamstats) -> Relation:
    items = expand(run, node.aggregates, before.columns, node.by)
    _refuse_own_results(node, items)
    relation, over = _framed(run, before, node)
    scope = run.scope(relation)
    keys = [key_of(scope, name).sql for name in node.by]
    results = columns_for(run, Setting(scope, over, node.allnum), items)
    return cut_lists(run, add_results(run, relation, keys, results), items)


def _refuse_own_results(node: Streamstats, items: Sequence[Aggregate]) -> None:
    names = {item.name for item in items}
    for reset in (node.reset_before, node.reset_after):
        used = names & set(formula_fields(reset)) if reset is not None else None
        if used:
            raise CompileError(
                f"the reset looks at '{sorted(used)[0][:60]}', which this streamstats computes", node.span,
                "reset on a field that is there before, computed by an earlier streamstats",
            )  # fmt: skip


def _framed(run: Run, before: Relation, node: Streamstats) -> tuple[Relation, str]:
    """The rows with what the frame needs, and the OVER clause."""
    keys = [key_of(run.scope(before), name).sql for name in node.by]
    end = 0 if node.current else 1
    if not (node.window or node.seconds or node.on_change or node.reset_before or node.reset_after):
        last = "CURRENT ROW" if node.current else "1 PRECEDING"
        frame = f"ROWS BETWEEN UNBOUNDED PRECEDING AND {last}"
        return before, f" OVER ({partition(keys)} ORDER BY o {frame})"
    place, first = run.fresh("n"), run.fresh("f")
    relation = run.materialise(before) if node.seconds else before
    relation = run.step(relation, f"SELECT *, row_number() OVER (ORDER BY o) AS {place} FROM {{prev}}")
    marks = {run.fresh("b"): mark for mark in _marks(run, relation, node, keys, place)}
    listed = ", ".join(f"{sql} AS {name}" for name, (sql, _) in marks.items())
    relation = run.step(relation, f"SELECT *, {listed} FROM {{prev}}")
    starts = ", ".join(template.format(name) for name, (_, template) in marks.items())
    relation = run.step(relation, f"SELECT *, greatest(1, {starts}) AS {first} FROM {{prev}}")
    frame = f"RANGE BETWEEN ({place} - least({place}, {first})) PRECEDING AND {end} PRECEDING"
    return relation, f" OVER ({partition(keys)} ORDER BY {place} {frame})"


HERE, SO_FAR = "{0}", "max({0}) OVER (ORDER BY o ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
BEFORE = "max({0}) OVER (ORDER BY o ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"


def _marks(
    run: Run, relation: Relation, node: Streamstats, keys: Sequence[str], place: str
) -> Iterator[tuple[str, str]]:
    """SQL that marks a row, and how the marks give the first row of a window, for each option."""
    if node.window:
        yield _window_start(node, keys, place), HERE
    if node.seconds:
        yield _time_start(run, relation, node, keys, place), HERE
    if node.on_change and keys:
        present = " AND ".join(f"{key} IS NOT NULL" for key in keys)
        group = f"CASE WHEN {present} THEN row({', '.join(keys)}) END"
        before = f"lag({group} IGNORE NULLS) OVER (ORDER BY o)"
        yield f"CASE WHEN {present} AND {group} IS DISTINCT FROM {before} THEN {place} END", SO_FAR
    scope = run.scope(relation)
    if node.reset_before is not None:
        yield f"CASE WHEN {scope.condition(node.reset_before)} THEN {place} END", SO_FAR
    if node.reset_after is not None:
        yield f"CASE WHEN {scope.condition(node.reset_after)} THEN {place} + 1 END", BEFORE


def _window_start(node: Streamstats, keys: Sequence[str], place: str) -> str:
    """The last N rows of all (global=true), or of the row's own group."""
    back = node.window - 1 if node.current else node.window
    if node.shared or not keys:
        return f"{place} - {back}"
    return f"lag({place}, {back}, 1) OVER ({partition(keys)} ORDER BY o)"


def _time_start(run: Run, relation: Relation, node: Streamstats, keys: Sequence[str], place: str) -> str:
    """Rows less than the span away, in whichever direction the time runs."""
    time = number(run.scope(relation).field("_time"))
    order = f"SELECT arg_min({time}, o) > arg_max({time}, o) FROM {relation.name}"
    (descending,) = run.one(relation.prelude + order)
    moment = f"(-{time})" if descending else time
    near = f"RANGE BETWEEN {node.seconds - MOMENT!r} PRECEDING AND CURRENT ROW"
    by_time = f"min({place}) OVER ({partition(keys)} ORDER BY {moment} {near})"
    return f"greatest({by_time}, {place} - {MAX_WINDOW - 1})"


def reads_streamstats(node: Streamstats) -> Reads:
    resets = [reset for reset in (node.reset_before, node.reset_after) if reset is not None]
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

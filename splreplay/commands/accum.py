"""Values from the rows before: accum, autoregress, delta; and uniq, which drops a row like the one before.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/accum
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, Cursor, whole
from splreplay.spl.errors import Span
from splreplay.spl.names import field_name
from splreplay.sql.expr import Expr, number
from splreplay.sql.relation import Kind, Relation

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

MOST_STEPS = 1000


@dataclass(frozen=True)
class Running(ast.Node):
    """`field AS name`, over the rows `first` to `last` steps back."""

    field: str
    name: str | None
    first: int = 1
    last: int = 1


@dataclass(frozen=True)
class Uniq(ast.Node):
    pass


def _steps(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", text)
    first, last = (int(match.group(1)), int(match.group(2) or match.group(1))) if match else (0, 0)
    if not 1 <= first <= last <= MOST_STEPS:
        raise ValueError(f"expected steps from 1 to {MOST_STEPS}, as 2 or 1-3")
    return first, last


def _field_as(cursor: Cursor, known: dict[str, Converter], command: str) -> tuple[str, str | None, dict[str, object]]:
    options = cursor.options(known)
    field = field_name(cursor)
    name = field_name(cursor, "a name after AS") if cursor.accept_word("as") else None
    options |= cursor.options(known)
    cursor.finish(command)
    return field, name, options


def parse_accum(parser: PipelineParser, span: Span) -> Running:
    field, name, _ = _field_as(parser.cursor(span), {}, "accum")
    return Running(field, name, span=span)


def compile_accum(session: Session, before: Relation, node: Running) -> Relation:
    """A row without a number keeps what it has."""
    value = number(session.scope(before).field(node.field))
    total = f"CASE WHEN {value} IS NOT NULL THEN sum({value}) OVER (ORDER BY o ROWS UNBOUNDED PRECEDING) END"
    return session.extend(before, {node.name or node.field: Expr(total, Kind.NUM)})


def parse_delta(parser: PipelineParser, span: Span) -> Running:
    field, name, options = _field_as(parser.cursor(span), {"p": whole}, "delta")
    steps = int(str(options.get("p", 1)))
    return Running(field, name, steps, steps, span=span)


def compile_delta(session: Session, before: Relation, node: Running) -> Relation:
    value = number(session.scope(before).field(node.field))
    change = f"{value} - lag({value}, {node.first}) OVER (ORDER BY o)"
    return session.extend(before, {node.name or f"delta({node.field})": Expr(change, Kind.NUM)})


def parse_autoregress(parser: PipelineParser, span: Span) -> Running:
    field, name, options = _field_as(parser.cursor(span), {"p": _steps}, "autoregress")
    steps = options.get("p")
    first, last = steps if isinstance(steps, tuple) else (1, 1)
    return Running(field, name, first, last, span=span)


def compile_autoregress(session: Session, before: Relation, node: Running) -> Relation:
    field = session.scope(before).field(node.field)
    if field.kind is Kind.NULL:
        return before
    lags = {
        step: Expr(f"lag({field.sql}, {step}) OVER (ORDER BY o)", field.kind)
        for step in range(node.first, node.last + 1)
    }
    single = node.name if node.first == node.last else None
    return session.extend(before, {single or f"{node.name or node.field}_p{step}": lag for step, lag in lags.items()})


def parse_uniq(parser: PipelineParser, span: Span) -> Uniq:
    parser.cursor(span).finish("uniq")
    return Uniq(span=span)


def compile_uniq(session: Session, before: Relation, node: Uniq) -> Relation:
    columns = [column.sql for column in before.columns.values()]
    if not columns:
        return before
    same = " AND ".join(f"{name} IS NOT DISTINCT FROM lag({name}) OVER (ORDER BY o)" for name in columns)
    first = "row_number() OVER (ORDER BY o) = 1"
    return session.step(before, f"SELECT * FROM {{prev}} QUALIFY {first} OR NOT ({same})")


def reads_running(node: Running) -> Reads:
    return reads([node.field])


ROWS = (
    CommandRow("accum", parse_accum, compile_accum, reads_running, example="accum count AS total"),
    CommandRow(
        "autoregress",
        parse_autoregress,
        compile_autoregress,
        reads_running,
        example="autoregress count p=1-3",
    ),
    CommandRow("delta", parse_delta, compile_delta, reads_running, example="delta count AS change"),
    CommandRow("uniq", parse_uniq, compile_uniq, example="uniq"),
)

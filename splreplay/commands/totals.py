"""Sums of a table: `addtotals` for each row, `addcoltotals` (and `addtotals col=true`) below it.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/addtotals
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean
from splreplay.spl.errors import Span
from splreplay.sql.expr import Expr, number
from splreplay.sql.relation import Kind, Relation
from splreplay.sql.tables import load_rows
from splreplay.values.wildcards import matching

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

LABELS: dict[str, Converter] = {"labelfield": str, "label": str}


@dataclass(frozen=True)
class Totals(ast.Node):
    """No names: every field that is not internal. `labelfield` is where the row of sums says `label`."""

    names: tuple[str, ...]
    row: str | None
    col: bool
    labelfield: str | None
    label: str


def parse_addtotals(parser: PipelineParser, span: Span) -> Totals:
    known: dict[str, Converter] = {**LABELS, "row": boolean, "col": boolean, "fieldname": str}
    options, names = mixed(parser.cursor(span), known)
    row = str(options.get("fieldname", "Total")) if options.get("row", True) else None
    return _totals(options, names, row, bool(options.get("col")), span)


def parse_addcoltotals(parser: PipelineParser, span: Span) -> Totals:
    options, names = mixed(parser.cursor(span), LABELS)
    return _totals(options, names, None, True, span)


def _totals(options: dict[str, object], names: list[str], row: str | None, col: bool, span: Span) -> Totals:
    field = options.get("labelfield")
    label = str(options.get("label", "Total"))
    return Totals(tuple(names), row, col, None if field is None else str(field), label, span=span)


def compile_totals(session: Session, before: Relation, node: Totals) -> Relation:
    names = [field for name in node.names or ("*",) for field in matching(name, before.columns)]
    summed = [name for name in dict.fromkeys(names) if name in before.columns]
    scope = session.scope(before)
    if node.row is not None:
        parts = [f"coalesce({number(scope.field(name))}, 0)" for name in summed]
        before = session.extend(before, {node.row: Expr(" + ".join(parts) or "0::DOUBLE", Kind.NUM)})
        summed = [*summed, *([node.row] if node.row not in summed else [])]
    return _below(session, before, summed, node) if node.col else before


def _below(session: Session, before: Relation, summed: list[str], node: Totals) -> Relation:
    """The rows and one more, with the sum of every column that holds a number."""
    table = session.materialise(before)
    scope = session.scope(table)
    sums = ", ".join(f"sum({number(scope.field(name))})" for name in summed)
    found = session.execute(f"SELECT {sums} FROM {table.name}").fetchall()[0] if summed else ()
    row = {name: value for name, value in zip(summed, found, strict=True) if value is not None}
    kinds = dict.fromkeys(row, Kind.NUM)
    if node.labelfield is not None:
        row, kinds = {**row, node.labelfield: node.label}, {**kinds, node.labelfield: Kind.TEXT}
    return session.union([table, load_rows(session, [row], list(row), kinds)])


ROWS = (
    CommandRow("addtotals", parse_addtotals, compile_totals, example="addtotals fieldname=sum *_bytes"),
    CommandRow("addcoltotals", parse_addcoltotals, compile_totals, example="addcoltotals labelfield=user label=all"),
)

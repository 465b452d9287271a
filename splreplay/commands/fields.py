"""Commands that choose columns: fields and table. They change no row, so they cost no SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.arguments import some_fields
from splreplay.commands.row import EVERYTHING, CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.errors import Span
from splreplay.sql.expr import NULL
from splreplay.values.wildcards import matching

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session


@dataclass(frozen=True)
class FieldsNode(ast.Node):
    """`fields a b*` keeps, `fields - a b*` removes."""

    names: tuple[str, ...]
    keep: bool


@dataclass(frozen=True)
class TableNode(ast.Node):
    names: tuple[str, ...]


def parse_fields(parser: PipelineParser, span: Span) -> FieldsNode:
    cursor = parser.cursor(span)
    sign = cursor.now.text if cursor.now.text in ("+", "-") else ""
    if sign:
        cursor.take()
    names = list(some_fields(cursor, "fields"))
    if not sign and names[0][0] in "+-" and len(names[0]) > 1:
        sign, names[0] = names[0][0], names[0][1:]
    return FieldsNode(tuple(names), sign != "-", span=span)


def compile_fields(session: Session, before: Relation, node: FieldsNode) -> Relation:
    named = [field for name in node.names for field in matching(name, before.columns, hidden=not node.keep)]
    if not node.keep:
        removed = set(named)
        return before.show(field for field in before.columns if field not in removed)
    internal = [field for field in ("_time", "_raw") if field in before.columns]
    return before.show(dict.fromkeys([*internal, *named]))


def reads_fields(node: FieldsNode) -> Reads:
    """What is internal stays unless it is removed; of an event without its text, all else is looked at."""
    if node.keep:
        return reads([*node.names, "_raw"], closes=True)
    hides_text = any(matching(name, ("_raw",), hidden=True) for name in node.names)
    return EVERYTHING if hides_text else Reads()


def parse_table(parser: PipelineParser, span: Span) -> TableNode:
    cursor = parser.cursor(span)
    return TableNode(some_fields(cursor, "table"), span=span)


def compile_table(session: Session, before: Relation, node: TableNode) -> Relation:
    """A field that no row has is a column all the same, and an empty one."""
    named = dict.fromkeys(field for name in node.names for field in matching(name, before.columns))
    missing = [field for field in named if field not in before.columns]
    return session.extend(before, dict.fromkeys(missing, NULL)).show(named)


ROWS = (
    CommandRow("fields", parse_fields, compile_fields, reads_fields, example="fields - _raw"),
    CommandRow(
        "table",
        parse_table,
        compile_table,
        lambda node: reads(node.names, closes=True),
        example="table _time user src_ip",
    ),
)

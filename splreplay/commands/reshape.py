"""Tables turned around: transpose, untable and xyseries.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/transpose
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean
from splreplay.spl.errors import Span
from splreplay.sql.relation import Relation
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

TRANSPOSE: dict[str, Converter] = {"column_name": str, "header_field": str, "include_empty": boolean}


@dataclass(frozen=True)
class Transpose(ast.Node):
    """`limit` 0: all rows become columns. `header`: the field whose values name them."""

    limit: int
    column: str
    header: str | None
    include_empty: bool


@dataclass(frozen=True)
class Untable(ast.Node):
    key: str
    name: str
    value: str


@dataclass(frozen=True)
class Xyseries(ast.Node):
    key: str
    name: str
    values: tuple[str, ...]
    sep: str


def parse_transpose(parser: PipelineParser, span: Span) -> Transpose:
    cursor = parser.cursor(span)
    options, names = mixed(cursor, TRANSPOSE)
    if len(names) > 1 or not all(name.isdecimal() and len(name) < 10 for name in names):
        raise cursor.wrong("transpose takes options and a number of rows", "write transpose 20 header_field=user")
    header = options.get("header_field")
    return Transpose(
        int(names[0]) if names else 5,
        str(options.get("column_name", "column")),
        None if header is None else str(header),
        bool(options.get("include_empty", True)),
        span=span,
    )


def compile_transpose(session: Session, before: Relation, node: Transpose) -> Relation:
    rows = session.rows(before)[: node.limit or None]
    heads = [
        f"row {place}" if node.header is None else _text(row.get(node.header)) for place, row in enumerate(rows, 1)
    ]
    turned = []
    for field in before.columns:
        if field.startswith("_") or field == node.header:
            continue
        cells = {head: row[field] for head, row in zip(heads, rows, strict=True) if head and field in row}
        if cells or node.include_empty:
            turned.append({node.column: field, **cells})
    return load_rows(session, turned, list(dict.fromkeys([node.column, *(head for head in heads if head)])))


def parse_untable(parser: PipelineParser, span: Span) -> Untable:
    cursor = parser.cursor(span)
    _, names = mixed(cursor, {})
    if len(names) != 3:
        raise cursor.wrong("untable takes three fields", "write untable kept_field new_name_field new_value_field")
    return Untable(*names, span=span)


def compile_untable(session: Session, before: Relation, node: Untable) -> Relation:
    """One row for each other field of a row that has a value."""
    found = [
        {node.key: row[node.key], node.name: field, node.value: value}
        for row in session.rows(before)
        if node.key in row
        for field, value in row.items()
        if field != node.key and not field.startswith("_")
    ]
    return load_rows(session, found, [node.key, node.name, node.value])


def parse_xyseries(parser: PipelineParser, span: Span) -> Xyseries:
    cursor = parser.cursor(span)
    options, names = mixed(cursor, {"sep": str, "grouped": boolean})
    if len(names) < 3:
        raise cursor.wrong("xyseries takes at least three fields", "write xyseries row_field name_field value_field")
    key, name, *values = names
    return Xyseries(key, name, tuple(values), str(options.get("sep", ": ")), span=span)


def compile_xyseries(session: Session, before: Relation, node: Xyseries) -> Relation:
    """One row for each value of the first field, one column for each value of the second."""
    found: dict[str, dict[str, Any]] = {}
    for row in session.rows(before):
        if node.key not in row or node.name not in row:
            continue
        key, name = _text(row[node.key]), _text(row[node.name])
        line = found.setdefault(key, {node.key: row[node.key]})
        for value in node.values:
            if value in row:
                line[name if len(node.values) == 1 else f"{value}{node.sep}{name}"] = row[value]
    columns = sorted({name for line in found.values() for name in line} - {node.key})
    return load_rows(session, found.values(), [node.key, *columns])


def _text(value: str | list[str] | None) -> str:
    return " ".join(value) if isinstance(value, list) else value or ""


def reads_xyseries(node: Xyseries) -> Reads:
    return reads([node.key, node.name, *node.values], closes=True)


ROWS = (
    CommandRow("transpose", parse_transpose, compile_transpose, example="transpose 10 header_field=user"),
    CommandRow("untable", parse_untable, compile_untable, example="untable _time region count"),
    CommandRow("xyseries", parse_xyseries, compile_xyseries, reads_xyseries, example="xyseries user action count"),
)

"""Fields put together from others: `strcat` joins values, `rangemap` names the range that a number is in.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/rangemap
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import boolean
from splreplay.spl.errors import ParseError, Span
from splreplay.spl.lexer import TokenKind
from splreplay.spl.names import field_name
from splreplay.sql.expr import Expr, number, text
from splreplay.sql.relation import Kind, Relation

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

_RANGE = re.compile(r"(-?\d{1,300}(?:\.\d+)?)-(-?\d{1,300}(?:\.\d+)?)")


@dataclass(frozen=True)
class Strcat(ast.Node):
    """Parts are (text, whether it is a field's name)."""

    parts: tuple[tuple[str, bool], ...]
    target: str
    all_required: bool


@dataclass(frozen=True)
class Rangemap(ast.Node):
    field: str
    ranges: tuple[tuple[str, float, float], ...]
    default: str


def parse_strcat(parser: PipelineParser, span: Span) -> Strcat:
    cursor = parser.cursor(span)
    required = bool(cursor.options({"allrequired": boolean}).get("allrequired"))
    parts: list[tuple[str, bool]] = []
    while not cursor.done:
        is_text = cursor.now.kind is TokenKind.STRING
        parts.append((field_name(cursor), not is_text))
    if len(parts) < 2:
        raise cursor.wrong("strcat needs parts and a field for the result", 'write strcat user "@" host who')
    return Strcat(tuple(parts[:-1]), parts[-1][0], required, span=span)


def compile_strcat(session: Session, before: Relation, node: Strcat) -> Relation:
    scope = session.scope(before)
    fields = [text(scope.field(part)) for part, is_field in node.parts if is_field]
    values = [
        f"coalesce({text(scope.field(part))}, '')" if is_field else session.bind(part) for part, is_field in node.parts
    ]
    joined = " || ".join(values)
    present = " AND ".join(f"{field} IS NOT NULL" for field in fields) or "TRUE"
    sql = f"CASE WHEN {present} THEN {joined} END" if node.all_required else f"({joined})"
    return session.extend(before, {node.target: Expr(sql, Kind.TEXT)})


def parse_rangemap(parser: PipelineParser, span: Span) -> Rangemap:
    cursor = parser.cursor(span)
    found: dict[str, str] = {}
    while not cursor.done:
        key = cursor.name("name=low-high").text
        cursor.need_op("=", f"after '{key[:60]}'")
        found[key] = cursor.name("a value").text
        cursor.accept_op(",")
    field, default = found.pop("field", ""), found.pop("default", "None")
    if not field:
        raise ParseError("rangemap needs field=", span, "write rangemap field=count low=0-30 high=31-100")
    return Rangemap(field, tuple(_range(name, value, span) for name, value in found.items()), default, span=span)


def _range(name: str, value: str, span: Span) -> tuple[str, float, float]:
    match = _RANGE.fullmatch(value)
    if match is None:
        raise ParseError(f"{name[:60]}={value[:60]} is no range", span, "write name=low-high, for example low=0-30")
    return name, float(match.group(1)), float(match.group(2))


def compile_rangemap(session: Session, before: Relation, node: Rangemap) -> Relation:
    """All ranges that hold the number, from low to high, are values of the field `range`."""
    value = number(session.scope(before).field(node.field))
    cases = [
        f"CASE WHEN {value} BETWEEN {session.bind(low)} AND {session.bind(high)} THEN {session.bind(name)} END"
        for name, low, high in node.ranges
    ]
    held = f"list_filter([{', '.join(cases) or 'NULL'}]::VARCHAR[], lambda x: x IS NOT NULL)"
    sql = f"coalesce(spl_list({held}), [{session.bind(node.default)}])"
    return session.extend(before, {"range": Expr(sql, Kind.MULTI)})


def reads_strcat(node: Strcat) -> Reads:
    return reads(part for part, is_field in node.parts if is_field)


ROWS = (
    CommandRow("strcat", parse_strcat, compile_strcat, reads_strcat, example='strcat user "@" src_ip who'),
    CommandRow(
        "rangemap",
        parse_rangemap,
        compile_rangemap,
        lambda node: reads([node.field]),
        example="rangemap field=count low=0-30 high=31-100 default=extreme",
    ),
)

"""ORDER BY as Splunk's sort orders: numbers, then IP addresses, then text by code point; nulls last."""

from __future__ import annotations

from collections.abc import Iterable

from splreplay.commands.parts.order import SortField
from splreplay.sql.expr import Expr, number, text
from splreplay.sql.relation import Kind
from splreplay.sql.scope import Scope


def order_by(scope: Scope, fields: Iterable[SortField], reverse: bool = False) -> str:
    """The list for ORDER BY; rows that are equal in all fields keep their order."""
    keys = []
    for field in fields:
        direction = "DESC" if field.descending != reverse else "ASC"
        keys += [f"{key} {direction} NULLS LAST" for key in _keys(scope, field)]
    return ", ".join([*keys, "o"])


def _keys(scope: Scope, field: SortField) -> list[str]:
    value = scope.field(field.name)
    if value.kind is Kind.MULTI:
        value = Expr(f"array_to_string({value.sql}, ' ')", Kind.TEXT)
    if field.mode == "str":
        return [text(value)]
    if field.mode == "num" or value.kind is Kind.NUM:
        return [number(value)]
    if field.mode == "ip":
        return [f"spl_ip({text(value)})"]
    return _auto(value)


def _auto(value: Expr) -> list[str]:
    """Any two values compare by what both are, so each value goes into a class first."""
    number_sql, address = number(value), f"spl_ip({text(value)})"
    kind = f"CASE WHEN {number_sql} IS NOT NULL THEN 0 WHEN {address} IS NOT NULL THEN 1 ELSE 2 END"
    return [f"CASE WHEN {text(value)} IS NOT NULL THEN {kind} END", number_sql, address, text(value)]

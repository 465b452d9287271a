"""Comparisons of eval and where, by value.

Both sides as numbers where both are numbers, else as text by code point (two quoted literals always are
text: "10" < "9"); a list is true if any of its values is. `search` compares differently: see
compiler/filter.py.
"""

from __future__ import annotations

from splreplay.compiler.expr import Expr, text
from splreplay.compiler.scope import Services
from splreplay.relation import Kind

ORDER_SQL = {
    "<": "spl_lt({0}, {1})",
    ">": "spl_lt({1}, {0})",
    "<=": "spl_le({0}, {1})",
    ">=": "spl_le({1}, {0})",
}


def compare(run: Services, op: str, left: Expr, right: Expr) -> str:
    """A comparison by value; a list compares true if any of its values does."""
    for side, other in ((left, right), (right, left)):
        if side.kind is Kind.MULTI:
            name = run.fresh("v")
            single = Expr(name, Kind.TEXT)
            pair = (single, other) if side is left else (other, single)
            return any_value(side.sql, name, compare(run, op, *pair))
    return f"({_compare_single(op, left, right)})"


def any_value(list_sql: str, name: str, condition_sql: str) -> str:
    return f"list_contains(list_transform({list_sql}, lambda {name}: coalesce({condition_sql}, FALSE)), TRUE)"


def _compare_single(op: str, left: Expr, right: Expr) -> str:
    both_written = isinstance(left.literal, str) and isinstance(right.literal, str)
    if left.kind is right.kind is Kind.NUM or both_written:
        return f"{left.sql} {op} {right.sql}"
    if op in ORDER_SQL:
        return ORDER_SQL[op].format(text(left), text(right))
    plain = _never_number(left) or _never_number(right)
    equal = f"{text(left)} = {text(right)}" if plain else f"spl_eq({text(left)}, {text(right)})"
    return equal if op == "=" else f"NOT ({equal})"


def _never_number(expr: Expr) -> bool:
    """A literal such as "Failed authentication" equals only itself: no cast per row is needed."""
    return isinstance(expr.literal, str) and not any(char.isdigit() for char in expr.literal)

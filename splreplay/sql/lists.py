"""SQL over the values of a list, one at a time."""

from __future__ import annotations

from splreplay.sql.expr import Expr
from splreplay.sql.relation import Kind


def any_value(list_sql: str, name: str, condition_sql: str) -> str:
    """True if the condition on `name` is for any value; null where there is no list."""
    return f"list_contains(list_transform({list_sql}, lambda {name}: coalesce({condition_sql}, FALSE)), TRUE)"


def listed(list_sql: str, name: str, value_sql: str) -> Expr:
    """What `value_sql` gives for each `name` of a list, without nulls."""
    mapped = f"list_transform({list_sql}, lambda {name}: {value_sql})"
    return Expr(f"spl_list(list_filter({mapped}, lambda {name}x: {name}x IS NOT NULL))", Kind.MULTI)

"""Typed pieces of SQL, and how one kind of value becomes another.

SPL's values are text that may look like a number. Where the compiler knows more (a count, a literal) it
keeps the knowledge in `kind`, and DuckDB compares numbers as numbers without asking each row.
"""

from __future__ import annotations

from dataclasses import dataclass

from splreplay.sql.relation import Kind


@dataclass(frozen=True)
class Precision:
    """How exact a computed number is: significant figures (of products), places behind the point (of sums).

    A whole number is exact. Search Reference, "eval", "Rounding": it shows when the number becomes text.
    """

    figures: int | None = None
    places: int | None = None


@dataclass(frozen=True)
class Expr:
    """`literal` is the value itself where the search spelt it out.

    `string`: a text even if it looks like a number, as literals and the results of text functions are.
    """

    sql: str
    kind: Kind
    literal: float | str | None = None
    string: bool = False
    precision: Precision | None = None


NULL = Expr("NULL", Kind.NULL)


def number(expr: Expr) -> str:
    """SQL of kind DOUBLE; NULL where the value is no number. A multivalue counts if it holds one value."""
    if expr.kind is Kind.NUM:
        return expr.sql
    if expr.kind is Kind.NULL:
        return "NULL::DOUBLE"
    return f"spl_num({text(expr)})"


def text(expr: Expr) -> str:
    """SQL of kind VARCHAR."""
    if expr.kind is Kind.TEXT:
        return expr.sql
    if expr.kind is Kind.NUM:
        return _digits(expr)
    if expr.kind is Kind.MULTI:
        return f"spl_one({expr.sql})"
    if expr.kind is Kind.BOOL:
        return f"spl_bool({expr.sql})"
    return "NULL::VARCHAR"


def _digits(expr: Expr) -> str:
    precision = expr.precision
    if precision is None:
        return f"spl_text({expr.sql})"
    if precision.places is not None:
        return f"spl_places({expr.sql}, {precision.places})"
    return f"spl_figures({expr.sql}, {precision.figures})"


def multi(expr: Expr) -> str:
    """SQL of kind VARCHAR[]; a single value is a list of one, an empty list is NULL."""
    if expr.kind is Kind.MULTI:
        return expr.sql
    if expr.kind is Kind.NULL:
        return "NULL::VARCHAR[]"
    return f"spl_multi({text(expr)})"


def boolean(expr: Expr) -> str:
    """SQL of kind BOOLEAN, of a Boolean or of null."""
    return expr.sql if expr.kind is Kind.BOOL else "NULL::BOOLEAN"


COERCIONS = {Kind.TEXT: text, Kind.NUM: number, Kind.MULTI: multi, Kind.BOOL: boolean}


def common(kinds: list[Kind]) -> Kind:
    """The kind that can hold all of these: lists over text over numbers."""
    present = {kind for kind in kinds if kind is not Kind.NULL}
    if present <= {Kind.NUM} and present:
        return Kind.NUM
    return Kind.MULTI if Kind.MULTI in present else Kind.TEXT


def coerce(expr: Expr, kind: Kind) -> str:
    return COERCIONS[kind](expr)


def shown(expr: Expr) -> Expr:
    """The value as a field holds it: a number of limited precision is the text of its digits."""
    return expr if expr.precision is None else Expr(text(expr), Kind.TEXT)


def unify(exprs: list[Expr]) -> tuple[list[str], Kind]:
    """The same values in the one kind that holds them all."""
    exprs = [shown(expr) for expr in exprs]
    kind = common([expr.kind for expr in exprs])
    return [coerce(expr, kind) for expr in exprs], kind

"""The operators `+ - * / % .` and the sign, with the precision of what they compute.

Search Reference, "eval", "Rounding": a result is as precise as its least precise operand, so 8.250 * 0.2
shows as 2 and 8.250 * 0.20 as 1.7. What a field holds counts as exact here, whatever its digits.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/eval
"""

from __future__ import annotations

from splreplay.sql.compare import once
from splreplay.sql.expr import Expr, Precision, number, text
from splreplay.sql.relation import Kind

NUMBER_SQL = {
    "+": "{0} + {1}",
    "-": "{0} - {1}",
    "*": "{0} * {1}",
    "/": "{0} / spl_nonzero({1})",
    "%": "spl_mod({0}, {1})",
}
MOST_DIGITS = 17


def literal_precision(written: str) -> Precision | None:
    """1.50 has three figures and two places; a whole number is exact."""
    whole, point, fraction = written.partition(".")
    if not point or "e" in fraction.lower():
        return None
    figures = len((whole + fraction).lstrip("0")) or 1
    return Precision(min(figures, MOST_DIGITS), min(len(fraction), MOST_DIGITS))


def negative(expr: Expr) -> Expr:
    return Expr(f"(- {number(expr)})", Kind.NUM, precision=expr.precision)


def arithmetic(op: str, left: Expr, right: Expr) -> Expr:
    """`left op right` for each row of NUMBER_SQL."""
    if op == "+" and not (left.kind is Kind.NUM and right.kind is Kind.NUM):
        return _plus(left, right)
    sql = "(" + NUMBER_SQL[op].format(number(left), number(right)) + ")"
    return Expr(sql, Kind.NUM, precision=_precision(op, left.precision, right.precision))


def _plus(left: Expr, right: Expr) -> Expr:
    """Two strings are joined; of two fields each row decides: numbers are added, anything else is joined."""
    if left.string and right.string:
        return concatenation(left, right)
    if left.kind is Kind.NULL or right.kind is Kind.NULL:
        return Expr("NULL::VARCHAR", Kind.TEXT)
    joined = "coalesce(spl_text(spl_num({0}[1]) + spl_num({0}[2])), {0}[1] || {0}[2])"
    return Expr(once(f"[{text(left)}, {text(right)}]", joined), Kind.TEXT)


def concatenation(left: Expr, right: Expr) -> Expr:
    return Expr(f"({text(left)} || {text(right)})", Kind.TEXT, string=True)


def _precision(op: str, left: Precision | None, right: Precision | None) -> Precision | None:
    known = [side for side in (left, right) if side is not None]
    if op in ("*", "/"):
        figures = [side.figures for side in known if side.figures is not None]
        return Precision(figures=min(figures)) if figures else None
    if op in ("+", "-"):
        places = [side.places for side in known if side.places is not None]
        return Precision(places=min(places)) if places else None
    return None

"""Mathematical, trigonometric and bitwise functions of eval.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/mathematical-functions
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from splreplay.spl import ast
from splreplay.sql.arguments import arguments
from splreplay.sql.expr import Expr, Precision, number
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow
from splreplay.sql.scope import Scope

NUM = Kind.NUM
MOST_PLACES = 30


def _exact(scope: Scope, node: ast.Call) -> Expr:
    """The number without the limit that its operands set to its digits."""
    return Expr(number(scope.value(node.args[0])), NUM)


def _round(scope: Scope, node: ast.Call) -> Expr:
    """To so many places, which it then shows: 2.5 to two places is 2.50."""
    exprs = arguments(scope, ROUND, node)
    value, places = number(exprs[0]), exprs[1].literal if len(exprs) > 1 else 0.0
    if not isinstance(places, float):
        return Expr(f"spl_round({value}, trunc({number(exprs[1])}))", NUM)
    count = min(int(places), MOST_PLACES)
    return Expr(f"spl_round({value}, {count})", NUM, precision=Precision(places=count) if count > 0 else None)


def _sigfig(scope: Scope, node: ast.Call) -> Expr:
    """The digits that the operands of the calculation allow, also before the point: 1.00*1111 is 1110."""
    expr = scope.value(node.args[0])
    value, precision = number(expr), expr.precision
    if precision is None:
        return Expr(value, NUM)
    if precision.places is not None and precision.figures is None:
        return Expr(f"spl_round({value}, {precision.places})", NUM)
    return Expr(f"spl_significant({value}, {precision.figures})", NUM)


def _bitwise(sql: str) -> Callable[[Scope, ast.Call], Expr]:
    """Over two or more numbers, from left to right; a number that is none of 0 to 2^53-1 makes null."""

    def build(scope: Scope, node: ast.Call) -> Expr:
        bits = [f"spl_bits({number(expr)})" for expr in arguments(scope, _ROWS[node.name], node)]
        return Expr(f"CAST({reduce(sql.format, bits)} AS DOUBLE)", NUM)

    return build


def _plain(name: str, example: str, sql: str = "") -> EvalRow:
    """A function of one number that DuckDB has by the same name."""
    return EvalRow(name, "N", NUM, sql=sql or f"{name}({{0}})", example=example)


ROUND = EvalRow("round", "NN?", build=_round, example="round(2.555, 2)")

MATHEMATICAL = (
    _plain("abs", "abs(delta)"),
    _plain("ceil", "ceil(1.9)"),
    _plain("ceiling", "ceiling(1.9)", "ceil({0})"),
    EvalRow("exact", "N", build=_exact, example="exact(3.14 * bytes)"),
    _plain("exp", "exp(3)"),
    _plain("floor", "floor(1.9)"),
    _plain("ln", "ln(bytes)"),
    EvalRow("log", "NN?", NUM, sql=("log10({0})", "(ln({0}) / spl_nonzero(ln({1})))"), example="log(bytes, 2)"),
    EvalRow("pi", "", NUM, sql="CAST(3.14159265359 AS DOUBLE)", example="pi()"),
    EvalRow("pow", "NN", NUM, sql="pow({0}, {1})", example="pow(2, 10)"),
    ROUND,
    EvalRow("sigfig", "N", build=_sigfig, example="sigfig(1.00 * 1111)"),
    _plain("sqrt", "sqrt(9)"),
)
ANGLES = ("acos", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh")
TRIGONOMETRIC = (
    *(_plain(name, f"{name}(0.5)") for name in ANGLES),
    _plain("acosh", "acosh(2)"),
    EvalRow("atan2", "NN", NUM, sql="atan2({0}, {1})", example="atan2(0.50, 0.75)"),
    EvalRow("hypot", "NN", NUM, sql="sqrt(pow({0}, 2) + pow({1}, 2))", example="hypot(3, 4)"),
)  # fmt: skip
BITWISE = (
    EvalRow("bit_and", "NNN*", build=_bitwise("({} & {})"), example="bit_and(12, 9)"),
    EvalRow("bit_not", "NN?", NUM, sql=("spl_bit_not({0}, 9007199254740991)", "spl_bit_not({0}, {1})"),
            example="bit_not(9, 15)"),
    EvalRow("bit_or", "NNN*", build=_bitwise("({} | {})"), example="bit_or(4, 2)"),
    EvalRow("bit_shift_left", "NN", NUM, sql="spl_shift_left({0}, {1})", example="bit_shift_left(2, 1)"),
    EvalRow("bit_shift_right", "NN", NUM, sql="spl_shift_right({0}, {1})", example="bit_shift_right(4, 1)"),
    EvalRow("bit_xor", "NNN*", build=_bitwise("xor({}, {})"), example="bit_xor(3, 2)"),
)  # fmt: skip

ROWS = (*MATHEMATICAL, *TRIGONOMETRIC, *BITWISE)
_ROWS = {row.name: row for row in BITWISE}

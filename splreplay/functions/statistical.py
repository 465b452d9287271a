"""Statistical functions of eval: over the arguments of one row, each a value or a list.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/statistical-eval-functions
"""

from __future__ import annotations

from collections.abc import Callable

from splreplay.spl import ast
from splreplay.spl.errors import CompileError
from splreplay.sql.expr import Expr, multi, number
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow
from splreplay.sql.scope import Scope


def _over_numbers(sql: str) -> Callable[[Scope, ast.Call], Expr]:
    """A fold of a list of numbers; what a field holds and is no number does not count."""

    def build(scope: Scope, node: ast.Call) -> Expr:
        parts = [_numbers(node.name, scope.value(arg), arg) for arg in node.args]
        return Expr(sql.format(f"flatten([{', '.join(parts)}])"), Kind.NUM)

    return build


def _numbers(name: str, expr: Expr, node: ast.Node) -> str:
    if isinstance(expr.literal, str):
        raise CompileError(f"{name}() does not take a text", node.span, "write a field without quotes, or tonumber()")
    return f"coalesce(spl_nums({expr.sql}), [])" if expr.kind is Kind.MULTI else f"[{number(expr)}]"


def _extreme(name: str) -> Callable[[Scope, ast.Call], Expr]:
    """Of texts and numbers, where numbers come before other text."""

    def build(scope: Scope, node: ast.Call) -> Expr:
        exprs = [scope.value(arg) for arg in node.args]
        if all(expr.kind is Kind.NUM for expr in exprs):
            return Expr(f"{name}({', '.join(number(expr) for expr in exprs)})", Kind.NUM)
        lists = ", ".join(f"coalesce({multi(expr)}, [])" for expr in exprs)
        return Expr(f"spl_{name}(flatten([{lists}]))", Kind.TEXT)

    return build


ROWS = (
    EvalRow("avg", "AA*", build=_over_numbers("list_avg({0})"), example="avg(first, second)"),
    EvalRow("max", "AA*", build=_extreme("greatest"), example='max(1, 3, "foo", name)'),
    EvalRow("min", "AA*", build=_extreme("least"), example='min(3, 6, "maria", size)'),
    EvalRow("random", "", Kind.NUM, sql="floor(random() * 2147483648)", example="random()"),
    EvalRow("sum", "AA*", build=_over_numbers("list_sum({0})"), example="sum(first, second)"),
)

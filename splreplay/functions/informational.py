"""Informational functions of eval: what kind of value an expression has.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/informational-functions
"""

from __future__ import annotations

from collections.abc import Callable

from splreplay.functions.json import is_array, is_object
from splreplay.spl import ast
from splreplay.sql.compare import once
from splreplay.sql.expr import Expr, number
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow
from splreplay.sql.scope import Scope

Tell = Callable[[Expr], str]


def _about(tell: Tell) -> Callable[[Scope, ast.Call], Expr]:
    def build(scope: Scope, node: ast.Call) -> Expr:
        return Expr(f"({tell(scope.compile(node.args[0]))})", Kind.BOOL)

    return build


def _is_number(expr: Expr, condition: str = "{0} IS NOT NULL") -> str:
    """A string stays one although it looks like a number; a field holds a number if it looks like one."""
    if expr.string or expr.kind not in (Kind.NUM, Kind.TEXT):
        return "FALSE"
    return f"coalesce({once(number(expr), condition)}, FALSE)"


def _is_string(expr: Expr) -> str:
    if expr.kind is not Kind.TEXT:
        return "FALSE"
    return once(expr.sql, "{0} IS NOT NULL" if expr.string else "{0} IS NOT NULL AND spl_num({0}) IS NULL")


def _typeof(scope: Scope, node: ast.Call) -> Expr:
    expr = scope.compile(node.args[0])
    name = TYPES.get(expr.kind) or ("'String'" if expr.string else NUMBER_OR_STRING)
    return Expr(once(expr.sql, f"CASE WHEN {{0}} IS NULL THEN 'Invalid' ELSE {name} END"), Kind.TEXT, string=True)


TYPES = {Kind.NUM: "'Number'", Kind.BOOL: "'Bool'", Kind.NULL: "'Invalid'", Kind.MULTI: "'Multivalue'"}
NUMBER_OR_STRING = "CASE WHEN spl_num({0}) IS NOT NULL THEN 'Number' ELSE 'String' END"


def _is_multivalue(expr: Expr) -> str:
    return f"coalesce(len({expr.sql}) > 1, FALSE)" if expr.kind is Kind.MULTI else "FALSE"


def _whole(expr: Expr) -> str:
    return _is_number(expr, "{0} = trunc({0})")


def _fractional(expr: Expr) -> str:
    return _is_number(expr, "{0} <> trunc({0})")


ROWS = (
    EvalRow("isarray", "T", Kind.BOOL, udf=is_array, example='isarray("[1, 2, 3]")'),
    EvalRow(
        "isbool",
        "A",
        build=_about(lambda expr: "TRUE" if expr.kind is Kind.BOOL else "FALSE"),
        example="isbool(1==2)",
    ),
    EvalRow("isdouble", "A", build=_about(_fractional), example="isdouble(3.546)"),
    EvalRow("isint", "A", build=_about(_whole), example="isint(port)"),
    EvalRow("ismv", "A", build=_about(_is_multivalue), example='ismv(split("a,b", ","))'),
    EvalRow("isnotnull", "A", build=_about(lambda expr: f"{expr.sql} IS NOT NULL"), example="isnotnull(errorCode)"),
    EvalRow("isnull", "A", build=_about(lambda expr: f"{expr.sql} IS NULL"), example="isnull(errorCode)"),
    EvalRow("isnum", "A", build=_about(_is_number), example="isnum(bytes)"),
    EvalRow("isobject", "T", Kind.BOOL, udf=is_object, example="isobject(_raw)"),
    EvalRow("isstr", "A", build=_about(_is_string), example="isstr(user)"),
    EvalRow("typeof", "A", build=_typeof, example="typeof(bytes)"),
)

"""Conditional, comparison and informational functions of eval.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/comparison-and-conditional-functions
"""

from __future__ import annotations

from collections.abc import Callable

from splreplay import ast
from splreplay.compiler.compare import compare
from splreplay.compiler.expr import NULL, Expr, unify
from splreplay.compiler.scope import Scope
from splreplay.errors import CompileError
from splreplay.functions.rows import EvalRow
from splreplay.relation import Kind


def _if(scope: Scope, node: ast.Call) -> Expr:
    test = scope.condition(node.args[0])
    (yes, no), kind = unify([scope.value(node.args[1]), scope.value(node.args[2])])
    return Expr(f"CASE WHEN {test} THEN {yes} ELSE {no} END", kind)


def _case(scope: Scope, node: ast.Call) -> Expr:
    if len(node.args) % 2:
        raise CompileError("case() takes pairs of condition and value", node.span, 'end with true(), "otherwise"')
    tests = [scope.condition(test) for test in node.args[::2]]
    values, kind = unify([scope.value(arg) for arg in node.args[1::2]])
    branches = " ".join(f"WHEN {test} THEN {sql}" for test, sql in zip(tests, values, strict=True))
    return Expr(f"CASE {branches} END", kind)


def _validate(scope: Scope, node: ast.Call) -> Expr:
    if len(node.args) % 2:
        raise CompileError("validate() takes pairs of condition and message", node.span)
    tests = [scope.condition(test) for test in node.args[::2]]
    values, kind = unify([scope.value(arg) for arg in node.args[1::2]])
    branches = " ".join(f"WHEN NOT {test} THEN {sql}" for test, sql in zip(tests, values, strict=True))
    return Expr(f"CASE {branches} END", kind)


def _coalesce(scope: Scope, node: ast.Call) -> Expr:
    values, kind = unify([scope.value(arg) for arg in node.args])
    return Expr(f"coalesce({', '.join(values)})", kind)


def _nullif(scope: Scope, node: ast.Call) -> Expr:
    left, right = scope.value(node.args[0]), scope.value(node.args[1])
    same = compare(scope.run, "=", left, right)
    return Expr(f"CASE WHEN {same} THEN NULL ELSE {left.sql} END", left.kind)


def _in(scope: Scope, node: ast.Call) -> Expr:
    left = scope.value(node.args[0])
    tests = [compare(scope.run, "=", left, scope.value(arg)) for arg in node.args[1:]]
    return Expr("(" + " OR ".join(tests) + ")", Kind.BOOL)


def _isnull(yes: str) -> Callable[[Scope, ast.Call], Expr]:
    def build(scope: Scope, node: ast.Call) -> Expr:
        expr = scope.compile(node.args[0])
        return Expr(f"({expr.sql} {yes})", Kind.BOOL)

    return build


ROWS = (
    EvalRow("if", "BAA", build=_if, example='if(errorCode="success", 1, 0)'),
    EvalRow("case", "A*", build=_case, example='case(n>9, "many", true(), "few")'),
    EvalRow("validate", "A*", build=_validate, example='validate(isint(n), "n is no integer")'),
    EvalRow("coalesce", "AA*", build=_coalesce, example="coalesce(src_ip, sourceIPAddress)"),
    EvalRow("nullif", "AA", build=_nullif, example='nullif(region, "")'),
    EvalRow("null", "", build=lambda scope, node: NULL, example="null()"),
    EvalRow("true", "", Kind.BOOL, sql="TRUE", example="true()"),
    EvalRow("false", "", Kind.BOOL, sql="FALSE", example="false()"),
    EvalRow("in", "AAA*", build=_in, example='in(status, "New", "Active")'),
    EvalRow("isnull", "A", build=_isnull("IS NULL"), example="isnull(errorCode)"),
    EvalRow("isnotnull", "A", build=_isnull("IS NOT NULL"), example="isnotnull(errorCode)"),
    EvalRow("match", "TT", Kind.BOOL, sql="regexp_matches({0}, {1})", example='match(arn, "^arn:aws:")'),
    EvalRow("like", "TT", Kind.BOOL, sql="{0} LIKE {1}", example='like(eventName, "Put%")'),
)

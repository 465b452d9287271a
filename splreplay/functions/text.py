"""Text functions of eval. Those that Splunk does not support on multivalue fields give null there.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/text-functions
"""

from __future__ import annotations

from urllib.parse import unquote

from splreplay.spl import ast
from splreplay.sql.expr import Expr
from splreplay.sql.patterns import replaced
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow
from splreplay.sql.scope import Scope
from splreplay.values.jsonpath import find


def _replace(scope: Scope, node: ast.Call) -> Expr:
    value, template = scope.value(node.args[0]), scope.value(node.args[2])
    return Expr(replaced(scope, value, node.args[1], template), Kind.TEXT, string=True)


def _spath(document: str, path: str) -> list[str] | None:
    return find(document, path) or None


def _trim(name: str, example: str) -> EvalRow:
    """Spaces and tabs, or the characters of the second argument."""
    return EvalRow(name, "TT?", sql=(f"{name}({{0}}, chr(32) || chr(9))", f"{name}({{0}}, {{1}})"), example=example)


ROWS = (
    EvalRow("len", "T", Kind.NUM, sql="CAST(length({0}) AS DOUBLE)", example="len(userAgent)"),
    EvalRow("length", "T", Kind.NUM, sql="CAST(length({0}) AS DOUBLE)", example="length(userAgent)"),
    EvalRow("lower", "T", sql="lower({0})", each=0, example="lower(user)"),
    _trim("ltrim", 'ltrim("  x")'),
    EvalRow("replace", "TTT", build=_replace, example=r'replace(date, "^(\d+)/(\d+)/", "\2/\1/")'),
    _trim("rtrim", 'rtrim("x  ")'),
    EvalRow("spath", "TT", Kind.MULTI, udf=_spath, example='spath(_raw, "userIdentity.arn")'),
    EvalRow(
        "substr",
        "TNN?",
        sql=("spl_substr({0}, {1}, 1e15)", "spl_substr({0}, {1}, {2})"),
        example="substr(user, 1, 3)",
    ),
    _trim("trim", 'trim("  x  ")'),
    EvalRow("upper", "T", sql="upper({0})", each=0, example="upper(user)"),
    EvalRow("urldecode", "T", udf=unquote, example='urldecode("a%20b")'),
)

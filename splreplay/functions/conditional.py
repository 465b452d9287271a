"""Comparison and conditional functions of eval.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/comparison-and-conditional-functions
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from splreplay.spl import ast
from splreplay.spl.errors import CompileError
from splreplay.spl.search import searched
from splreplay.sql.compare import compare, one_of
from splreplay.sql.expr import NULL, Expr, unify
from splreplay.sql.patterns import matched
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow
from splreplay.sql.scope import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _choices(scope: Scope, nodes: Sequence[ast.Node]) -> tuple[list[str], Kind]:
    """Values of one kind; if all are Booleans the function may stand as a condition itself."""
    exprs = [scope.compile(node) for node in nodes]
    if {expr.kind for expr in exprs} <= {Kind.BOOL, Kind.NULL} and any(expr.kind is Kind.BOOL for expr in exprs):
        return [expr.sql for expr in exprs], Kind.BOOL
    return unify([scope.plain(expr, node) for expr, node in zip(exprs, nodes, strict=True)])


def _if(scope: Scope, node: ast.Call) -> Expr:
    (yes, no), kind = _choices(scope, node.args[1:])
    return Expr(f"CASE WHEN {scope.condition(node.args[0])} THEN {yes} ELSE {no} END", kind)


def _case(scope: Scope, node: ast.Call) -> Expr:
    return _cases(scope, node, "WHEN", 'end with true(), "otherwise"')


def _validate(scope: Scope, node: ast.Call) -> Expr:
    return _cases(scope, node, "WHEN NOT", "every condition needs its message")


def _cases(scope: Scope, node: ast.Call, when: str, advice: str) -> Expr:
    if len(node.args) % 2:
        raise CompileError(f"{node.name}() takes pairs of condition and value", node.span, advice)
    tests = [scope.condition(test) for test in node.args[::2]]
    values, kind = _choices(scope, node.args[1::2])
    branches = " ".join(f"{when} {test} THEN {sql}" for test, sql in zip(tests, values, strict=True))
    return Expr(f"(CASE {branches} END)", kind)


def _coalesce(scope: Scope, node: ast.Call) -> Expr:
    values, kind = _choices(scope, node.args)
    return Expr(f"coalesce({', '.join(values)})", kind)


def _nullif(scope: Scope, node: ast.Call) -> Expr:
    left, right = scope.value(node.args[0]), scope.value(node.args[1])
    value = replace(left, sql=scope.session.fresh("v"))
    same = compare(scope.session, "=", value, right)
    chosen = f"CASE WHEN {same} THEN NULL ELSE {value.sql} END"
    return replace(left, sql=f"list_transform([{left.sql}], lambda {value.sql}: {chosen})[1]", literal=None)


def _in(scope: Scope, node: ast.Call) -> Expr:
    value, *options = [scope.value(arg) for arg in node.args]
    return Expr(one_of(scope.session, value, options), Kind.BOOL)


def _match(scope: Scope, node: ast.Call) -> Expr:
    return Expr(matched(scope, scope.value(node.args[0]), node.args[1]), Kind.BOOL)


def _searchmatch(scope: Scope, node: ast.Call) -> Expr:
    """What `search` would keep; its text is read as the search command reads it."""
    return Expr(scope.keeps(searched(node)), Kind.BOOL)


def _cidrmatch(cidr: str, ip: str) -> bool:
    network, address = _network(cidr), _address(ip)
    return network is not None and address is not None and address in network


@lru_cache(maxsize=1024)
def _network(cidr: str) -> Network | None:
    try:
        return ipaddress.ip_network(cidr.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=65536)
def _address(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(ip.strip())
    except ValueError:
        return None


ROWS = (
    EvalRow("case", "AA*", build=_case, example='case(status>=500, "server", status>=400, "client", true(), "ok")'),
    EvalRow("cidrmatch", "TT", Kind.BOOL, udf=_cidrmatch, each=1, example='cidrmatch("192.0.2.0/24", src_ip)'),
    EvalRow("coalesce", "AA*", build=_coalesce, example="coalesce(src_ip, sourceIPAddress)"),
    EvalRow("false", "", Kind.BOOL, sql="FALSE", example="false()"),
    EvalRow("if", "AAA", build=_if, example='if(errorCode="success", 1, 0)'),
    EvalRow("in", "AAA*", build=_in, example='in(status, "New", "Active")'),
    EvalRow("like", "TT", Kind.BOOL, sql="({0} LIKE {1})", each=0, example='like(eventName, "Put%")'),
    EvalRow("match", "TT", build=_match, example='match(arn, "^arn:aws:")'),
    EvalRow("null", "", build=lambda scope, node: NULL, example="null()"),
    EvalRow("nullif", "AA", build=_nullif, example='nullif(region, "")'),
    EvalRow("searchmatch", "T", build=_searchmatch, example='searchmatch("user=root error*")'),
    EvalRow("true", "", Kind.BOOL, sql="TRUE", example="true()"),
    EvalRow("validate", "AA*", build=_validate, example='validate(isint(port), "port is no integer")'),
)

"""Expressions of eval and where to SQL."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from splreplay.functions import EVAL
from splreplay.spl import ast
from splreplay.spl.errors import LISTED, Span, UnknownError, nearest
from splreplay.spl.fields import dotted_name
from splreplay.spl.formula import parse_formula
from splreplay.sql.arguments import arguments, check_count
from splreplay.sql.arithmetic import NUMBER_SQL, arithmetic, concatenation, literal_precision, negative
from splreplay.sql.calls import apply
from splreplay.sql.compare import compare
from splreplay.sql.expr import NULL, Expr, coerce
from splreplay.sql.relation import Kind
from splreplay.sql.scope import Scope
from splreplay.sql.session import Session


def compile_formula(scope: Scope, node: ast.Node) -> Expr:
    return _FORMS[type(node)](scope, node)


def constant(session: Session, formula: str) -> str | bool | None:
    """The value of an expression over no fields, as macros compute it."""
    expr = session.scope_of({}).compile(parse_formula(formula, Span(0, len(formula))))
    kind = expr.kind if expr.kind in (Kind.BOOL, Kind.NULL) else Kind.TEXT
    (found,) = session.one(f"SELECT {expr.sql if kind is not Kind.TEXT else coerce(expr, kind)}")
    return found  # type: ignore[no-any-return]


def _literal(scope: Scope, node: ast.Literal) -> Expr:
    if isinstance(node.value, bool):
        return Expr("TRUE" if node.value else "FALSE", Kind.BOOL)
    if isinstance(node.value, float):
        return Expr(scope.session.bind(node.value), Kind.NUM, node.value, precision=literal_precision(node.text))
    return Expr(scope.session.bind(node.value), Kind.TEXT, node.value, string=True)


def _field(scope: Scope, node: ast.FieldRef) -> Expr:
    if not node.quoted and node.name not in scope.columns and node.name.lower() in ("true", "false"):
        return Expr(node.name.upper(), Kind.BOOL)
    if not node.quoted and node.name not in scope.columns and node.name.lower() == "null":
        return NULL
    return scope.field(node.name)


def _negative(scope: Scope, node: ast.Negative) -> Expr:
    return negative(scope.value(node.item))


def _junction(word: str) -> Callable[[Scope, ast.And | ast.Or], Expr]:
    def build(scope: Scope, node: ast.And | ast.Or) -> Expr:
        return Expr("(" + f" {word} ".join(scope.condition(item) for item in node.items) + ")", Kind.BOOL)

    return build


def _not(scope: Scope, node: ast.Not) -> Expr:
    return Expr(f"(NOT {scope.condition(node.item)})", Kind.BOOL)


def _binary(scope: Scope, node: ast.Binary) -> Expr:
    if node.op == "XOR":
        return Expr(f"({scope.condition(node.left)} <> {scope.condition(node.right)})", Kind.BOOL)
    if node.op == ".":
        return _joined(scope, node)
    if node.op in ("=", "!="):
        return _equality(scope, node)
    left, right = scope.value(node.left), scope.value(node.right)
    if node.op == "LIKE":
        return apply(scope, EVAL["like"], [left, right])
    if node.op in NUMBER_SQL:
        return arithmetic(node.op, left, right)
    return Expr(compare(scope.session, node.op, left, right), Kind.BOOL)


def _equality(scope: Scope, node: ast.Binary) -> Expr:
    """Two Booleans may be compared; a Boolean and a value may not."""
    left, right = scope.compile(node.left), scope.compile(node.right)
    if left.kind is right.kind is Kind.BOOL:
        return Expr(f"({left.sql} {node.op} {right.sql})", Kind.BOOL)
    return Expr(
        compare(scope.session, node.op, scope.plain(left, node.left), scope.plain(right, node.right)), Kind.BOOL
    )


def _joined(scope: Scope, node: ast.Binary) -> Expr:
    """`a.b.c` as one chain, so that it is warned of once."""
    _warn_dotted(scope, node)
    parts: list[ast.Node] = []
    rest: ast.Node = node
    while isinstance(rest, ast.Binary) and rest.op == ".":
        parts.append(rest.right)
        rest = rest.left
    return reduce(concatenation, (scope.value(part) for part in [rest, *reversed(parts)]))


def _warn_dotted(scope: Scope, node: ast.Node) -> None:
    """`userIdentity.userName` is a concatenation by the documentation, and hardly ever meant so."""
    name = dotted_name(node)
    if name is not None:
        found = (
            "the records have a field of that name" if name in scope.columns else "no record has a field of that name"
        )
        scope.session.warn(f"{name} without quotes joins the values of its parts ({found}); "
                       f"write '{name}' in single quotes for the field", node.span)  # fmt: skip


def _call(scope: Scope, node: ast.Call) -> Expr:
    row = EVAL.get(node.name)
    if row is None:
        raise UnknownError(f"unknown function '{node.name[:60]}'", node.span, nearest(node.name, EVAL) or LISTED)
    check_count(row, node)
    if row.build is not None:
        return row.build(scope, node)
    return apply(scope, row, arguments(scope, row, node))


_FORMS: dict[type, Callable[..., Expr]] = {
    ast.Literal: _literal,
    ast.FieldRef: _field,
    ast.Negative: _negative,
    ast.And: _junction("AND"),
    ast.Or: _junction("OR"),
    ast.Not: _not,
    ast.Binary: _binary,
    ast.Call: _call,
}

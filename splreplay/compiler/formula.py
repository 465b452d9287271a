"""Expressions of eval and where to SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from splreplay import ast
from splreplay.compiler.compare import any_value, compare
from splreplay.compiler.expr import NULL, Expr, coerce, number, text
from splreplay.compiler.scope import Scope, Services
from splreplay.errors import CompileError, nearest
from splreplay.functions import EVAL
from splreplay.functions.rows import EvalRow, Udf
from splreplay.relation import Column, Kind

LETTERS = {"T": Kind.TEXT, "N": Kind.NUM, "M": Kind.MULTI}
NUMBER_SQL = {"-": "{0} - {1}", "*": "{0} * {1}", "/": "{0} / nullif({1}, 0)", "%": "spl_mod({0}, {1})"}


def scope_for(run: Services, columns: Mapping[str, Column]) -> Scope:
    """Where expressions over these columns are compiled."""
    return Scope(run, columns, compile_formula)


def compile_formula(scope: Scope, node: ast.Node) -> Expr:
    return _FORMS[type(node)](scope, node)


def _literal(scope: Scope, node: ast.Literal) -> Expr:
    if isinstance(node.value, bool):
        return Expr("TRUE" if node.value else "FALSE", Kind.BOOL)
    kind = Kind.NUM if isinstance(node.value, float) else Kind.TEXT
    return Expr(scope.run.bind(node.value), kind, node.value)


def _field(scope: Scope, node: ast.FieldRef) -> Expr:
    if not node.quoted and node.name not in scope.columns and node.name.lower() in ("true", "false"):
        return Expr(node.name.upper(), Kind.BOOL)
    if not node.quoted and node.name not in scope.columns and node.name.lower() == "null":
        return NULL
    return scope.field(node.name)


def _negative(scope: Scope, node: ast.Negative) -> Expr:
    inner = scope.value(node.item)
    return Expr(f"(- {number(inner)})", Kind.NUM)


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
        _warn_dotted(scope, node)
    left, right = scope.value(node.left), scope.value(node.right)
    if node.op == "LIKE":
        return apply(scope, EVAL["like"], [left, right])
    if node.op == "+":
        return _plus(left, right)
    if node.op == ".":
        return Expr(f"({text(left)} || {text(right)})", Kind.TEXT)
    if node.op in NUMBER_SQL:
        return Expr("(" + NUMBER_SQL[node.op].format(number(left), number(right)) + ")", Kind.NUM)
    return Expr(compare(scope.run, node.op, left, right), Kind.BOOL)


def _plus(left: Expr, right: Expr) -> Expr:
    if left.kind is right.kind is Kind.NUM:
        return Expr(f"({left.sql} + {right.sql})", Kind.NUM)
    return Expr(f"spl_add({text(left)}, {text(right)})", Kind.TEXT)


def _warn_dotted(scope: Scope, node: ast.Binary) -> None:
    """`userIdentity.userName` is a concatenation by the documentation, and hardly ever meant so."""
    name = _dotted_name(node)
    if name is None:
        return
    known = name in scope.columns
    found = "the records have a field of that name" if known else "no record has a field of that name"
    scope.run.warn(f"{name} without quotes joins the values of its parts ({found}); write '{name}' in single quotes "
                   "for the field", node.span)  # fmt: skip


def _dotted_name(node: ast.Node) -> str | None:
    if isinstance(node, ast.FieldRef) and not node.quoted:
        return node.name
    if isinstance(node, ast.Binary) and node.op == ".":
        left, right = _dotted_name(node.left), _dotted_name(node.right)
        return f"{left}.{right}" if left and right else None
    return None


# --- functions -----------------------------------------------------------------------------------------
def _call(scope: Scope, node: ast.Call) -> Expr:
    row = EVAL.get(node.name)
    if row is None:
        raise CompileError(f"unknown function '{node.name[:60]}'", node.span, nearest(node.name, EVAL))
    check_count(row, node)
    if row.build is not None:
        return row.build(scope, node)
    return apply(scope, row, [_argument(scope, letter, arg) for letter, arg in zip(letters(row, len(node.args)), node.args)])


def _argument(scope: Scope, letter: str, node: ast.Node) -> Expr:
    expr = compile_formula(scope, node)
    if letter == "B":
        return Expr(scope.condition(node), Kind.BOOL)
    if expr.kind is Kind.BOOL and letter != "A":
        return replace(expr, sql=text(expr), kind=Kind.TEXT)
    return expr


def letters(row: EvalRow, count: int) -> list[str]:
    """The parameter letter of each of `count` arguments."""
    found: list[str] = []
    for index, letter in enumerate(row.params):
        if letter == "*":
            found += [row.params[index - 1]] * (count - len(found))
        elif letter != "?" and row.params[index + 1 : index + 2] != "*":
            found.append(letter)
    return found[:count]


def check_count(row: EvalRow, node: ast.Call) -> None:
    most = None if "*" in row.params else len(row.params.replace("?", ""))
    least = len(row.params.replace("*", "")) - 2 * row.params.count("?") - row.params.count("*")
    if len(node.args) < least or (most is not None and len(node.args) > most):
        allowed = f"{least}" if most == least else f"at least {least}" if most is None else f"{least} to {most}"
        advice = f"for example {row.example}" if row.example else ""
        raise CompileError(f"{node.name}() takes {allowed} arguments, not {len(node.args)}", node.span, advice)


def apply(scope: Scope, row: EvalRow, args: list[Expr]) -> Expr:
    """A table row on compiled arguments; over each value where the first is a list and the row wants one value."""
    if args and args[0].kind is Kind.MULTI and row.params[:1] in ("T", "N") and not row.whole:
        return _apply_each(scope, row, args)
    parts = [expr.sql if letter in "AB" else coerce(expr, LETTERS[letter])
             for letter, expr in zip(letters(row, len(args)), args)]  # fmt: skip
    return Expr(_row_sql(scope, row, parts), row.returns)


def _apply_each(scope: Scope, row: EvalRow, args: list[Expr]) -> Expr:
    name = scope.run.fresh("v")
    each = apply(scope, row, [Expr(name, Kind.TEXT), *args[1:]])
    if each.kind is Kind.BOOL:
        return Expr(any_value(args[0].sql, name, each.sql), Kind.BOOL)
    mapped = f"list_transform({args[0].sql}, lambda {name}: {text(each)})"
    return Expr(f"spl_list(list_filter({mapped}, lambda {name}x: {name}x IS NOT NULL))", Kind.MULTI)


def _row_sql(scope: Scope, row: EvalRow, parts: list[str]) -> str:
    if row.udf is not None:
        return _udf_sql(scope, row, parts)
    if isinstance(row.sql, str):
        return row.sql.format(*parts, args=", ".join(parts))
    least = len(row.params.replace("*", "")) - 2 * row.params.count("?") - row.params.count("*")
    return row.sql[len(parts) - least].format(*parts, args=", ".join(parts))


def _udf_sql(scope: Scope, row: EvalRow, parts: list[str]) -> str:
    """Optional parameters that are missing become NULL; a `*` parameter arrives as one list."""
    plain = [letter for letter in row.params if letter not in "?*"]
    if row.params.endswith("*"):
        plain, parts = [*plain[:-1], "M"], [*parts[: len(plain) - 1], f"[{', '.join(parts[len(plain) - 1 :])}]::VARCHAR[]"]
    kinds = tuple(LETTERS[letter] for letter in plain)
    parts += [f"NULL::{kind.value}" for kind in kinds[len(parts) :]]
    assert row.udf is not None
    return f"{scope.run.use(Udf('spl_' + row.name, row.udf, kinds, row.returns))}({', '.join(parts)})"


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

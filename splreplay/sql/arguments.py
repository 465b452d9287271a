"""The arguments of a function as its row declares them."""

from __future__ import annotations

from splreplay.spl import ast
from splreplay.spl.errors import CompileError
from splreplay.sql.expr import Expr
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow
from splreplay.sql.scope import Scope


def check_count(row: EvalRow, node: ast.Call) -> None:
    least, most, count = row.least, row.most, len(node.args)
    if count >= least and (most is None or count <= most):
        return
    allowed = f"at least {least}" if most is None else str(least) if most == least else f"{least} to {most}"
    noun = "argument" if allowed.endswith("1") else "arguments"
    raise CompileError(f"{node.name}() takes {allowed} {noun}, not {count}", node.span, f"for example {row.example}")


def arguments(scope: Scope, row: EvalRow, node: ast.Call) -> list[Expr]:
    return [
        _argument(scope, row, letter, arg) for letter, arg in zip(row.letters(len(node.args)), node.args, strict=True)
    ]


def _argument(scope: Scope, row: EvalRow, letter: str, node: ast.Node) -> Expr:
    if letter in "AJ":
        return scope.compile(node)
    if letter == "B":
        return Expr(scope.condition(node), Kind.BOOL)
    expr = scope.value(node)
    if letter == "N":
        check_number(row.name, expr, node)
    return expr


def check_number(name: str, expr: Expr, node: ast.Node) -> None:
    """A text that the search spells out where a number belongs is a mistake; in a field it is data."""
    if isinstance(expr.literal, str) and not _reads_as_number(expr.literal):
        raise CompileError(f"{name}() needs a number, not the text {expr.literal[:40]!r}", node.span,
                           f"a field is written without quotes: {expr.literal[:40]}")  # fmt: skip


def _reads_as_number(written: str) -> bool:
    try:
        float(written)
    except ValueError:
        return False
    return "_" not in written

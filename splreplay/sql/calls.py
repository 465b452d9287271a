"""A row of the function tables on compiled arguments: each in the kind that the row takes, and the SQL."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from splreplay.sql.expr import Expr, boolean, multi, number, text
from splreplay.sql.lists import any_value, listed
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow, Udf
from splreplay.sql.scope import Scope, Services


def apply(scope: Scope, row: EvalRow, args: list[Expr]) -> Expr:
    """A table row on compiled arguments; over each value where the row goes over lists and finds one."""
    if row.each is not None and row.each < len(args) and args[row.each].kind is Kind.MULTI:
        return _apply_each(scope, row, args, row.each)
    parts = [KINDS[letter][0](expr) for letter, expr in zip(row.letters(len(args)), args, strict=True)]
    return Expr(_row_sql(scope, row, parts), row.returns, string=row.returns is Kind.TEXT)


def _apply_each(scope: Scope, row: EvalRow, args: list[Expr], place: int) -> Expr:
    name = scope.session.fresh("v")
    single = [*args[:place], Expr(name, Kind.TEXT), *args[place + 1 :]]
    each = apply(scope, replace(row, each=None), single)
    if each.kind is Kind.BOOL:
        return Expr(any_value(args[place].sql, name, each.sql), Kind.BOOL)
    return listed(args[place].sql, name, text(each))


# --- parameters: how an argument becomes SQL of the parameter's kind -------------------------------------
def _anything(expr: Expr) -> str:
    return expr.sql


def _json(expr: Expr) -> str:
    """A letter for what the value is, and its text; functions/json.py reads it."""
    if expr.kind is Kind.MULTI:
        return f"('m' || CAST(to_json({expr.sql}) AS VARCHAR))"
    letter = {Kind.NUM: "n", Kind.BOOL: "b"}.get(expr.kind, "s" if isinstance(expr.literal, str) else "f")
    return f"('{letter}' || {text(expr)})"


KINDS: dict[str, tuple[Callable[[Expr], str], Kind]] = {
    "T": (text, Kind.TEXT),
    "N": (number, Kind.NUM),
    "M": (multi, Kind.MULTI),
    "B": (boolean, Kind.BOOL),
    "J": (_json, Kind.TEXT),
    "A": (_anything, Kind.TEXT),
}


def _row_sql(scope: Scope, row: EvalRow, parts: list[str]) -> str:
    if row.udf is not None:
        return _udf_sql(scope, row, row.udf, parts)
    template = row.sql if isinstance(row.sql, str) else row.sql[len(parts) - row.least]
    return template.format(*parts, args=", ".join(parts))


def _udf_sql(scope: Scope, row: EvalRow, python: Callable[..., object], parts: list[str]) -> str:
    """A call of Python; DuckDB knows one function for each number of arguments."""
    kinds = [KINDS[letter][1] for letter in row.letters(len(parts))]
    if row.packed is not None:
        parts = [*parts[: row.packed], f"[{', '.join(parts[row.packed :])}]::VARCHAR[]"]
        kinds = [*kinds[: row.packed], Kind.MULTI]
    for name in reversed(row.context):
        value, kind = CONTEXT[name](scope.session)
        parts, kinds = [scope.session.bind(value), *parts], [kind, *kinds]
    udf = Udf(f"spl_{row.name}_{len(parts)}", _of_count(python, len(parts), row.nulls), tuple(kinds), row.returns)
    return f"{scope.session.use(udf)}({', '.join(parts)})"


CONTEXT: dict[str, Callable[[Services], tuple[object, Kind]]] = {
    "tz": lambda session: (session.tz, Kind.TEXT),
    "now": lambda session: (float(session.now), Kind.NUM),
}


def _of_count(python: Callable[..., object], count: int, nulls: bool) -> Callable[..., object]:
    """The function as DuckDB wants it: with as many parameters as it is called with."""

    def call_python(*args: Any) -> object:
        return None if not nulls and any(arg is None for arg in args) else python(*args)

    kind = inspect.Parameter.POSITIONAL_ONLY
    call_python.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(f"a{index}", kind) for index in range(count)]
    )
    return call_python

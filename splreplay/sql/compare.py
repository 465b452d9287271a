"""Comparisons of eval and where, by value.

Both sides as numbers where both are numbers, else as text by code point; two strings that the search spells
out or builds are text even if they look like numbers. A list is true if any of its values is. `search`
compares differently: see compiler/filter.py.
"""

from __future__ import annotations

import re

from splreplay.sql.expr import Expr, number, text
from splreplay.sql.lists import any_value
from splreplay.sql.relation import Kind
from splreplay.sql.scope import Services

SHORT = 100  # characters of SQL that may stand twice
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?\s*|NaN")  # as spl_num() of prelude.sql


def compare(session: Services, op: str, left: Expr, right: Expr) -> str:
    """SQL of a comparison; NULL where a side is missing."""
    for side, other in ((left, right), (right, left)):
        if side.kind is Kind.MULTI:
            name = session.fresh("v")
            single = Expr(name, Kind.TEXT)
            pair = (single, other) if side is left else (other, single)
            return any_value(side.sql, name, compare(session, op, *pair))
    return f"({_compare_single(op, left, right)})"


def one_of(session: Services, value: Expr, options: list[Expr]) -> str:
    """SQL: the value equals any of the options; those that are spelt out are looked up in one list."""
    tests = []
    spelt, others = _sorted(value, options)
    for name, literals in spelt.items():
        if literals:
            tests.append(_among(session, value, name, literals))
    tests += [compare(session, "=", value, option) for option in others]
    return "(" + " OR ".join(tests) + ")"


def _sorted(value: Expr, options: list[Expr]) -> tuple[dict[Kind, list[str]], list[Expr]]:
    """Literals to be compared as text, those as numbers, and what is no literal."""
    spelt: dict[Kind, list[str]] = {Kind.TEXT: [], Kind.NUM: []}
    others = []
    for option in options:
        if option.literal is None:
            others.append(option)
        elif never_number(option) or (option.string and value.string):
            spelt[Kind.TEXT].append(str(option.literal))
        else:
            spelt[Kind.NUM].append(str(option.literal))
    return spelt, others


def _among(session: Services, value: Expr, kind: Kind, literals: list[str]) -> str:
    if value.kind is Kind.MULTI:
        name = session.fresh("v")
        return any_value(value.sql, name, _among(session, Expr(name, Kind.TEXT), kind, literals))
    bound = session.bind(literals)
    if kind is Kind.TEXT:
        return once(text(value), f"list_contains({bound}, {{0}})")
    as_number = f"list_transform({bound}, lambda spl_l: spl_num(spl_l))"
    if value.kind is Kind.NUM:
        return once(value.sql, f"list_contains({as_number}, {{0}})")
    return once(text(value), f"coalesce(list_contains({as_number}, spl_num({{0}})), {{0}} IS NULL AND NULL)")


def _compare_single(op: str, left: Expr, right: Expr) -> str:
    if left.kind is right.kind is Kind.NUM:
        return _pair(number(left), number(right), f"{{0}} {op} {{1}}")
    a, b = text(left), text(right)
    if (left.string and right.string) or (op in ("=", "!=") and (never_number(left) or never_number(right))):
        return _pair(a, b, f"{{0}} {op} {{1}}")
    if len(a) + len(b) < SHORT:
        return f"coalesce({number(left)} {op} {number(right)}, {a} {op} {b})"
    return _pair(a, b, f"coalesce(spl_num({{0}}) {op} spl_num({{1}}), {{0}} {op} {{1}})")


def _pair(left: str, right: str, template: str) -> str:
    """Even a plain comparison of something long: DuckDB's optimizer would copy it, twice a level."""
    if len(left) + len(right) < SHORT:
        return template.format(left, right)
    return f"list_transform([[{left}, {right}]], lambda spl_x: {template.format('spl_x[1]', 'spl_x[2]')})[1]"


def never_number(expr: Expr) -> bool:
    """A literal such as "Failed authentication" equals only itself: no cast per row is needed."""
    return isinstance(expr.literal, str) and _NUMBER.fullmatch(expr.literal) is None


def once(sql: str, template: str) -> str:
    """The template names its value {0} several times; a long one is computed once: nesting stays linear."""
    if len(sql) < SHORT:
        return template.format(sql)
    return f"list_transform([{sql}], lambda spl_x: {template.format('spl_x')})[1]"

"""The filter of `search` to SQL.

Values compare without case and with `*`; `f!=x` needs the field, `NOT f=x` does not; a list is kept if any
of its values is. Search Manual, "Difference between != and NOT".
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import partial

from splreplay.functions import EVAL
from splreplay.spl import ast
from splreplay.spl.bounds import epoch
from splreplay.sql.calls import apply
from splreplay.sql.expr import Expr, number, text
from splreplay.sql.lists import any_value
from splreplay.sql.relation import Kind
from splreplay.sql.scope import Scope
from splreplay.values.wildcards import expression, like

ORDER = {"<": "{0} < {1}", ">": "{0} > {1}", "<=": "{0} <= {1}", ">=": "{0} >= {1}"}
# https://help.splunk.com "About event segmentation": minor breakers end a token of the lexicon, major
# breakers end what TERM() sees.
MAJOR = r"""[\s\[\]<>(){}|!;,'"*&?+]"""


def predicate(scope: Scope, node: ast.Node) -> str:
    """SQL that is TRUE where `search` keeps the row, and never NULL. Subsearches are already resolved."""
    return _FORMS[type(node)](scope, node)


def _and(scope: Scope, node: ast.And) -> str:
    return "(" + " AND ".join(predicate(scope, item) for item in node.items) + ")" if node.items else "TRUE"


def _or(scope: Scope, node: ast.Or) -> str:
    return "(" + " OR ".join(predicate(scope, item) for item in node.items) + ")" if node.items else "FALSE"


def _not(scope: Scope, node: ast.Not) -> str:
    return f"(NOT {predicate(scope, node.item)})"


def _compare(scope: Scope, node: ast.Compare) -> str:
    field = scope.field(node.field)
    if field.kind is Kind.NULL:
        return "FALSE"
    if not node.quoted and "(" in node.value:
        advice = "use where to compare with a computed value"
        scope.session.warn(
            f"search compares {node.field} with the text {node.value}, it computes nothing; {advice}",
            node.span,
        )
    test = _exact if node.exact and node.op in ("=", "!=") else _compare_single
    return _each(scope, field, lambda single: test(scope, single, node.op, node.value))


def _in_list(scope: Scope, node: ast.InList) -> str:
    field = scope.field(node.field)
    if field.kind is Kind.NULL or not node.values:
        return "FALSE"
    special = [value for value in node.values if "*" in value or _network(value)]
    plain = sorted({value for value in node.values if not ("*" in value or _network(value))})
    found = [_each(scope, field, partial(_equal, scope, value=value)) for value in special]
    if plain:
        found.append(_one_of(scope, field, scope.session.bind(plain)))
    return "(" + " OR ".join(found) + ")"


def _one_of(scope: Scope, field: Expr, values: str) -> str:
    """Membership by hash, so that a list of 100,000 addresses costs no more than a short one."""
    if field.kind is Kind.MULTI:
        name = scope.session.fresh("v")
        each = f"(SELECT unnest({field.sql}) AS {name})"
        return f"EXISTS (SELECT 1 FROM {each} WHERE lower({name}) IN (SELECT lower(unnest({values}))))"
    return f"coalesce(lower({text(field)}) IN (SELECT lower(unnest({values}))), FALSE)"


# Both sides are folded by DuckDB: Python has other ideas of the small forms of a few letters.
def _each(scope: Scope, field: Expr, test: Callable[[Expr], str]) -> str:
    if field.kind is not Kind.MULTI:
        return f"coalesce({test(field)}, FALSE)"
    name = scope.session.fresh("v")
    return f"coalesce({any_value(field.sql, name, test(Expr(name, Kind.TEXT)))}, FALSE)"


def _compare_single(scope: Scope, field: Expr, op: str, value: str) -> str:
    if op == "!=":
        return f"({field.sql} IS NOT NULL AND NOT ({_equal(scope, field, value)}))"
    if op == "=":
        return _equal(scope, field, value)
    as_number = _number(value)
    if as_number is None:
        return ORDER[op].format(f"lower({text(field)})", f"lower({scope.session.bind(value)})")
    by_number = ORDER[op].format(number(field), scope.session.bind(as_number))
    if field.kind is Kind.NUM:
        return by_number
    by_text = ORDER[op].format(f"lower({text(field)})", f"lower({scope.session.bind(value)})")
    return f"CASE WHEN {number(field)} IS NOT NULL THEN {by_number} ELSE {by_text} END"


def _exact(scope: Scope, field: Expr, op: str, value: str) -> str:
    """`field=CASE(value)`: https://help.splunk.com "Use CASE() and TERM() to match phrases"."""
    same = f"{text(field)} LIKE {scope.session.bind(like(value))} ESCAPE '\\'"
    return same if op == "=" else f"NOT ({same})"


def _equal(scope: Scope, field: Expr, value: str) -> str:
    if set(value) == {"*"}:
        return f"{field.sql} IS NOT NULL"
    if "*" in value:
        return f"lower({text(field)}) LIKE lower({scope.session.bind(like(value))}) ESCAPE '\\'"
    as_number = _number(value)
    if field.kind is Kind.NUM and as_number is not None:
        return f"{field.sql} = {scope.session.bind(as_number)}"
    same = f"lower({text(field)}) = lower({scope.session.bind(value)})"
    if not _network(value):
        return same
    inside = apply(scope, EVAL["cidrmatch"], [Expr(scope.session.bind(value), Kind.TEXT), Expr(text(field), Kind.TEXT)])
    return f"({same} OR {inside.sql})"


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", value) else None


def _network(value: str) -> bool:
    address, slash, _ = value.partition("/")
    if not slash or len(value) > 50:
        return False
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return bool(address)


# --- terms -------------------------------------------------------------------------------------------
def _term(scope: Scope, node: ast.Term) -> str:
    if node.text and set(node.text) == {"*"}:
        return "TRUE"
    raw = scope.field("_raw")
    if raw.kind is Kind.NULL or not node.text:
        return "FALSE"
    return f"coalesce(regexp_matches({text(raw)}, {scope.session.bind(term_pattern(node))}), FALSE)"


def term_pattern(node: ast.Term) -> str:
    """The RE2 pattern for a bare term: whole tokens of the text, `*` within a token."""
    edge = MAJOR if node.mode == "TERM" else r"[^\pL\pN]"
    inner = node.text.strip("*")
    body = expression(inner, star=r"[^\s]*")
    left = "" if node.text.startswith("*") or not _is_token(inner[:1]) else f"(?:^|{edge})"
    right = "" if node.text.endswith("*") or not _is_token(inner[-1:]) else f"(?:$|{edge})"
    return ("" if node.mode == "CASE" else "(?i)") + left + body + right


def _is_token(char: str) -> bool:
    return char.isalnum()


def _time_bound(scope: Scope, node: ast.TimeBound) -> str:
    time = scope.field(node.field)
    if time.kind is Kind.NULL:
        return "TRUE"
    bound = scope.session.bind(epoch(node, scope.session.now, scope.session.tz))
    return f"coalesce({number(time)} {node.op} {bound}, FALSE)"


_FORMS: dict[type, Callable[..., str]] = {
    ast.And: _and,
    ast.Or: _or,
    ast.Not: _not,
    ast.Compare: _compare,
    ast.InList: _in_list,
    ast.Term: _term,
    ast.TimeBound: _time_bound,
}

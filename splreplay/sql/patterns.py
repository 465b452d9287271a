"""Regular expressions as SQL: in DuckDB where RE2 gives PCRE's answer, else in Python."""

from __future__ import annotations

from splreplay.spl import ast
from splreplay.sql.expr import Expr, text
from splreplay.sql.lists import any_value
from splreplay.sql.relation import Kind
from splreplay.sql.rows import Udf
from splreplay.sql.scope import Scope, Services
from splreplay.values.regexes import Pattern, of_value, pattern


def matched(scope: Scope, value: Expr, node: ast.Node) -> str:
    """SQL: the pattern that `node` spells out or computes is found in the value, or in any of a list."""
    given = scope.value(node)
    found = pattern(given.literal, node.span) if isinstance(given.literal, str) else text(given)
    if value.kind is not Kind.MULTI:
        return test(scope.session, text(value), found)
    name = scope.session.fresh("v")
    return any_value(value.sql, name, test(scope.session, name, found))


def test(session: Services, sql: str, found: Pattern | str) -> str:
    """SQL: a compiled pattern, or the one that SQL computes, is found in the text."""
    if isinstance(found, str):
        return f"{session.use(Udf('spl_match', _matches, (Kind.TEXT, Kind.TEXT), Kind.BOOL))}({sql}, {found})"
    if found.re2 is not None:
        return f"regexp_matches({sql}, {session.bind(found.re2)})"

    def search(value: str | None) -> bool | None:
        return None if value is None else found.search(value) is not None

    return f"{session.use(Udf(session.fresh('spl_match_'), search, (Kind.TEXT,), Kind.BOOL))}({sql})"


def _matches(value: str | None, written: str | None) -> bool | None:
    """A field's value as a pattern; one that is none matches nothing."""
    found = None if written is None else of_value(written)
    return None if value is None or found is None else found.search(value) is not None


def replaced(scope: Scope, value: Expr, node: ast.Node, template: Expr) -> str:
    """SQL of the text with every match replaced."""
    given = scope.value(node)
    if not isinstance(given.literal, str):
        udf = Udf("spl_replace", _replace, (Kind.TEXT,) * 3, Kind.TEXT)
        return f"{scope.session.use(udf)}({text(value)}, {text(given)}, {text(template)})"
    found = pattern(given.literal, node.span)
    plain = isinstance(template.literal, str) and "\\" not in template.literal
    if found.re2 is not None and found.exact and plain and found.search("") is None:
        return f"regexp_replace({text(value)}, {scope.session.bind(found.re2)}, {text(template)}, 'g')"

    def replace(value: str | None, filled: str | None) -> str | None:
        return None if value is None or filled is None else found.replace(value, filled)

    udf = Udf(scope.session.fresh("spl_replace_"), replace, (Kind.TEXT, Kind.TEXT), Kind.TEXT)
    return f"{scope.session.use(udf)}({text(value)}, {text(template)})"


def _replace(value: str | None, written: str | None, template: str | None) -> str | None:
    found = None if written is None else of_value(written)
    return None if value is None or found is None or template is None else found.replace(value, template)

"""A subsearch's rows as a filter: `( ( a="1" AND b="x" ) OR ( ... ) )`.

Search Manual, "About subsearches": at most 10,000 rows are used, and a field named `search` or `query` gives
its value as the text of the filter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from splreplay.commands.format import AS_TEXT, DEFAULT, formatted
from splreplay.spl import ast
from splreplay.spl.errors import RunError, Span
from splreplay.spl.formula import parse_formula
from splreplay.spl.search import parse_search
from splreplay.spl.text import Text

if TYPE_CHECKING:
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Row, Session

MAX_ROWS = 10_000
NOTHING = ast.Or(())


def rows_of(session: Session, node: ast.Subsearch, limit: int = MAX_ROWS) -> list[Row]:
    """The rows of a subsearch, cut at Splunk's limit with a message."""
    relation = session.pipeline(node.pipeline)
    rows = session.rows(session.step(relation, f"SELECT * FROM {{prev}} ORDER BY o LIMIT {limit + 1}"))
    if len(rows) > limit:
        session.warn(
            f"a subsearch gave more than {limit:,} rows; only the first {limit:,} are used, as in Splunk",
            node.span,
        )
    return rows[:limit]


def as_filter(session: Session, node: ast.Subsearch) -> ast.Node:
    rows = rows_of(session, node)
    if not any(_visible(row) for row in rows):
        return ast.Or((), span=node.span)
    names = {name for row in rows for name in _visible(row)}
    if len(names) == 1 and not names & set(AS_TEXT):
        return _one_field(names.pop(), rows, node.span)
    return ast.Or(tuple(_row_filter(row, node.span) for row in rows), span=node.span)


def as_text(session: Session, node: ast.Subsearch) -> str:
    """What stands in a search in the place of the subsearch."""
    rows = rows_of(session, node)
    texts = [" ".join(_values(row[name])) for row in rows for name in AS_TEXT if name in row]
    return " ".join(texts) if texts else formatted(rows, DEFAULT)


def answered(session: Session, node: ast.Node) -> ast.Node:
    """An expression of eval with every subsearch replaced by the expression that its answer spells."""
    if isinstance(node, ast.Subsearch):
        source = Text.of(as_text(session, node), "answer of the subsearch")
        if not source.text.strip():
            raise RunError(
                "the subsearch in this expression found nothing",
                node.span,
                "let it end in a row: stats count",
            )
        with source.located():
            return parse_formula(source.text, Span(0, len(source.text)))
    if isinstance(node, ast.And | ast.Or):
        return replace(node, items=tuple(answered(session, item) for item in node.items))
    if isinstance(node, ast.Not | ast.Negative):
        return replace(node, item=answered(session, node.item))
    if isinstance(node, ast.Binary):
        return replace(node, left=answered(session, node.left), right=answered(session, node.right))
    if isinstance(node, ast.Call):
        return replace(node, args=tuple(answered(session, arg) for arg in node.args))
    return node


def _visible(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def _one_field(name: str, rows: list[Row], span: Span) -> ast.Node:
    values = [value for row in rows if name in row for value in _values(row[name])]
    return ast.InList(name, tuple(values), span=span)


def _row_filter(row: Row, span: Span) -> ast.Node:
    items = [_cell_filter(name, value, span) for name, value in _visible(row).items()]
    return ast.And(tuple(items), span=span)


def _cell_filter(name: str, value: str | list[str], span: Span) -> ast.Node:
    if name in AS_TEXT:
        text = " ".join(_values(value))
        return parse_search(text, Span(0, len(text)), _no_subsearch)
    found = tuple(ast.Compare(name, "=", single, True, span=span) for single in _values(value))
    return found[0] if len(found) == 1 else ast.Or(found, span=span)


def _no_subsearch(token: object) -> ast.Subsearch:
    raise RunError("the text that a subsearch returned contains a subsearch")


def _values(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def relation_of(session: Session, node: ast.Subsearch) -> Relation:
    """The subsearch as a relation, for append, join and union."""
    return session.pipeline(node.pipeline)

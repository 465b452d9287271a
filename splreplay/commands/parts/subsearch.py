"""A subsearch's rows as a filter: `( ( a="1" AND b="x" ) OR ( ... ) )`.

Search Manual, "About subsearches": at most 10,000 rows are used, and a field named `search` or `query` gives
its value as the text of the filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from splreplay.commands.format import AS_TEXT, DEFAULT, formatted
from splreplay.spl import ast
from splreplay.spl.errors import RunError, Span
from splreplay.spl.formula import parse_formula
from splreplay.spl.search import parse_search
from splreplay.spl.text import Text

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.values.rows import Row

MAX_ROWS = 10_000


def rows_of(walk: Walk, node: ast.Subsearch, limit: int = MAX_ROWS) -> list[Row]:
    """The rows of a subsearch, cut at Splunk's limit with a message."""
    relation = walk.pipeline(node.pipeline)
    rows = walk.rows(walk.step(relation, f"SELECT * FROM {{prev}} ORDER BY o LIMIT {limit + 1}"))
    if len(rows) > limit:
        walk.warn(
            f"a subsearch gave more than {limit:,} rows; only the first {limit:,} are used, as in Splunk",
            node.span,
        )
    return rows[:limit]


def resolve(walk: Walk, node: ast.Node) -> ast.Node:
    """A search expression with every subsearch run, and event types and tags replaced by what they stand for."""
    return walk.knowledge.resolve(_answered_filter(walk, node))


def has_subsearch(node: ast.Node) -> bool:
    return any(isinstance(part, ast.Subsearch | ast.CompareSubsearch) for part in ast.walk(node))


def _answered_filter(walk: Walk, node: ast.Node) -> ast.Node:
    if isinstance(node, ast.Subsearch):
        return as_filter(walk, node)
    if isinstance(node, ast.CompareSubsearch):
        return ast.Compare(node.field, node.op, as_text(walk, node.subsearch), True, span=node.span)
    return ast.mapped(node, lambda part: _answered_filter(walk, part))


def as_filter(walk: Walk, node: ast.Subsearch) -> ast.Node:
    rows = rows_of(walk, node)
    if not any(_visible(row) for row in rows):
        return ast.Or((), span=node.span)
    names = {name for row in rows for name in _visible(row)}
    if len(names) == 1 and not names & set(AS_TEXT):
        return _one_field(names.pop(), rows, node.span)
    return ast.Or(tuple(_row_filter(row, node.span) for row in rows), span=node.span)


def as_text(walk: Walk, node: ast.Subsearch) -> str:
    """What stands in a search in the place of the subsearch."""
    rows = rows_of(walk, node)
    texts = [" ".join(_values(row[name])) for row in rows for name in AS_TEXT if name in row]
    return " ".join(texts) if texts else formatted(rows, DEFAULT)


def answered(walk: Walk, node: ast.Node) -> ast.Node:
    """An expression of eval with every subsearch replaced by the expression that its answer spells."""
    if isinstance(node, ast.Subsearch):
        source = Text.of(as_text(walk, node), "answer of the subsearch")
        if not source.text.strip():
            raise RunError(
                "the subsearch in this expression found nothing",
                node.span,
                "let it end in a row: stats count",
            )
        with source.located():
            return parse_formula(source.text, Span(0, len(source.text)))
    return ast.mapped(node, lambda part: answered(walk, part))


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

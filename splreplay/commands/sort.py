"""`sort`: rows by their values.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/sort
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.order import SortField, parse_sort_fields
from splreplay.commands.parts.order_sql import order_by
from splreplay.commands.row import CommandRow, reads
from splreplay.commands.rows import count
from splreplay.spl import ast
from splreplay.spl.cursor import Cursor
from splreplay.spl.errors import Span

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session

LIMIT = 10_000


@dataclass(frozen=True)
class Sort(ast.Node):
    """`limit` 0: all rows; None: Splunk's 10,000."""

    fields: tuple[SortField, ...]
    limit: int | None = None
    descending: bool = False


def parse(parser: PipelineParser, span: Span) -> Sort:
    cursor = parser.cursor(span)
    limit = _limit(cursor)
    fields = parse_sort_fields(cursor, "sort", "d", "desc")
    descending = cursor.accept_word("d", "desc") is not None
    limit = _limit(cursor) if limit is None else limit
    cursor.finish("sort")
    return Sort(fields, limit, descending, span=span)


def _limit(cursor: Cursor) -> int | None:
    option = cursor.option({"limit": count})
    if option is not None:
        return int(str(option[1]))
    return int(cursor.take().text) if cursor.now.text.isdecimal() and len(cursor.now.text) < 16 else None


def compile_sort(session: Session, before: Relation, node: Sort) -> Relation:
    relation = session.materialise(before) if node.limit is None else before
    limit = LIMIT if node.limit is None else node.limit
    ordered = session.reorder(relation, order_by(session.scope(relation), node.fields, node.descending))
    if node.limit is None and not _bites(session, relation, node):
        return ordered
    return session.step(ordered, f"SELECT * FROM {{prev}} ORDER BY o LIMIT {limit}") if limit else ordered


def _bites(session: Session, relation: Relation, node: Sort) -> bool:
    (rows,) = session.one(f"SELECT count(*) FROM {relation.name}")
    if rows > LIMIT:
        session.warn(f"sort keeps the first {LIMIT:,} of {rows:,} rows, as in Splunk; write sort 0 for all", node.span)
    return bool(rows > LIMIT)


ROWS = (
    CommandRow("sort", parse, compile_sort, lambda node: reads(field.name for field in node.fields),
               keeps=True, example="sort 20 -count, +user"),
)  # fmt: skip

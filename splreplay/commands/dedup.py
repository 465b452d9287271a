"""`dedup`: the first rows of each combination of values.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/dedup
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.aggregates_sql import key_of
from splreplay.commands.parts.order import SortField, parse_sort_fields
from splreplay.commands.parts.order_sql import order_by
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.names import field_list
from splreplay.sql.relation import Column

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session


@dataclass(frozen=True)
class Dedup(ast.Node):
    """Keep `count` rows a combination; `sortby` decides which, and the order of the rows."""

    fields: tuple[str, ...]
    count: int = 1
    keepevents: bool = False
    keepempty: bool = False
    consecutive: bool = False
    sortby: tuple[SortField, ...] = ()


OPTIONS: dict[str, Converter] = {"keepevents": boolean, "keepempty": boolean, "consecutive": boolean}


def parse(parser: PipelineParser, span: Span) -> Dedup:
    cursor = parser.cursor(span)
    options = cursor.options(OPTIONS)
    count = 1
    if cursor.now.text.isdecimal() and len(cursor.now.text) < 16:
        token = cursor.take()
        count = int(token.text)
        if count < 1:
            raise CompileError(
                "dedup keeps at least 1 row of each", token.span, "write dedup 1 or leave the number out"
            )
    options |= cursor.options(OPTIONS)
    fields = field_list(cursor, "dedup", "sortby")
    options |= cursor.options(OPTIONS)
    sortby = parse_sort_fields(cursor, "sortby") if cursor.accept_word("sortby") else ()
    options |= cursor.options(OPTIONS)
    cursor.finish("dedup")
    flags = {name: bool(options.get(name, False)) for name in OPTIONS}
    return Dedup(fields, count, **flags, sortby=sortby, span=span)


def compile_dedup(session: Session, before: Relation, node: Dedup) -> Relation:
    if node.sortby:
        before = session.reorder(before, order_by(session.scope(before), node.sortby))
    scope = session.scope(before)
    keys = [key_of(scope, name).sql for name in node.fields]
    relation, seen = _numbered(session, before, keys, node.consecutive)
    present = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    if node.keepevents:
        return _emptied(session, relation, node, f"({present}) AND {seen} > {node.count}")
    kept = f"{seen} <= {node.count}"
    where = f"({present}) AND {kept}" if not node.keepempty else f"NOT ({present}) OR {kept}"
    return session.step(relation, f"SELECT * FROM {{prev}} WHERE {where}")


def _numbered(session: Session, before: Relation, keys: Sequence[str], consecutive: bool) -> tuple[Relation, str]:
    """The rows, and the column that counts the rows of a combination (or of a run of it)."""
    seen, group = session.fresh("n"), ", ".join(keys)
    if not consecutive:
        number = f"row_number() OVER (PARTITION BY {group} ORDER BY o)"
        return session.step(before, f"SELECT *, {number} AS {seen} FROM {{prev}}"), seen
    changed, block = session.fresh("d"), session.fresh("b")
    differs = f"CAST(row({group}) IS DISTINCT FROM lag(row({group})) OVER (ORDER BY o) AS INTEGER)"
    relation = session.step(before, f"SELECT *, {differs} AS {changed} FROM {{prev}}")
    relation = session.step(relation, f"SELECT *, sum({changed}) OVER (ORDER BY o) AS {block} FROM {{prev}}")
    number = f"row_number() OVER (PARTITION BY {block} ORDER BY o)"
    return session.step(relation, f"SELECT *, {number} AS {seen} FROM {{prev}}"), seen


def _emptied(session: Session, relation: Relation, node: Dedup, duplicate: str) -> Relation:
    """All rows; duplicates lose the fields."""
    columns, parts = dict(relation.columns), []
    for name in node.fields:
        if name in columns:
            old, columns[name] = (
                columns[name],
                Column(session.fresh("c"), columns[name].kind, columns[name].delim),
            )
            parts.append(f"CASE WHEN NOT ({duplicate}) THEN {old.sql} END AS {columns[name].sql}")
    return session.step(relation, f"SELECT *, {', '.join(parts)} FROM {{prev}}", columns) if parts else relation


def reads_dedup(node: Dedup) -> Reads:
    return reads([*node.fields, *(field.name for field in node.sortby)])


ROWS = (
    CommandRow("dedup", parse, compile_dedup, reads_dedup, keeps=True, example="dedup 2 user src_ip sortby -_time"),
)

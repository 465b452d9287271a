"""`top` and `rare`: the most and the least common values, with their number and share.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/top
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.aggregates_sql import grouped, key_of, sort_key, split_groups
from splreplay.commands.parts.frames import partition
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.commands.rows import count
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.names import at_option, field_list
from splreplay.sql.expr import Expr, text
from splreplay.sql.relation import Column, Kind, Relation

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

COUNT = "\0count"  # no field of a record has this name
MAX_ROWS = 50_000  # limits.conf [top] maxresultrows


@dataclass(frozen=True)
class Top(ast.Node):
    """`countfield` and `percentfield` are empty where they are not shown; `limit` 0: all."""

    rare: bool
    fields: tuple[str, ...]
    by: tuple[str, ...] = ()
    limit: int = 10
    countfield: str = "count"
    percentfield: str = "percent"
    otherstr: str = ""


OPTIONS: dict[str, Converter] = {
    "limit": count,
    "countfield": str,
    "percentfield": str,
    "showcount": boolean,
    "showperc": boolean,
    "useother": boolean,
    "otherstr": str,
}


def parser_for(rare: bool) -> Callable[[PipelineParser, Span], Top]:
    def parse(parser: PipelineParser, span: Span) -> Top:
        cursor = parser.cursor(span)
        options: dict[str, object] = {}
        fields: tuple[str, ...] = ()
        by: tuple[str, ...] = ()
        while not cursor.done:
            if at_option(cursor):
                options |= cursor.options(OPTIONS)
            elif not fields and cursor.now.text.isdecimal() and len(cursor.now.text) < 16:
                options["limit"] = int(cursor.take().text)
            elif fields and cursor.accept_word("by"):
                by = field_list(cursor, "BY")
            else:
                fields += field_list(cursor, "rare" if rare else "top", "by")
        if not fields:
            raise cursor.wrong("expected a field", "for example top limit=5 eventName")
        return _top(Top(rare, fields, by, span=span), options)

    return parse


def _top(node: Top, options: dict[str, object]) -> Top:
    shown = {
        name: str(options.get(name, default)) if options.get(switch, True) else ""
        for name, switch, default in (
            ("countfield", "showcount", "count"),
            ("percentfield", "showperc", "percent"),
        )
    }
    for name in shown.values():
        if name in (*node.fields, *node.by):
            raise CompileError(
                f"'{name[:60]}' is a field and cannot also be a result", node.span, "write countfield=..."
            )
    other = str(options.get("otherstr", "OTHER")) if options.get("useother", False) else ""
    limit = int(str(options.get("limit", 10)))
    return Top(node.rare, node.fields, node.by, limit, **shown, otherstr=other, span=node.span)


def compile_top(session: Session, before: Relation, node: Top) -> Relation:
    relation = split_groups(session, before, [*node.by, *node.fields])
    keys = {name: key_of(session.scope(relation), name) for name in (*node.by, *node.fields)}
    number = Column(session.fresh("c"), Kind.NUM)
    relation = grouped(session, relation, keys, {COUNT: (number, "CAST(count(*) AS DOUBLE)")})
    place, total = session.fresh("n"), session.fresh("n")
    by = [relation.columns[name] for name in node.by]
    groups = partition([column.sql for column in by])
    sql = (
        f"SELECT *, row_number() OVER ({groups} ORDER BY {_order(relation, node, number)}) AS {place}, "
        f"sum({number.sql}) OVER ({groups}) AS {total} FROM {{prev}}"
    )
    relation = session.step(relation, sql)
    limit = min(node.limit or MAX_ROWS, MAX_ROWS)
    if node.otherstr:
        relation = _with_other(session, relation, node, [number.sql, place, total], limit)
    relation = session.step(relation, f"SELECT * FROM {{prev}} WHERE {place} <= {limit + bool(node.otherstr)}")
    order = [sort_key(Expr(column.sql, column.kind)) for column in by]
    return _shown(session, session.reorder(relation, ", ".join([*order, place])), node, number, total)


def _order(relation: Relation, node: Top, number: Column) -> str:
    """By count; of values that are as common, top gives the last first, as the page's example shows."""
    direction = "ASC" if node.rare else "DESC"
    columns = [relation.columns[name] for name in node.fields]
    values = [text(Expr(column.sql, column.kind)) for column in columns]
    return ", ".join(f"{key} {direction}" for key in (number.sql, *values))


def _with_other(session: Session, relation: Relation, node: Top, counted: list[str], limit: int) -> Relation:
    """The rows behind the limit of their group become one."""
    number, place, total = counted
    columns = dict(relation.columns)
    by = [columns[name].sql for name in node.by]
    parts = [*by, f"sum({number}) AS {number}", f"min({place}) AS {place}", f"min({total}) AS {total}"]
    for name in node.fields:
        old, columns[name] = columns[name], Column(session.fresh("c"), Kind.TEXT)
        value, other = text(Expr(old.sql, old.kind)), session.bind(node.otherstr)
        parts.append(f"CASE WHEN min({place}) > {limit} THEN {other} ELSE min({value}) END AS {columns[name].sql}")
    group = ", ".join([*by, f"least({place}, {limit + 1})"])
    return session.step(relation, f"SELECT min(o) AS o, {', '.join(parts)} FROM {{prev}} GROUP BY {group}", columns)


def _shown(session: Session, relation: Relation, node: Top, number: Column, total: str) -> Relation:
    columns = {name: relation.columns[name] for name in (*node.by, *node.fields)}
    if node.countfield:
        columns[node.countfield] = number
    relation = Relation(relation.name, columns, relation.steps)
    if not node.percentfield:
        return relation
    share = Expr(f"format('{{:.6f}}', {number.sql} * 100 / {total})", Kind.TEXT)
    return session.extend(relation, {node.percentfield: share})


def reads_top(node: Top) -> Reads:
    return reads([*node.by, *node.fields], closes=True)


ROWS = (
    CommandRow("top", parser_for(False), compile_top, reads_top, example="top limit=5 eventName by user"),
    CommandRow("rare", parser_for(True), compile_top, reads_top, example="rare limit=5 userAgent"),
)

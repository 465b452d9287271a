"""`eventstats`: aggregates over groups, written into every row of the group.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/eventstats
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.aggregates import Aggregate, parse_terms
from splreplay.commands.parts.aggregates_sql import Setting, columns_for, cut_lists, expand, grouped, key_of
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import boolean
from splreplay.spl.errors import Span
from splreplay.sql.derive import for_wildcards
from splreplay.sql.expr import Expr, unify
from splreplay.sql.relation import Column, Relation

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session


@dataclass(frozen=True)
class Eventstats(ast.Node):
    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]
    allnum: bool = False


def parse(parser: PipelineParser, span: Span) -> Eventstats:
    terms = parse_terms(parser.cursor(span), {"allnum": boolean})
    return Eventstats(terms.aggregates, terms.by, bool(terms.options.get("allnum", False)), span=span)


def compile_eventstats(session: Session, before: Relation, node: Eventstats) -> Relation:
    """The rows rest in a table, so that they are there once for the groups and once to join these back."""
    before = for_wildcards(session, before, (field for item in node.aggregates for field in item.fields))
    table = session.materialise(before)
    scope = session.scope(table)
    keys = {name: key_of(scope, name) for name in node.by}
    items = expand(session, node.aggregates, before.columns, node.by)
    results = columns_for(session, Setting(scope, allnum=node.allnum), items)
    if not results or any(name not in table.columns for name in node.by):
        return before  # nothing to compute, or no row in any group
    groups = session.materialise(cut_lists(session, grouped(session, table, keys, results), items))
    return _joined(session, table, groups, [key.sql for key in keys.values()], items)


def _joined(
    session: Session, table: Relation, groups: Relation, keys: Sequence[str], items: Sequence[Aggregate]
) -> Relation:
    """Each row beside the row of its group; one that is in no group keeps what it has."""
    own = [column.sql for column in groups.columns.values()]
    same = " AND ".join(f"events.{key} = groups.{column}" for key, column in zip(keys, own, strict=False))
    found = {item.name: groups.columns[item.name] for item in items}
    matched = session.fresh("g")
    listed = ", ".join(["events.*", f"groups.o AS {matched}", *(f"groups.{c.sql}" for c in found.values())])
    join = f"LEFT JOIN {groups.name} AS groups ON {same or 'TRUE'}"
    relation = session.step(table, f"SELECT {listed} FROM {{prev}} AS events {join}")
    results = {name: (column, column.sql) for name, column in found.items()}
    return add_results(session, relation, [matched] if keys else [], results)


def add_results(
    session: Session, before: Relation, keys: Sequence[str], results: Mapping[str, tuple[Column, str]]
) -> Relation:
    """The rows with these results; a row in which a key is null stays as it is."""
    if not results:
        return before
    scope, columns, parts = session.scope(before), dict(before.columns), []
    present = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    for name, (column, sql) in results.items():
        new, kind = sql, column.kind
        if keys:
            (new, old), kind = unify([Expr(sql, column.kind), scope.field(name)])
            new = f"CASE WHEN {present} THEN {new} ELSE {old} END"
        columns[name] = Column(session.fresh("c"), kind, column.delim)
        parts.append(f"{new} AS {columns[name].sql}")
    return session.step(before, f"SELECT *, {', '.join(parts)} FROM {{prev}}", columns)


def reads_terms(node: Eventstats) -> Reads:
    return reads([*node.by, *(field for item in node.aggregates for field in item.fields)])


ROWS = (
    CommandRow("eventstats", parse, compile_eventstats, reads_terms, example="eventstats avg(bytes) as mean by user"),
)

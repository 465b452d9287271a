"""`eventstats`: aggregates over groups, written into every row of the group.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/eventstats
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay import ast
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.compiler.aggregates import Setting, columns_for, cut_lists, expand, key_of
from splreplay.compiler.expr import Expr, unify
from splreplay.errors import Span
from splreplay.parser.aggregates import Aggregate, parse_terms
from splreplay.parser.cursor import boolean
from splreplay.relation import Column, Relation

if TYPE_CHECKING:
    from splreplay.parser.pipeline import PipelineParser
    from splreplay.run import Run


@dataclass(frozen=True)
class Eventstats(ast.Node):
    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]
    allnum: bool = False


def parse(parser: PipelineParser, span: Span) -> Eventstats:
    terms = parse_terms(parser.cursor(span), {"allnum": boolean})
    return Eventstats(terms.aggregates, terms.by, bool(terms.options.get("allnum", False)), span=span)


def compile_eventstats(run: Run, before: Relation, node: Eventstats) -> Relation:
    scope = run.scope(before)
    keys = [key_of(scope, name).sql for name in node.by]
    setting = Setting(scope, f" OVER ({partition(keys)})", node.allnum)
    items = expand(run, node.aggregates, before.columns, node.by)
    return cut_lists(run, add_results(run, before, keys, columns_for(run, setting, items)), items)


def partition(keys: Sequence[str]) -> str:
    return f"PARTITION BY {', '.join(keys)}" if keys else ""


def add_results(
    run: Run, before: Relation, keys: Sequence[str], results: Mapping[str, tuple[Column, str]]
) -> Relation:
    """The rows with these results; a row in which a key is null stays as it is."""
    if not results:
        return before
    scope, columns, parts = run.scope(before), dict(before.columns), []
    present = " AND ".join(f"{key} IS NOT NULL" for key in keys) or "TRUE"
    for name, (column, sql) in results.items():
        (new, old), kind = unify([Expr(sql, column.kind), scope.field(name)])
        if not keys:
            new, kind = sql, column.kind
        columns[name] = Column(column.sql, kind, column.delim)
        parts.append(
            f"CASE WHEN {present} THEN {new} ELSE {old} END AS {column.sql}"
            if keys
            else f"{new} AS {column.sql}"
        )
    return run.step(before, f"SELECT *, {', '.join(parts)} FROM {{prev}}", columns)


def reads_terms(node: Eventstats) -> Reads:
    return reads([*node.by, *(field for item in node.aggregates for field in item.fields)])


ROWS = (
    CommandRow(
        "eventstats", parse, compile_eventstats, reads_terms, example="eventstats avg(bytes) as mean by user"
    ),
)

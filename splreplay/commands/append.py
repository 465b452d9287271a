"""Rows from a second search: append, appendcols, appendpipe, union, multisearch.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/append
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.arguments import mixed, subsearch_token
from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean, whole
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.lexer import TokenKind
from splreplay.sql.expr import Expr, unify
from splreplay.sql.relation import Column, Relation

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

MAX_ROWS = 50_000
# Time limits of Splunk's subsearches are read and have no effect: this engine waits for its subsearches.
LIMITS: Mapping[str, Converter] = {
    "maxout": whole,
    "maxtime": whole,
    "timeout": whole,
    "extendtimerange": boolean,
}


@dataclass(frozen=True)
class Append(ast.Node):
    subsearch: ast.Subsearch
    maxout: int


@dataclass(frozen=True)
class Appendcols(ast.Node):
    subsearch: ast.Subsearch
    maxout: int
    override: bool


@dataclass(frozen=True)
class Appendpipe(ast.Node):
    subsearch: ast.Subsearch


@dataclass(frozen=True)
class Union(ast.Node):
    subsearches: tuple[ast.Subsearch, ...]
    maxout: int
    by_time: bool


def parse_append(parser: PipelineParser, span: Span) -> Append:
    cursor = parser.cursor(span)
    options = cursor.options(LIMITS)
    subsearch = parser.subsearch(subsearch_token(cursor, "append"))
    cursor.finish("append")
    return Append(subsearch, _maxout(options), span=span)


def _maxout(options: Mapping[str, object]) -> int:
    return int(str(options.get("maxout", MAX_ROWS))) or MAX_ROWS


def compile_append(walk: Walk, before: Relation, node: Append) -> Relation:
    return walk.union([before, limited(walk, walk.pipeline(node.subsearch.pipeline), node.maxout, "append")])


def limited(session: Session, relation: Relation, limit: int, command: str) -> Relation:
    """The first rows, with a message where Splunk would cut."""
    table = session.materialise(relation)
    [(count,)] = session.execute(f"SELECT count(*) FROM {table.name}").fetchall()
    if count <= limit:
        return table
    session.warn(f"the subsearch of {command} gave {count:,} rows; only the first {limit:,} are used, as in Splunk")
    return session.step(table, f"SELECT * FROM {{prev}} ORDER BY o LIMIT {limit}")


def parse_appendcols(parser: PipelineParser, span: Span) -> Appendcols:
    cursor = parser.cursor(span)
    options = cursor.options({**LIMITS, "override": boolean})
    subsearch = parser.subsearch(subsearch_token(cursor, "appendcols"))
    cursor.finish("appendcols")
    return Appendcols(subsearch, _maxout(options), bool(options.get("override")), span=span)


def compile_appendcols(walk: Walk, before: Relation, node: Appendcols) -> Relation:
    """Row by row, in order; internal fields of the second search are left out."""
    other = limited(walk, walk.pipeline(node.subsearch.pipeline), node.maxout, "appendcols")
    other = walk.materialise(other.show(name for name in other.columns if not name.startswith("_")))
    left = walk.materialise(walk.reorder(before, "o"))
    right = walk.materialise(walk.reorder(other, "o"))
    columns, parts = {}, ["coalesce(l.o, r.o) AS o"]
    for name in dict.fromkeys([*left.columns, *right.columns]):
        columns[name], sql = _cell(walk, left.columns.get(name), right.columns.get(name), node.override)
        parts.append(sql)
    sql = f"SELECT {', '.join(parts)} FROM {{prev}} l FULL JOIN {right.name} r ON l.o = r.o"
    return walk.step(left, sql, columns)


def _cell(session: Session, left: Column | None, right: Column | None, override: bool) -> tuple[Column, str]:
    both = [
        Expr(f"{side}.{column.sql}", column.kind) for side, column in (("l", left), ("r", right)) if column is not None
    ]
    sqls, kind = unify(both[::-1] if override else both)
    column = Column(session.fresh("c"), kind)
    return column, f"coalesce({', '.join(sqls)}) AS {column.sql}"


def parse_appendpipe(parser: PipelineParser, span: Span) -> Appendpipe:
    cursor = parser.cursor(span)
    cursor.options({"run_in_preview": boolean})
    subsearch = parser.subsearch(subsearch_token(cursor, "appendpipe"))
    cursor.finish("appendpipe")
    return Appendpipe(subsearch, span=span)


def compile_appendpipe(walk: Walk, before: Relation, node: Appendpipe) -> Relation:
    rows = walk.materialise(before)
    return walk.union([rows, walk.pipeline(node.subsearch.pipeline, rows)])


def parse_union(parser: PipelineParser, span: Span) -> Union:
    return _union(parser, span, by_time=False)


def parse_multisearch(parser: PipelineParser, span: Span) -> Union:
    found = _union(parser, span, by_time=True)
    if len(found.subsearches) < 2:
        raise CompileError(
            "multisearch needs at least two subsearches",
            span,
            "write | multisearch [search ...] [search ...]",
        )
    return found


def _union(parser: PipelineParser, span: Span, by_time: bool) -> Union:
    cursor = parser.cursor(span)
    options, names = mixed(cursor, LIMITS)
    found = []
    while cursor.now.kind is TokenKind.SUBSEARCH:
        found.append(parser.subsearch(cursor.take()))
        cursor.accept_op(",")
    cursor.finish("union" if not by_time else "multisearch")
    if names:
        raise CompileError(
            f"dataset '{names[0][:60]}' is not known here",
            span,
            "write it as a subsearch: [| inputlookup name]",
        )
    if not found:
        raise cursor.wrong("expected a subsearch", "write | union [search ...] [search ...]")
    return Union(tuple(found), _maxout(options), by_time, span=span)


def compile_union(walk: Walk, before: Relation, node: Union) -> Relation:
    found = [limited(walk, walk.pipeline(item.pipeline), node.maxout, "union") for item in node.subsearches]
    relation = walk.union([before, *found])
    if node.by_time and "_time" in relation.columns:
        return walk.reorder(relation, f"{relation.columns['_time'].sql} DESC NULLS LAST, o")
    return relation


ROWS = (
    CommandRow("append", parse_append, compile_append, example="append [search eventName=ConsoleLogin]"),
    CommandRow(
        "appendcols",
        parse_appendcols,
        compile_appendcols,
        example="appendcols [search user=eve | stats count]",
    ),
    CommandRow("appendpipe", parse_appendpipe, compile_appendpipe, example="appendpipe [stats sum(count) as count]"),
    CommandRow("union", parse_union, compile_union, generates=True, example="| union [search a=1] [search b=2]"),
    CommandRow(
        "multisearch",
        parse_multisearch,
        compile_union,
        generates=True,
        example="| multisearch [search a=1] [search b=2]",
    ),
)

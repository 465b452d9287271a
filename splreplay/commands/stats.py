"""`stats`: aggregates over groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay import ast
from splreplay.commands.fields import matching, pattern
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.compiler.expr import Expr, coerce
from splreplay.errors import CompileError, Span, nearest
from splreplay.functions import STATS
from splreplay.functions.rows import StatsRow
from splreplay.lexer import Token
from splreplay.parser.cursor import Cursor
from splreplay.parser.formula import parse_formula
from splreplay.plan import formula_fields
from splreplay.relation import Column, Kind, Relation

if TYPE_CHECKING:
    from splreplay.parser.pipeline import PipelineParser
    from splreplay.run import Run


@dataclass(frozen=True)
class Aggregate(ast.Node):
    """`function(argument) AS name`; argument is a field name, an expression of eval(...), or None."""

    function: str
    argument: str | ast.Node | None
    name: str
    named: bool = False


@dataclass(frozen=True)
class Stats(ast.Node):
    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]


def parse(parser: PipelineParser, span: Span) -> Stats:
    cursor = parser.cursor(span)
    cursor.options({"allnum": str, "partitions": str, "delim": str, "dedup_splitvals": str})
    aggregates = parse_aggregates(cursor, "by")
    by = cursor.some_names("by") if cursor.accept_word("by") else ()
    cursor.finish("stats")
    return Stats(aggregates, by, span=span)


def parse_aggregates(cursor: Cursor, *stops: str) -> tuple[Aggregate, ...]:
    found: list[Aggregate] = []
    while not cursor.done and not cursor.now.is_word(*stops):
        if not cursor.accept_op(","):
            found.append(parse_aggregate(cursor))
    if not found:
        raise cursor.wrong("expected a statistical function", "for example count or values(src_ip)")
    return tuple(found)


def parse_aggregate(cursor: Cursor) -> Aggregate:
    token = cursor.name("a statistical function")
    argument: str | ast.Node | None = None
    written = token.text
    if cursor.now.is_op("("):
        opening = cursor.take()
        inside = cursor.group(opening)
        written = f"{token.text}({cursor.text[inside.start : inside.end].strip()})"
        argument = _argument(cursor.text, inside)
    row_of(token)
    name = cursor.name("a name after AS").text if cursor.accept_word("as") else ""
    return Aggregate(token.text.lower(), argument, name or written, bool(name), span=token.span)


def _argument(text: str, span: Span) -> str | ast.Node | None:
    inside = text[span.start : span.end]
    evaluated = re.match(r"\s*eval\s*\(", inside)
    if evaluated:
        end = inside.rstrip()
        return parse_formula(text, Span(span.start + evaluated.end(), span.start + len(end) - 1))
    name = inside.strip()
    return name[1:-1] if name[:1] == '"' and name[-1:] == '"' and len(name) > 1 else name or None


def row_of(token: Token | Aggregate) -> StatsRow:
    name = (token.text if isinstance(token, Token) else token.function).lower()
    row = STATS.get(name) or STATS.get(re.sub(r"\d+(\.\d+)?$", "", name))
    if row is None:
        raise CompileError(f"unknown statistical function '{name[:60]}'", token.span, nearest(name, STATS))
    return row


def compile_stats(run: Run, before: Relation, node: Stats) -> Relation:
    return aggregate(run, before, expand(node.aggregates, before.columns, node.by), node.by)


def expand(aggregates: Iterable[Aggregate], known: Mapping[str, Column], by: tuple[str, ...] = ()) -> list[Aggregate]:
    """Wildcards written out: `values(a.*) as *` is one aggregate for each field that matches."""
    found = []
    for item in aggregates:
        if not isinstance(item.argument, str) or "*" not in item.argument:
            found.append(item)
            continue
        for field in matching(item.argument, known):
            if field not in by:
                found.append(Aggregate(item.function, field, _name(item, field), item.named, span=item.span))
    return found


def _name(item: Aggregate, field: str) -> str:
    if not item.named:
        return f"{item.function}({field})"
    found = pattern(str(item.argument)).fullmatch(field)
    parts = iter(found.groups() if found else ())
    return re.sub(r"\*", lambda _: next(parts, ""), item.name)


def aggregate(run: Run, before: Relation, aggregates: list[Aggregate], by: tuple[str, ...]) -> Relation:
    """One row a group; rows in which a `by` field is null are dropped, lists count once for each value."""
    relation = grouped = split_groups(run, before, by)
    if any(name not in grouped.columns for name in by):
        return run.step(relation, "SELECT * FROM {prev} WHERE FALSE", {})
    scope = run.scope(relation)
    columns: dict[str, Column] = {}
    parts = []
    keys = [grouped.columns[name].sql for name in by]
    for name, key in zip(by, keys, strict=True):
        columns[name] = Column(run.fresh("c"), grouped.columns[name].kind)
        parts.append(f"{key} AS {columns[name].sql}")
    for item in aggregates:
        expr = aggregate_sql(run, relation, item)
        columns[item.name] = Column(run.fresh("c"), expr.kind)
        parts.append(f"{expr.sql} AS {columns[item.name].sql}")
    order = ", ".join(sort_key(Expr(key, grouped.columns[name].kind)) for name, key in zip(by, keys, strict=True))
    del scope
    where = " AND ".join(f"{key} IS NOT NULL" for key in keys) or "TRUE"
    group = f"GROUP BY {', '.join(keys)}" if keys else ""
    number = f"row_number() OVER (ORDER BY {order})" if keys else "1"
    return run.step(relation, f"SELECT {', '.join([f'{number} AS o', *parts])} FROM {{prev}} WHERE {where} {group}", columns)


def sort_key(expr: Expr) -> str:
    """Groups come out sorted: numbers by value before text by code point."""
    return expr.sql if expr.kind is Kind.NUM else f"spl_num({expr.sql}) NULLS LAST, {expr.sql}"


def split_groups(run: Run, before: Relation, by: tuple[str, ...]) -> Relation:
    """A list in a `by` field puts the row in one group for each of its values."""
    for name in by:
        column = before.columns.get(name)
        if column is not None and column.kind is Kind.MULTI:
            single = Column(run.fresh("c"), Kind.TEXT)
            sql = f"SELECT *, unnest(list_distinct({column.sql})) AS {single.sql} FROM {{prev}}"
            before = run.step(before, sql, {**before.columns, name: single})
    return before


def aggregate_sql(run: Run, relation: Relation, item: Aggregate) -> Expr:
    row = row_of(item)
    if item.argument is None:
        if row.needs_argument:
            raise CompileError(f"{item.function}() needs a field", item.span, f"for example {row.example}")
        return Expr("count(*)", Kind.NUM)
    scope = run.scope(relation)
    argument = _value(scope, item)
    if argument.kind is Kind.MULTI:
        return Expr(row.multi.format(f"flatten(list({argument.sql}) FILTER ({argument.sql} IS NOT NULL))"), row.returns)
    if row.same_kind and argument.kind is Kind.NUM:
        return Expr(f"{item.function}({argument.sql})", Kind.NUM)
    kind = {"T": Kind.TEXT, "N": Kind.NUM}.get(row.param)
    return Expr(row.sql.format(coerce(argument, kind) if kind else argument.sql), row.returns)


def _value(scope, item: Aggregate) -> Expr:  # type: ignore[no-untyped-def]
    if isinstance(item.argument, str):
        return scope.field(item.argument)
    expr = scope.compile(item.argument)
    return Expr(f"CASE WHEN {expr.sql} THEN 'true' END", Kind.TEXT) if expr.kind is Kind.BOOL else expr


def reads_stats(node: Stats) -> Reads:
    names = list(node.by)
    for item in node.aggregates:
        if isinstance(item.argument, str):
            names.append(item.argument)
        elif item.argument is not None:
            names += formula_fields(item.argument)
    return reads(names, closes=True)


ROWS = (CommandRow("stats", parse, compile_stats, reads_stats, example="stats count values(src_ip) by user"),)

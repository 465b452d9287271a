"""Commands on fields that hold several values: mvexpand, makemv, mvcombine, nomv.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/mvexpand
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.arguments import one_name
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean, whole
from splreplay.spl.errors import CompileError, ParseError, Span
from splreplay.sql.derive import derive
from splreplay.sql.expr import Expr, multi, text
from splreplay.sql.relation import Column, Kind, Relation
from splreplay.values.regexes import Pattern, pattern

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session


@dataclass(frozen=True)
class Mvexpand(ast.Node):
    """`limit` 0: all values."""

    field: str
    limit: int


@dataclass(frozen=True)
class Makemv(ast.Node):
    """Values are what stands between `delim`s, or the first groups of `tokenizer`."""

    field: str
    delim: str
    tokenizer: str | None
    allowempty: bool
    setsv: bool


@dataclass(frozen=True)
class Mvcombine(ast.Node):
    field: str
    delim: str


@dataclass(frozen=True)
class Nomv(ast.Node):
    field: str


def parse_mvexpand(parser: PipelineParser, span: Span) -> Mvexpand:
    options, field = one_name(parser.cursor(span), {"limit": whole}, "mvexpand")
    return Mvexpand(field, int(str(options.get("limit", 0))), span=span)


def compile_mvexpand(session: Session, before: Relation, node: Mvexpand) -> Relation:
    """A row a value; a row without the field has none, so it goes."""
    column = before.columns.get(node.field)
    if column is None or column.kind is not Kind.MULTI:
        return session.step(before, f"SELECT * FROM {{prev}} WHERE {column.sql if column else 'NULL'} IS NOT NULL")
    value, place = session.fresh("c"), session.fresh("i")
    values = f"{column.sql}{f'[1:{node.limit}]' if node.limit > 0 else ''}"
    inner = f"SELECT *, unnest({values}) AS {value}, generate_subscripts({values}, 1) AS {place} FROM {{prev}}"
    sql = f"SELECT * REPLACE (row_number() OVER (ORDER BY o, {place}) AS o) FROM ({inner})"
    return session.step(before, sql, {**before.columns, node.field: Column(value, Kind.TEXT)})


def parse_makemv(parser: PipelineParser, span: Span) -> Makemv:
    known: dict[str, Converter] = {"delim": str, "tokenizer": str, "allowempty": boolean, "setsv": boolean}
    options, field = one_name(parser.cursor(span), known, "makemv")
    if {"delim", "tokenizer"} <= options.keys():
        raise ParseError("makemv takes delim= or tokenizer=, not both", span)
    if options.get("delim") == "":
        raise ParseError("delim= must not be empty", span, 'write tokenizer="(.)" for single characters')
    tokenizer = options.get("tokenizer")
    return Makemv(
        field,
        str(options.get("delim", " ")),
        None if tokenizer is None else str(tokenizer),
        bool(options.get("allowempty")),
        bool(options.get("setsv")),
        span=span,
    )


def compile_makemv(session: Session, before: Relation, node: Makemv) -> Relation:
    field = session.scope(before).field(node.field)
    if field.kind is Kind.NULL:
        return before
    if node.tokenizer is not None:
        relation = _tokenized(session, before, node, pattern(node.tokenizer, node.span))
    else:
        name = session.fresh("v")
        parts = f"string_split({{0}}, {session.bind(node.delim)})"
        if field.kind is Kind.MULTI:
            found = f"flatten(list_transform({field.sql}, lambda {name}: {parts.format(name)}))"
        else:
            found = parts.format(text(field))
        kept = found if node.allowempty else f"list_filter({found}, lambda {name}x: {name}x <> '')"
        relation = session.extend(before, {node.field: Expr(f"spl_list({kept})", Kind.MULTI)})
    return _as_single(session, relation, node) if node.setsv else relation


def _tokenized(session: Session, before: Relation, node: Makemv, tokenizer: Pattern) -> Relation:
    if not tokenizer.groups:
        raise CompileError("the tokenizer has no group", node.span, 'write tokenizer="([^,]+),?"')

    def tokens(value: str | None) -> dict[str, list[str]]:
        found = [match.group(1) for match in tokenizer.finditer(value)] if value is not None else []
        return {node.field: [token for token in found if token is not None and (token or node.allowempty)]}

    return derive(session, before, [text(session.scope(before).field(node.field))], tokens)


def _as_single(session: Session, relation: Relation, node: Makemv) -> Relation:
    values = session.scope(relation).field(node.field)
    joined = Expr(f"array_to_string({multi(values)}, ' ')", Kind.TEXT)
    return session.extend(relation, {node.field: joined})


def parse_mvcombine(parser: PipelineParser, span: Span) -> Mvcombine:
    options, field = one_name(parser.cursor(span), {"delim": str}, "mvcombine")
    if field.startswith("_"):
        raise CompileError("mvcombine does not work on internal fields", span, "rename the field first")
    return Mvcombine(field, str(options.get("delim", " ")), span=span)


def compile_mvcombine(session: Session, before: Relation, node: Mvcombine) -> Relation:
    field = session.scope(before).field(node.field)
    if field.kind is Kind.NULL:
        return before
    keys = [column.sql for name, column in before.columns.items() if name != node.field]
    combined = Column(session.fresh("c"), Kind.MULTI, node.delim)
    values = f"spl_list(flatten(list({multi(field)} ORDER BY o) FILTER ({field.sql} IS NOT NULL)))"
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    sql = f"SELECT {', '.join(['min(o) AS o', *keys, f'{values} AS {combined.sql}'])} FROM {{prev}}{group}"
    return session.step(before, sql, {**before.columns, node.field: combined})


def parse_nomv(parser: PipelineParser, span: Span) -> Nomv:
    _, field = one_name(parser.cursor(span), {}, "nomv")
    return Nomv(field, span=span)


def compile_nomv(session: Session, before: Relation, node: Nomv) -> Relation:
    column = before.columns.get(node.field)
    if column is None or column.kind is not Kind.MULTI:
        return before
    joined = f"array_to_string({column.sql}, {session.bind(column.delim)})"
    return session.extend(before, {node.field: Expr(joined, Kind.TEXT)})


def _reads_field(node: Mvexpand | Makemv | Nomv) -> Reads:
    return reads([node.field])


ROWS = (
    CommandRow("mvexpand", parse_mvexpand, compile_mvexpand, _reads_field, example="mvexpand grantees limit=100"),
    CommandRow("makemv", parse_makemv, compile_makemv, _reads_field, example='makemv delim="," ports'),
    CommandRow("mvcombine", parse_mvcombine, compile_mvcombine, example='mvcombine delim="," src_ip'),
    CommandRow("nomv", parse_nomv, compile_nomv, _reads_field, example="nomv src_ip"),
)

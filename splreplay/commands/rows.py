"""Commands that keep rows by their place: head, tail, reverse.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/head
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, Cursor, boolean, whole
from splreplay.spl.errors import ParseError, Span
from splreplay.spl.fields import formula_fields
from splreplay.spl.formula import parse_formula

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session

DEFAULT = 10


@dataclass(frozen=True)
class Head(ast.Node):
    """The first `limit` rows, and only while `condition` holds; `null`: it also holds where it is null."""

    limit: int | None
    condition: ast.Node | None = None
    null: bool = False
    keeplast: bool = False


@dataclass(frozen=True)
class Tail(ast.Node):
    limit: int


@dataclass(frozen=True)
class Reverse(ast.Node):
    pass


def count(text: str) -> object:
    if not text.isdecimal():
        raise ValueError("expected a number of rows")
    return whole(text)


HEAD_OPTIONS: dict[str, Converter] = {"limit": count, "null": boolean, "keeplast": boolean}


def parse_head(parser: PipelineParser, span: Span) -> Head:
    """Options stand before or behind the number or the condition."""
    cursor = parser.cursor(span)
    behind = _trailing_options(cursor)
    options = cursor.options(HEAD_OPTIONS) | behind.options(HEAD_OPTIONS)
    middle = Span(cursor.now.span.start, behind.tokens[0].span.start)
    written = cursor.text[middle.start : middle.end].strip()
    if written.isdecimal():
        if "limit" in options:
            raise ParseError("head takes a number or limit=, not both", middle)
        return Head(int(str(count(written))), span=span)
    limit = int(str(options["limit"])) if "limit" in options else None
    if not written:
        return Head(DEFAULT if limit is None else limit, span=span)
    condition = parse_formula(cursor.text, middle)
    return Head(limit, condition, bool(options.get("null")), bool(options.get("keeplast")), span=span)


def _trailing_options(cursor: Cursor) -> Cursor:
    """Cut `key=value` off the end of the tokens, so that `count<5 keeplast=true` is no comparison."""
    start = len(cursor.tokens) - 1
    while start >= 4 and cursor.tokens[start - 3].is_word(*HEAD_OPTIONS) and cursor.tokens[start - 2].is_op("="):
        start -= 3
    return Cursor(cursor.text, cursor.tokens[start:])


def compile_head(session: Session, before: Relation, node: Head) -> Relation:
    relation = before
    if node.condition is not None:
        holds = f"coalesce({session.scope(before).condition(node.condition)}, {node.null})"
        end, op = session.fresh("e"), "<=" if node.keeplast else "<"
        sql = f"SELECT *, min(o) FILTER (WHERE NOT {holds}) OVER () AS {end} FROM {{prev}}"
        relation = session.step(relation, f"SELECT * FROM ({sql}) WHERE {end} IS NULL OR o {op} {end}")
    if node.limit is None:
        return relation
    return session.step(relation, f"SELECT * FROM {{prev}} ORDER BY o LIMIT {node.limit}")


def reads_head(node: Head) -> Reads:
    return Reads() if node.condition is None else reads(formula_fields(node.condition))


def first_of_head(node: Head) -> int | None:
    return node.limit or None if node.condition is None else None  # of `head 0`, how many it dropped is told


def parse_tail(parser: PipelineParser, span: Span) -> Tail:
    cursor = parser.cursor(span)
    limit = DEFAULT if cursor.done else cursor.value("tail", count)
    cursor.finish("tail")
    return Tail(int(str(limit)), span=span)


def compile_tail(session: Session, before: Relation, node: Tail) -> Relation:
    """The last rows, last one first."""
    return session.reorder(session.step(before, f"SELECT * FROM {{prev}} ORDER BY o DESC LIMIT {node.limit}"), "o DESC")


def parse_reverse(parser: PipelineParser, span: Span) -> Reverse:
    parser.cursor(span).finish("reverse")
    return Reverse(span=span)


def compile_reverse(session: Session, before: Relation, node: Reverse) -> Relation:
    return session.reorder(before, "o DESC")


ROWS = (
    CommandRow("head", parse_head, compile_head, reads_head, first=first_of_head, keeps=True, example="head 5"),
    CommandRow("tail", parse_tail, compile_tail, lambda node: Reads(), keeps=True, example="tail 5"),
    CommandRow("reverse", parse_reverse, compile_reverse, lambda node: Reads(), keeps=True, example="reverse"),
)

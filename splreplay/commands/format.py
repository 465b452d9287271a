"""Rows as the text of a search: format and return, and what a subsearch does by itself.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import whole
from splreplay.spl.errors import ParseError, Span
from splreplay.spl.lexer import TokenKind
from splreplay.sql.relation import Relation
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session
    from splreplay.values.rows import Row

EMPTY = "NOT ( )"
AS_TEXT = ("search", "query")  # fields whose value is the text of a search, not a value to compare with
DEFAULT_MARKS = ("(", "(", "AND", ")", "OR", ")")


@dataclass(frozen=True)
class Format(ast.Node):
    """`marks`: row prefix, column prefix, column separator, column end, row separator, row end."""

    marks: tuple[str, ...]
    mvsep: str
    maxresults: int
    emptystr: str


DEFAULT = Format(DEFAULT_MARKS, "OR", 0, EMPTY)


@dataclass(frozen=True)
class Return(ast.Node):
    """Items are (name, field); the name is None where only the value is wanted."""

    count: int
    items: tuple[tuple[str | None, str], ...]


def parse_format(parser: PipelineParser, span: Span) -> Format:
    cursor = parser.cursor(span)
    options = cursor.options({"mvsep": str, "maxresults": whole, "emptystr": str})
    marks = []
    while cursor.now.kind is TokenKind.STRING:
        marks.append(cursor.take().text)
    options |= cursor.options({"mvsep": str, "maxresults": whole, "emptystr": str})
    cursor.finish("format")
    if len(marks) not in (0, 6):
        raise ParseError(
            f"format takes six texts or none, not {len(marks)}",
            span,
            'write format "(" "(" "AND" ")" "OR" ")"',
        )
    return Format(
        tuple(marks) or DEFAULT_MARKS,
        str(options.get("mvsep", "OR")),
        int(str(options.get("maxresults", 0))),
        str(options.get("emptystr", EMPTY)),
        span=span,
    )


def compile_format(session: Session, before: Relation, node: Format) -> Relation:
    rows = session.rows(before)
    return load_rows(session, [{"search": formatted(rows[: node.maxresults or None], node)}], ["search"])


def formatted(rows: list[Row], node: Format) -> str:
    row_start, column_start, column_sep, column_end, row_sep, row_end = node.marks
    texts = [f" {column_sep} ".join(_cells(row, node.mvsep)) for row in rows]
    found = [f"{column_start} {text} {column_end}" for text in texts if text]
    return f"{row_start} {f' {row_sep} '.join(found)} {row_end}" if found else node.emptystr


def _cells(row: Row, mvsep: str) -> Iterator[str]:
    """Fields in the order of their names, without the internal ones."""
    for name in sorted(name for name in row if not name.startswith("_")):
        values = row[name] if isinstance(row[name], list) else [row[name]]
        found = values if name in AS_TEXT else [f"{name}={quoted(value)}" for value in values]
        yield found[0] if len(found) == 1 else f"( {f' {mvsep} '.join(found)} )"


def quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def parse_return(parser: PipelineParser, span: Span) -> Return:
    cursor = parser.cursor(span)
    count = int(cursor.take().text) if cursor.now.kind is TokenKind.WORD and cursor.now.text.isdecimal() else 1
    items: list[tuple[str | None, str]] = []
    while not cursor.done:
        if cursor.accept_op(","):
            continue
        name = cursor.name().text
        if cursor.accept_op("="):
            items.append((name, cursor.name("the field behind the alias").text))
        else:
            items.append((None, name[1:]) if name.startswith("$") else (name, name))
    if not items:
        raise cursor.wrong("'return' needs a field", "write return 10 user, return ip=src_ip or return $user")
    return Return(count, tuple(items), span=span)


def compile_return(session: Session, before: Relation, node: Return) -> Relation:
    """One row; without rows before it the text is empty, so that the outer search keeps everything."""
    rows = session.rows(session.step(before, f"SELECT * FROM {{prev}} ORDER BY o LIMIT {node.count}"))
    texts = [text for row in rows if (text := " ".join(_items(row, node.items)))]
    text = texts[0] if len(texts) == 1 and node.count == 1 else " OR ".join(f"({text})" for text in texts)
    return load_rows(session, [{"search": text}])


def _items(row: Mapping[str, str | list[str]], items: tuple[tuple[str | None, str], ...]) -> Iterator[str]:
    for name, field in items:
        value = row.get(field)
        if value is not None:
            text = value if isinstance(value, str) else " ".join(value)
            yield text if name is None else f"{name}={quoted(text)}"


def reads_return(node: Return) -> Reads:
    return reads((field for _, field in node.items), closes=True)


ROWS = (
    CommandRow("format", parse_format, compile_format, example='format maxresults=10 "(" "(" "AND" ")" "OR" ")"'),
    CommandRow("return", parse_return, compile_return, reads_return, example="return 10 user"),
)

"""Field names as they are written outside eval: `a.b{}`, "a b", 'a b', and `avg(x)`, which stats made."""

from __future__ import annotations

from splreplay.spl.cursor import Cursor
from splreplay.spl.errors import CompileError, ParseError
from splreplay.spl.lexer import Token, TokenKind


def field_name(cursor: Cursor, what: str = "a field name") -> str:
    """The name at this place; the brackets of `avg(x)` belong to it where no space is before them."""
    token = cursor.name(what)
    if token.kind is TokenKind.STRING:
        return token.text
    if token.text.startswith("'"):
        return _single_quoted(cursor, token)
    if cursor.now.is_op("(") and cursor.now.span.start == token.span.end:
        inside = cursor.group(cursor.take())
        return cursor.text[token.span.start : inside.end + 1]
    return token.text


def _single_quoted(cursor: Cursor, first: Token) -> str:
    last = first
    while not last.text.endswith("'") or last.span.end == first.span.start + 1:
        if cursor.done:
            raise ParseError("this ' is never closed", first.span, "close it, or use double quotes")
        last = cursor.take()
    return cursor.text[first.span.start + 1 : last.span.end - 1]


def at_option(cursor: Cursor) -> bool:
    """Is the next thing `key=`?"""
    return cursor.now.kind is TokenKind.WORD and cursor.ahead().is_op("=")


def field_list(cursor: Cursor, clause: str, *stops: str) -> tuple[str, ...]:
    """Names separated by spaces or commas, up to a stop word or an option; wildcards are refused."""
    found: list[str] = []
    while not cursor.done and not at_option(cursor) and not cursor.now.is_word(*stops):
        if cursor.accept_op(","):
            continue
        if found and cursor.now.is_word("as"):
            raise cursor.wrong(f"{clause} cannot rename its fields", "use rename before or behind this command")
        span = cursor.now.span
        found.append(field_name(cursor))
        if "*" in found[-1]:
            raise CompileError(f"{clause} takes no wildcards", span, "name each field")
    if not found:
        raise cursor.wrong(f"{clause} needs at least one field")
    return tuple(found)

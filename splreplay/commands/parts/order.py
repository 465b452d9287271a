"""`-count, +num(size), ip(src)`: the fields that sort and dedup order by."""

from __future__ import annotations

from dataclasses import dataclass

from splreplay.spl.cursor import Cursor
from splreplay.spl.errors import ParseError
from splreplay.spl.lexer import Token, TokenKind
from splreplay.spl.names import at_option, field_name

MODES = ("auto", "str", "num", "ip")


@dataclass(frozen=True)
class SortField:
    """`mode` is auto, str, num or ip."""

    name: str
    descending: bool = False
    mode: str = "auto"


def parse_sort_fields(cursor: Cursor, command: str, *stops: str) -> tuple[SortField, ...]:
    """Fields up to the end, an option or a stop word that is the last word."""
    found: list[SortField] = []
    while not cursor.done and not at_option(cursor) and not (found and _last_word(cursor, stops)):
        if not cursor.accept_op(","):
            found.append(_sort_field(cursor))
    if not found:
        raise cursor.wrong(f"'{command}' needs a field to sort by", f"for example {command} -_time")
    return tuple(found)


def _last_word(cursor: Cursor, stops: tuple[str, ...]) -> bool:
    return cursor.now.is_word(*stops) and cursor.ahead().kind is TokenKind.END


def _sort_field(cursor: Cursor) -> SortField:
    sign = _sign(cursor)
    if cursor.now.is_word(*MODES) and cursor.ahead().is_op("("):
        mode = cursor.take().text.lower()
        cursor.take()
        name = field_name(cursor)
        cursor.need_op(")", f"to close {mode}(")
        return SortField(name, sign == "-", mode)
    return SortField(field_name(cursor), sign == "-")


def _sign(cursor: Cursor) -> str:
    """Take the sign before a name, whether or not a space is between them."""
    token = cursor.now
    if token.kind is not TokenKind.WORD or token.text[0] not in "+-":
        return ""
    rest = token.text[1:]
    if not rest:
        cursor.take()
        if cursor.done:
            raise ParseError(f"expected a field after '{token.text}'", token.span)
        return token.text
    inner = token.span._replace(start=token.span.start + 1)
    cursor.tokens[cursor.index] = Token(TokenKind.WORD, rest, inner)
    return token.text[0]

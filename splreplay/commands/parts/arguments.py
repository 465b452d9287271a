"""Arguments as most commands take them: options and names in any order."""

from __future__ import annotations

from collections.abc import Mapping

from splreplay.spl.cursor import Converter, Cursor
from splreplay.spl.lexer import Token, TokenKind
from splreplay.spl.names import field_name


def mixed(cursor: Cursor, known: Mapping[str, Converter], *stops: str) -> tuple[dict[str, object], list[str]]:
    """All `key=value` and all names up to the end or a stop word, each in their order."""
    options: dict[str, object] = {}
    names: list[str] = []
    while not cursor.done and not cursor.now.is_word(*stops) and cursor.now.kind is not TokenKind.SUBSEARCH:
        found = cursor.option(known)
        if found is not None:
            options[found[0]] = found[1]
        elif not cursor.accept_op(","):
            names.append(field_name(cursor))
    return options, names


def one_name(cursor: Cursor, known: Mapping[str, Converter], command: str) -> tuple[dict[str, object], str]:
    """Options and the single field that the command works on."""
    options, names = mixed(cursor, known)
    if len(names) != 1:
        raise cursor.wrong(f"'{command}' works on one field, not {len(names)}", f"write {command} field")
    return options, names[0]


def some_fields(cursor: Cursor, command: str) -> tuple[str, ...]:
    """One field or more, up to the end; `avg(x)` is the name of what stats made."""
    _, names = mixed(cursor, {})
    if not names:
        raise cursor.wrong(f"'{command}' needs at least one field")
    cursor.finish(command)
    return tuple(names)


def subsearch_token(cursor: Cursor, command: str) -> Token:
    if cursor.now.kind is not TokenKind.SUBSEARCH:
        raise cursor.wrong(f"'{command}' needs a subsearch", f"write {command} [search ...]")
    return cursor.take()

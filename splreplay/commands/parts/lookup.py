"""`table a AS b, c OUTPUT d AS e`: a lookup as the command and LOOKUP- of props.conf write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from splreplay.spl import ast
from splreplay.spl.cursor import Cursor
from splreplay.spl.names import field_name

Pairs = tuple[tuple[str, str], ...]  # (field of the table, field of the rows)


@dataclass(frozen=True)
class Lookup(ast.Node):
    """No outputs: every field of the table that is not matched on. `new`: only where a field has no value."""

    table: str
    keys: Pairs
    outputs: Pairs
    new: bool


def parse_lookup(cursor: Cursor) -> Lookup:
    name = cursor.name("the name of a lookup")
    keys = tuple(_pairs(cursor, "output", "outputnew"))
    if not keys:
        advice = f"write lookup {name.text} table_field AS field OUTPUT other"
        raise cursor.wrong("'lookup' needs a field to match", advice)
    new = cursor.accept_word("outputnew") is not None
    outputs: Pairs = tuple(_pairs(cursor)) if new or cursor.accept_word("output") else ()
    return Lookup(name.text, keys, outputs, new, span=name.span)


def _pairs(cursor: Cursor, *stops: str) -> Iterator[tuple[str, str]]:
    while not cursor.done and not cursor.now.is_word(*stops):
        if cursor.accept_op(","):
            continue
        name = field_name(cursor)
        yield name, field_name(cursor, "a name after AS") if cursor.accept_word("as") else name

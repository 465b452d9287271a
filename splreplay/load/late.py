"""Of `* | head 20` every field of an event is looked at: they are read of the rows that are left, not of all.

A record's own fields stand in its text. Hundreds of columns, most of them null, on their way through each stage take
longer than to read that text again. What does not stand there is columns, and so is what the search names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from splreplay.commands import COMMANDS
from splreplay.load.defaults import LINECOUNT, META
from splreplay.load.search_time import derived
from splreplay.scan import native
from splreplay.scan.source import GIVEN, RawSource
from splreplay.spl import ast
from splreplay.values.flatten import Value, flatten, parse
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk

BATCH = 1_000  # rows whose text is read at once


def looking(walk: Walk, pipeline: ast.Pipeline) -> Walk:
    """The same search, which looks at less where with_text() tells the rest."""
    beside = _beside_text(walk, pipeline)
    return walk if beside is None else replace(walk, shown=beside)


def _beside_text(walk: Walk, pipeline: ast.Pipeline) -> frozenset[str] | None:
    """What the text of an event does not say; None: the rows in the end are no events just as they were read."""
    given = derived(walk.addon.field_rules)
    first, *rest = pipeline.commands
    if given is None or walk.shown is not None or not isinstance(walk.source, RawSource) or first.name != "search":
        return None
    for command in rest:
        row = COMMANDS[command.name]
        if not row.keeps or row.reads(command.args).all:
            return None
    return given.union(GIVEN, META, (LINECOUNT,))


def with_text(columns: Sequence[str], rows: Sequence[Row]) -> tuple[tuple[str, ...], list[Row]]:
    """The fields and rows with what stands in the text, too; what is a column is as the search left it."""
    own = frozenset(columns)
    found = [{**row, **_others(row["_raw"], own)} for row in rows]
    return tuple(dict.fromkeys([*columns, *(name for row in found for name in row)])), found


def as_json(columns: Sequence[str], rows: Iterable[Row], encode: Callable[[Row], str]) -> Iterator[str]:
    """The same rows, each as the JSON that `encode` would make of it: most of it is in C, where that is built."""
    own = frozenset(columns)
    whole = native.Whole(own) if native.binding.library() else None
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        told = whole.read([row["_raw"] for row in batch]) if whole else [None] * len(batch)
        for row, more in zip(batch, told, strict=True):
            yield encode({**row, **_others(row["_raw"], own)}) if more is None else f"{encode(row)[:-1]}{more}}}"


def _others(raw: str, own: frozenset[str]) -> dict[str, Value]:
    fields = flatten(parse(raw) or {})
    return {name: _text(value) for name, value in fields.items() if name not in own}


def _text(value: Value) -> Value:
    """Half a surrogate pair, which JSON allows, is no text: `?`, as DuckDB gets it."""
    if isinstance(value, list):
        return [str(_text(item)) for item in value]
    return value if value.isascii() else value.encode("utf-8", "replace").decode()

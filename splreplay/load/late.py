"""Of `* | head 20` every field of an event is looked at: they are read of the rows that are left, not of all.

A record's own fields stand in its text, and what an add-on derives follows from them. Hundreds of columns, most of them
null, on their way through each stage take longer than to read that text again. What the search names is columns, and so
is what stands beside the text; the rest comes in two steps, `derived_too` and `with_text` or `as_json`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from splreplay.commands import COMMANDS
from splreplay.load.defaults import LINECOUNT, META
from splreplay.load.events import derived_batches
from splreplay.load.search_time import derived
from splreplay.scan import native
from splreplay.scan.model import Candidate, RawRecord, Stretch
from splreplay.scan.source import GIVEN, Event, Needs, RawSource
from splreplay.spl import ast
from splreplay.values.flatten import Value, flatten, parse
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.scan.native import Fields

BATCH = 1_000  # rows whose text is read at once
STRETCH = 20_000  # rows whose derived fields are


def looking(walk: Walk, pipeline: ast.Pipeline) -> Walk:
    """The same search, which looks at less where this module tells the rest."""
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
    return frozenset((*GIVEN, *META, LINECOUNT))


def newest(pipeline: ast.Pipeline) -> int | None:
    """How many of the newest events are looked at; None: all may be."""
    behind = pipeline.commands[1] if len(pipeline.commands) > 1 else None
    return None if behind is None else COMMANDS[behind.name].first(behind.args)


@dataclass(frozen=True)
class _Left:
    """The rows that are left as the events that they were."""

    rows: Sequence[Row]
    meta: Mapping[str, str]
    shows_meta: bool = True

    def events(self, needs: Needs) -> Iterator[Event]:
        yield from map(self._event, self.rows)

    def event(self, record: RawRecord) -> Event:
        return self._event(self.rows[record.at])

    def candidates(self, needs: Needs, fields: Fields | None) -> Generator[list[Candidate], None, None]:
        records = [RawRecord(row["_raw"].encode(), "", number) for number, row in enumerate(self.rows)]
        if fields is None or fields.source or not all(map(self._is_usual, self.rows)):
            yield [Stretch(None, [*enumerate(records)], len(records))]
            return
        rows = native.Reader(fields).read(*native.joined([record.raw for record in records]), "")
        yield [Stretch(rows, [(number, records[number]) for number in rows.left], len(records))]

    def _is_usual(self, row: Row) -> bool:
        return all(row.get(name) == self.meta[name] for name in META if name != "source")

    def _event(self, row: Row) -> Event:
        meta = {name: row[name] for name in META if name in row}
        return Event(row["_raw"], float(row["_time"]), None, meta, float(row["_indextime"]))


def derived_too(walk: Walk, columns: Sequence[str], rows: Sequence[Row]) -> tuple[tuple[str, ...], list[Row]]:
    """The fields and rows with what the add-on derives; what is a column is as the search left it."""
    wanted = (derived(walk.addon.field_rules) or frozenset()).difference(columns)
    assert isinstance(walk.source, RawSource)
    names, found = dict.fromkeys(columns), [*rows]
    for start in range(0, len(rows) if wanted else 0, STRETCH):
        left = _Left(rows[start : start + STRETCH], walk.source.meta)
        place = start
        for batch in derived_batches(walk.over(left), wanted):
            names.update(dict.fromkeys(batch.columns))
            for row in walk.rows(batch):
                found[place] = {**found[place], **row}
                place += 1
    return tuple(names), found


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

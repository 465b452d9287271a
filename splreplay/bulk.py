"""Records of files by the thousand: DuckDB reads their fields (columns.py), Python those that it may not.

Threads read groups of records side by side; what they find collects in a table until that makes a batch. `o`
is a record's place in the scan, so the two ways of reading do not mix up the order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from splreplay.addon import SOURCETYPE
from splreplay.batches import Reading, bounded
from splreplay.columns import columns, readable
from splreplay.cursors import Cursors, workers
from splreplay.defaults import META
from splreplay.events import DEFAULT_META, Event, RawSource
from splreplay.relation import Column, Kind, Relation

if TYPE_CHECKING:
    import duckdb

    from splreplay.scan import RawRecord

GROUP = 4_096
GROUP_BYTES = 16 << 20
WORTH = 500  # fewer records are read before the first thread has started
BATCH = 200_000
AHEAD = 2  # groups that wait, for each thread


class Group(NamedTuple):
    """Records that arrived one behind another, the place of the first, and the table for their fields."""

    table: str
    start: int
    records: list[RawRecord]


class Found(NamedTuple):
    """What DuckDB made of a group: so many rows, and the records that it left, each with its place."""

    table: str
    rows: int
    left: list[tuple[int, RawRecord]]


def bulk_reader(reading: Reading) -> Bulk | None:
    """Where a search names all fields that it reads, and each is one that columns.py can read."""
    source, names = reading.run.source, reading.names
    if names is None or not isinstance(source, RawSource) or not set(reading.defaults) <= set(META):
        return None
    return Bulk(reading, source, names) if all(map(readable, names)) else None


@dataclass
class Bulk:
    """The records of one source, read for one search."""

    reading: Reading
    source: RawSource
    names: Sequence[str]

    def __post_init__(self) -> None:
        self.run = self.reading.run
        self.run.scan_note += "; DuckDB reads the fields from their text"
        kinds = {name: Kind.NUM if name == "_time" else Kind.TEXT for name in (*self.reading.own, *self.names)}
        self.columns = {name: Column(self.run.fresh("c"), kind) for name, kind in kinds.items()}
        self.select = self._select()
        self.values = {name: self.run.values[name] for name in self.run.parameters(self.select)}
        self.made: set[str] = set()

    @cached_property
    def cursors(self) -> Cursors:
        return Cursors(self.run.database.connection)

    def _select(self) -> str:
        """The rows of the table `records` whose fields are sure."""
        bind, found = self.run.bind, columns(self.names, self.run.now, self.run.bind)
        default = {name: "source" if name == "source" else bind(DEFAULT_META[name]) for name in META}
        fields = {name: f"coalesce({value}, {default[name]})" if name in self.reading.defaults else value
                  for name, value in found.values.items()}  # fmt: skip
        sourcetype = f"coalesce({found.values.get('sourcetype', 'NULL')}, {default['sourcetype']})"
        sql = {"_time": found.time, "_raw": "x0", SOURCETYPE: sourcetype, **fields}
        listed = ", ".join(f"{sql[name]} AS {column.sql}" for name, column in self.columns.items())
        body = "SELECT * FROM records"
        for step in found.steps:
            body = f"SELECT *, {step} FROM ({body})"
        # Materialised, since DuckDB would compute all that `sure` needs for the filter and then once more.
        return (f"WITH found AS MATERIALIZED (SELECT o, {listed}, {found.sure} AS sure FROM ({body})) "
                "SELECT * EXCLUDE (sure) FROM found WHERE sure")  # fmt: skip

    # --- batches -----------------------------------------------------------------------------------
    def batches(self) -> Iterator[Relation]:
        """Tables of events; each is gone when the next is asked for."""
        for table, found in groupby(self._found(), key=lambda each: each.table):
            left = bounded(self._left(found), lambda item: len(item[1].raw))
            tables = [self._read_by_python(events) for events in left]
            if table in self.made:
                tables.insert(0, self._read_by_duckdb(table))
            yield self.run.union(tables, order="place") if len(tables) != 1 else tables[0]
            self.run.execute(f"DROP TABLE IF EXISTS {table}")

    def _read_by_duckdb(self, table: str) -> Relation:
        """Without the fields that no record has."""
        counts = ", ".join(f"count({self.columns[name].sql})" for name in self.names) or "count(*)"
        found = self.run.one(f"SELECT {counts} FROM {table}")
        present = [name for name, number in zip(self.names, found, strict=False) if number]
        return Relation(table, self.columns).show((*self.reading.own, *present))

    def _read_by_python(self, items: Sequence[tuple[int, Event]]) -> Relation:
        relation = self.reading.table(event for _, event in items)
        places = self.run.bind([str(place) for place, _ in items])
        return self.run.step(relation, f"SELECT * REPLACE (CAST(({places})[o] AS BIGINT) AS o) FROM {{prev}}")

    def _left(self, found: Iterable[Found]) -> Iterator[tuple[int, Event]]:
        for each in found:
            self.source.took(each.rows)
            for place, record in each.left:
                event = self.source.event(record)
                if event is not None:
                    yield place, event

    # --- groups ------------------------------------------------------------------------------------
    def _found(self) -> Iterator[Found]:
        try:
            yield from self._in_order()
        finally:
            if self.made:
                self.cursors.close()

    def _in_order(self) -> Iterator[Found]:
        """What is found, in the order of arrival. Ctrl-C ends the reading; what was begun is finished."""
        begun: deque[Callable[[], Found]] = deque()
        with suppress(KeyboardInterrupt), closing(self.source.raw(self.reading.needs)) as batches:
            for group in self._groups(batches):
                begun.append(self._begin(group))
                if len(begun) > AHEAD * workers():
                    found = begun[0]()
                    begun.popleft()
                    yield found
        while begun:
            yield begun.popleft()()

    def _groups(self, batches: Iterable[list[RawRecord]]) -> Iterator[Group]:
        table, start, held = self.run.fresh("t"), 0, 0
        for records in _joined(batches):
            if held >= BATCH:
                table, held = self.run.fresh("t"), 0
            yield Group(table, start, records)
            start += len(records)
            held += len(records)

    def _begin(self, group: Group) -> Callable[[], Found]:
        if len(group.records) < WORTH:
            return lambda: Found(group.table, 0, list(enumerate(group.records, group.start)))
        if group.table not in self.made:
            self._make(group.table)
        return self.cursors.begin(partial(self._read, group))

    def _make(self, table: str) -> None:
        """Not TEMP: a cursor sees no such table of another."""
        listed = "".join(f", {column.sql} {column.kind.value}" for column in self.columns.values())
        self.run.execute(f"CREATE TABLE {table} (o BIGINT{listed})")
        self.made.add(table)

    def _read(self, group: Group, cursor: duckdb.DuckDBPyConnection) -> Found:
        """Runs on a thread."""
        cursor.register("records", _as_arrays(group))
        insert = f"INSERT INTO {group.table} {self.select}"
        ((rows,),) = self.run.database.execute(insert, self.values, on=cursor).fetchall()
        return Found(group.table, rows, [] if rows == len(group.records) else self._rest(group, cursor))

    def _rest(self, group: Group, cursor: duckdb.DuckDBPyConnection) -> list[tuple[int, RawRecord]]:
        """The records that made no row, each with its place."""
        last = group.start + len(group.records) - 1
        places = f"SELECT o FROM {group.table} WHERE o BETWEEN {group.start} AND {last}"
        sure = {place for (place,) in self.run.database.execute(places, {}, on=cursor).fetchall()}
        return [item for item in enumerate(group.records, group.start) if item[0] not in sure]


def _joined(batches: Iterable[list[RawRecord]]) -> Iterator[list[RawRecord]]:
    """Groups of at least GROUP records or GROUP_BYTES; after Ctrl-C one of those that were already there."""
    group: list[RawRecord] = []
    size = 0
    with suppress(KeyboardInterrupt):
        for batch in batches:
            group += batch
            size += sum(len(record.raw) for record in batch)
            if len(group) >= GROUP or size >= GROUP_BYTES:
                yield group
                group, size = [], 0
    if group:
        yield group


def _as_arrays(group: Group) -> dict[str, Any]:
    """Columns that DuckDB reads where they are: its string is the string of Python, if that is ASCII."""
    import numpy as np

    texts = [record.raw.decode("utf-8", "replace") for record in group.records]
    return {
        "o": np.arange(group.start, group.start + len(texts)),
        "x0": np.array(texts, object),
        "source": np.array([record.source for record in group.records], object),
    }

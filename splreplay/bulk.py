"""Records of files by the thousand: DuckDB reads their fields (columns.py), Python those that it may not.

Threads read groups of records side by side; what they find collects in a table until that makes a batch. `o`
is a record's place in the scan, so the two ways of reading do not mix up the order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from splreplay.addon import SOURCETYPE
from splreplay.batches import Reading, bounded
from splreplay.columns import columns, readable
from splreplay.cursors import Cursors, workers
from splreplay.defaults import META
from splreplay.events import DEFAULT_META, Event, RawSource
from splreplay.groups import MOST_IN_LINE, Group, Item, groups
from splreplay.relation import Column, Kind, Relation

if TYPE_CHECKING:
    import duckdb

WORTH = 1 << 19  # bytes; fewer are read before the first thread has started
BATCH_BYTES = 320 << 20
AHEAD = 1  # groups that wait, for each thread


class Found(NamedTuple):
    """What DuckDB made of a group: so many rows of a table, and what it left, each with its place."""

    table: str
    rows: int
    of_lines: bool
    left: list[tuple[int, Item]]


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
        """The rows of `texts`, which a group's own SELECT gives, whose fields are sure."""
        bind, found = self.run.bind, columns(self.names, self.run.now, self.run.bind)
        default = {name: "source" if name == "source" else bind(DEFAULT_META[name]) for name in META}
        fields = {name: f"coalesce({value}, {default[name]})" if name in self.reading.defaults else value
                  for name, value in found.values.items()}  # fmt: skip
        sourcetype = f"coalesce({found.values.get('sourcetype', 'NULL')}, {default['sourcetype']})"
        sql = {"_time": found.time, "_raw": "x0", SOURCETYPE: sourcetype, **fields}
        listed = ", ".join(f"{sql[name]} AS {column.sql}" for name, column in self.columns.items())
        body = "SELECT * FROM texts"
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
            self.source.took(each.rows, each.of_lines)
            for place, item in each.left:
                for number, record in enumerate(self.source.records([item])):
                    event = self.source.event(record)
                    if event is not None:
                        yield place + min(number, MOST_IN_LINE - 1), event

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
            for table, group in self._tables(groups(batches)):
                begun.append(self._begin(table, group))
                if len(begun) > AHEAD * workers():
                    found = begun[0]()
                    begun.popleft()
                    yield found
        while begun:
            yield begun.popleft()()

    def _tables(self, found: Iterable[Group]) -> Iterator[tuple[str, Group]]:
        """Each group with the table for its fields."""
        table, held = self.run.fresh("t"), 0
        for group in found:
            if held >= BATCH_BYTES:
                table, held = self.run.fresh("t"), 0
            yield table, group
            held += group.size

    def _begin(self, table: str, group: Group) -> Callable[[], Found]:
        if group.size < WORTH:
            return lambda: Found(table, 0, group.of_lines, list(group.placed()))
        if table not in self.made:
            self._make(table)
        return self.cursors.begin(partial(self._read, table, group))

    def _make(self, table: str) -> None:
        """Not TEMP: a cursor sees no such table of another."""
        listed = "".join(f", {column.sql} {column.kind.value}" for column in self.columns.values())
        self.run.execute(f"CREATE TABLE {table} (o BIGINT{listed})")
        self.made.add(table)

    def _read(self, table: str, group: Group, cursor: duckdb.DuckDBPyConnection) -> Found:
        """Runs on a thread."""
        arrays, values = group.given()
        cursor.register("given", arrays)
        insert = f"INSERT INTO {table} WITH texts AS ({group.select}) SELECT * FROM ({self.select})"
        ((rows,),) = self._fetch(cursor, insert, {**self.values, **values})
        missing = self._missing(table, group, cursor) if rows < group.count else []
        return Found(table, rows, group.of_lines, [(group.start + i * group.step, group.item(i)) for i in missing])

    def _missing(self, table: str, group: Group, cursor: duckdb.DuckDBPyConnection) -> list[int]:
        """Which records or lines of a group made no row."""
        index, values = "(o - $start::BIGINT) // $step::BIGINT", {"start": group.start, "step": group.step}
        own = f"SELECT {index} FROM {table} WHERE {index} BETWEEN 0 AND $count - 1"
        sql = f"SELECT i FROM range($count) AS every(i) WHERE i NOT IN ({own}) ORDER BY i"
        return [i for (i,) in self._fetch(cursor, sql, {**values, "count": group.count})]

    def _fetch(self, cursor: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, object]) -> list[tuple[int]]:
        return self.run.database.execute(sql, values, on=cursor).fetchall()

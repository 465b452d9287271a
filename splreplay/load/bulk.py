"""Records of files by the thousand: the scan reads their fields (splreplay.scan.native), Python the few it leaves.

Both go into one table, in the order of the records: the scan numbers them. The lines

    {"a": 1}                    number 0, read by the scan: a row (0, a=1)
    {"a": 2, "a": 3}            number 1, not certain: left to Python, an event, a row (1, a=[2, 3])
    {"a": 4}                    number 2, a row (2, a=4)

are a stretch of `rows` 0 and 2, of `others` [(1, the record)] and of `total` 3. A second stretch is numbered on
from 3. For `* | stats count by a` the stretches of a batch become one relation:

    SELECT o, coalesce(time, $now), x0 FROM the rows, which DuckDB reads where they are, as Arrow
    UNION ALL the table of the events, their `o` replaced by [1]
    ORDER BY o                  a=1, a=[2, 3], a=4

Few rows are made events, too: to read Arrow takes the duckdb package, whose import takes longer than that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from splreplay.load.batches import TIMES, Reading, bounded
from splreplay.load.defaults import LINECOUNT, META
from splreplay.load.search_time import SOURCETYPE
from splreplay.scan import native
from splreplay.scan.model import RawRecord, Stretch
from splreplay.scan.source import Event, RawSource
from splreplay.sql.relation import Column, Kind, Relation
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.scan.native import Rows

FEW = 2_000  # rows that Python hands over as fast as the duckdb package is imported
Numbered = tuple[int, Row]  # a record's number among all, and its fields


def bulk_reader(reading: Reading) -> Bulk | None:
    """Where a search names all fields that it reads, and each is one that splreplay.scan.native can read."""
    source, names = reading.session.source, reading.names
    if names is None or not isinstance(source, RawSource) or not {*META, LINECOUNT}.issuperset(reading.defaults):
        return None
    return Bulk(reading, source, names) if native.binding.library() and all(map(native.readable, names)) else None


@dataclass
class Bulk:
    """The records of one source, read for one search."""

    reading: Reading
    source: RawSource
    names: Sequence[str]

    def __post_init__(self) -> None:
        self.session = self.reading.session
        kinds = {name: TIMES.get(name, Kind.TEXT) for name in (*self.reading.own, *self.names)}
        self.columns = {name: Column(self.session.fresh("c"), kind) for name, kind in kinds.items()}
        raw = "_raw" in self.columns or LINECOUNT in self.reading.defaults
        names, lists = (tuple(name for name in self.names if native.in_list(name) is way) for way in (False, True))
        self.fields = native.Fields(names, raw, "source" in self.reading.defaults, lists)
        self.total = 0

    def batches(self) -> Iterator[Relation]:
        """Tables of events; each is gone when the next is asked for."""
        for stretches in bounded((stretch, stretch.size) for stretch in self._stretches()):
            with ExitStack() as held:
                yield from self._relation(stretches, held)

    def _stretches(self) -> Iterator[Stretch]:
        """What the scan gives, in the order of arrival. Ctrl-C ends the reading."""
        rows = 0
        with suppress(KeyboardInterrupt), closing(self.source.candidates(self.reading.needs, self.fields)) as given:
            for candidate in chain.from_iterable(given):
                stretch = Stretch(None, [(0, candidate)], 1) if isinstance(candidate, RawRecord) else candidate
                rows += len(stretch.rows or ())
                if rows > FEW:
                    import duckdb  # noqa: F401  (now, since the scan's threads need no interpreter meanwhile)
                yield stretch

    def _relation(self, stretches: Sequence[Stretch], held: ExitStack) -> Iterator[Relation]:
        """The one relation of these stretches; none where nothing of them is an event."""
        events = [event for stretch in stretches for event in self._numbered(stretch)]
        rows = [stretch.rows for stretch in stretches if stretch.rows]
        if sum(map(len, rows)) <= FEW:
            events += [(row.number, self.reading.row(self._event(row))) for each in rows for row in each]
            rows = []
        parts = [self._arrow(rows, held)] if rows else []
        if events:
            parts.append(self._table(events))
        if parts:
            yield self.session.union(parts, order="place") if len(parts) > 1 else parts[0]

    def _numbered(self, stretch: Stretch) -> Iterator[Numbered]:
        """Numbers a stretch behind those before it, and gives what of it was left to Python."""
        before, self.total = self.total, self.total + stretch.total
        if stretch.rows:
            stretch.rows.move([(-1, before)])
        for number, record in stretch.others:
            if event := self.source.event(record):
                yield before + number, self.reading.row(event)

    def _event(self, row: native.ReadRow) -> Event:
        meta = {**self.source.meta, "source": row.source} if self.fields.source else self.source.meta
        return Event(row.raw, row.time, row.fields, meta)

    def _table(self, events: Sequence[Numbered]) -> Relation:
        events = sorted(events, key=itemgetter(0))
        relation = self.reading.load(row for _, row in events)
        numbers = self.session.bind([str(number) for number, _ in events])
        return self.session.step(relation, f"SELECT * REPLACE (CAST(({numbers})[o] AS BIGINT) AS o) FROM {{prev}}")

    def _arrow(self, rows: Sequence[Rows], held: ExitStack) -> Relation:
        """The rows where they are; `held` keeps them until they are read."""
        name, connection = self.session.fresh("given"), self.session.database.connection
        connection.register(name, held.enter_context(closing(native.RowStream(rows))))
        held.callback(connection.unregister, name)
        found = set().union(*(each.present for each in rows))
        present = [name for name in self.names if name in found]
        shown = Relation(name, self.columns).show((*self.reading.own, *self.reading.defaults, *present))
        return self.session.step(shown, f"SELECT o, {self._select(shown.columns, present)} FROM {{prev}}")

    def _select(self, columns: Mapping[str, Column], present: Sequence[str]) -> str:
        """A value for each column; what no record has is no part of it, so that DuckDB sees a constant."""
        read = {name: self.fields.column(name) for name in present}
        raw = self.fields.raw_column
        lines = f"CAST(1 + strlen({raw}) - strlen(replace({raw}, chr(10), '')) AS VARCHAR)"
        known = {"source": self.fields.source_column, LINECOUNT: lines}

        def default(name: str) -> str:
            given = known.get(name) or self.session.bind(self.source.meta[name])
            return f"coalesce({read[name]}, {given})" if name in read else given

        values = {
            **read,
            **{name: default(name) for name in self.reading.defaults},
            "_time": f"coalesce(time, {self.session.bind(self.session.now)})",
            "_indextime": f"floor(coalesce(time, {self.session.bind(self.session.now)}))",
            "_raw": self.fields.raw_column,
            SOURCETYPE: default("sourcetype"),
        }
        return ", ".join(f"{values[name]} AS {column.sql}" for name, column in columns.items())

"""Records of files by the thousand: the scan reads their fields (splreplay.scan.native), Python the few it leaves.

`o` is a record's place in the scan, so the two ways of reading do not mix up the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from splreplay.load.batches import Reading, bounded
from splreplay.load.defaults import META
from splreplay.load.search_time import SOURCETYPE
from splreplay.scan import native
from splreplay.scan.model import Table
from splreplay.scan.source import RawSource
from splreplay.sql.relation import Column, Kind, Relation

if TYPE_CHECKING:
    from splreplay.scan.native import Rows

Row = dict[str, Any]

FEW = 2_000  # rows that Python hands over as fast as the duckdb package, which reads Arrow, is imported
STEP = 1 << 20  # from the place of a record or line to that of the next: a line may turn out to hold several


def bulk_reader(reading: Reading) -> Bulk | None:
    """Where a search names all fields that it reads, and each is one that splreplay.scan.native can read."""
    source, names = reading.session.source, reading.names
    if names is None or not isinstance(source, RawSource) or not set(reading.defaults) <= set(META):
        return None
    return Bulk(reading, source, names) if native.library() and all(map(native.readable, names)) else None


@dataclass
class Bulk:
    """The records of one source, read for one search."""

    reading: Reading
    source: RawSource
    names: Sequence[str]

    def __post_init__(self) -> None:
        self.session = self.reading.session
        kinds = {name: Kind.NUM if name == "_time" else Kind.TEXT for name in (*self.reading.own, *self.names)}
        self.columns = {name: Column(self.session.fresh("c"), kind) for name, kind in kinds.items()}
        self.fields = native.Fields(tuple(self.names), "_raw" in self.columns, "source" in self.reading.defaults)
        self.places = 0

    def batches(self) -> Iterator[Relation]:
        """Tables of events; each is gone when the next is asked for."""
        for tables in bounded(self._tables(), lambda table: table.size):
            with ExitStack() as held:
                relation = self._relation(tables, held)
                if relation:
                    yield relation

    def _tables(self) -> Iterator[Table]:
        """What the scan gives, in the order of arrival. Ctrl-C ends the reading."""
        rows = 0
        with suppress(KeyboardInterrupt), closing(self.source.items(self.reading.needs, self.fields)) as batches:
            for item in chain.from_iterable(batches):
                table = item if isinstance(item, Table) else Table(None, [(0, item)], 1)
                rows += len(table.rows or ())
                if rows > FEW:
                    import duckdb  # noqa: F401  (now, since the scan's threads need no interpreter meanwhile)
                yield table

    def _relation(self, tables: Sequence[Table], held: ExitStack) -> Relation | None:
        rows: list[Rows] = []
        others: list[tuple[int, Row]] = []
        for table in tables:
            if table.rows:
                table.rows.place(self.places * STEP, STEP)
                rows.append(table.rows)
            others += self._others(table)
            self.places += table.total
        if sum(map(len, rows)) <= FEW:
            few = sorted([*chain.from_iterable(map(self._few, rows)), *others], key=itemgetter(0))
            return self._loaded(few) if few else None
        found = [self._many(rows, held), *([self._loaded(others)] if others else [])]
        return self.session.union(found, order="place") if len(found) > 1 else found[0]

    def _loaded(self, items: Sequence[tuple[int, Row]]) -> Relation:
        relation = self.reading.load(row for _, row in items)
        places = self.session.bind([str(place) for place, _ in items])
        return self.session.step(relation, f"SELECT * REPLACE (CAST(({places})[o] AS BIGINT) AS o) FROM {{prev}}")

    def _others(self, table: Table) -> Iterator[tuple[int, Row]]:
        """What was left to Python; a line may have turned out to hold several records, or none."""
        before = -1
        for number, record in table.others:
            event = self.source.event(record)
            if event is not None:
                before = max((self.places + number) * STEP, before + 1)
                yield before, self.reading.row(event)

    def _few(self, rows: Rows) -> Iterator[tuple[int, Row]]:
        for place, time, texts in rows:
            found = {name: text for name, text in zip(self.names, texts, strict=False) if text is not None}
            given = {**self.source.meta, "source": texts[-1] or ""} if self.fields.source else self.source.meta
            found = {**{name: given[name] for name in self.reading.defaults}, **found}
            sourcetype = found.get("sourcetype", given["sourcetype"])
            own = {"_time": self.session.now if time is None else time, SOURCETYPE: sourcetype}
            yield place, {**found, **own, **({"_raw": texts[len(self.names)]} if self.fields.raw else {})}

    def _many(self, rows: Sequence[Rows], held: ExitStack) -> Relation:
        """The rows where they are; `held` keeps them until they are read."""
        name, connection = self.session.fresh("given"), self.session.database.connection
        connection.register(name, held.enter_context(closing(native.RowStream(rows))))
        held.callback(connection.unregister, name)
        counts = [sum(each) for each in zip(*(each.present for each in rows), strict=True)]
        present = [name for name, count in zip(self.names, counts, strict=False) if count]
        shown = Relation(name, self.columns).show((*self.reading.own, *present, *self.reading.defaults))
        return self.session.step(shown, f"SELECT o, {self._select(shown.columns, present)} FROM {{prev}}")

    def _select(self, columns: Mapping[str, Column], present: Sequence[str]) -> str:
        """A value for each column; what no record has is no part of it, so that DuckDB sees a constant."""
        bind, behind = self.session.bind, len(self.names)
        value = {name: f"x{number}" for number, name in enumerate(self.names) if name in present}
        meta = {name: bind(self.source.meta[name]) for name in META} | {"source": f"x{behind + self.fields.raw}"}
        meta |= {name: f"coalesce({value[name]}, {default})" for name, default in meta.items() if name in value}
        value |= {name: meta[name] for name in self.reading.defaults}
        own = {
            "_time": f"coalesce(time, {bind(self.session.now)})",
            "_raw": f"x{behind}",
            SOURCETYPE: meta["sourcetype"],
        }
        return ", ".join(f"{({**value, **own})[name]} AS {column.sql}" for name, column in columns.items())

"""The events of a source as tables of bounded size, with the fields that a search reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from splreplay.load.defaults import default_field
from splreplay.load.search_time import SOURCETYPE
from splreplay.scan.source import Event, Needs, parsed
from splreplay.sql.relation import Kind, Relation
from splreplay.sql.tables import load_rows
from splreplay.values.flatten import flatten

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk

Item = TypeVar("Item")

BATCH = 20_000
BATCH_BYTES = 64_000_000
OWN = ("_time", "_indextime", "_raw", SOURCETYPE)
IF_READ = ("_indextime", "_raw")  # of those, what a table has only where something reads it
TIMES = {"_time": Kind.NUM, "_indextime": Kind.NUM}


@dataclass(frozen=True)
class Reading:
    """What is read of each event: `needs` with the add-on's inputs, and the default fields among them."""

    session: Walk
    needs: Needs
    defaults: Sequence[str]

    @property
    def own(self) -> list[str]:
        """The columns that a table has whatever the events hold."""
        fields = self.needs.fields
        return [name for name in OWN if name not in IF_READ or fields is None or name in fields]

    @property
    def names(self) -> list[str] | None:
        """The fields that are looked for in the events; None: all."""
        return None if self.needs.fields is None else sorted(self.needs.fields.difference(OWN))

    def batches(self) -> Iterator[Relation]:
        return map(self.table, self._events())

    def _events(self) -> Iterator[list[Event]]:
        return bounded(self.session.source.events(self.needs), lambda event: len(event.raw))

    def table(self, events: Iterable[Event]) -> Relation:
        return self.load(map(self.row, events))

    def load(self, rows: Iterable[Mapping[str, Any]]) -> Relation:
        assumed = (self.names or []) if self.session.assume_fields else []
        return load_rows(self.session, rows, (*self.own, *assumed), TIMES)

    def row(self, event: Event) -> dict[str, Any]:
        """The event's fields that the search reads."""
        wanted = self.needs.fields
        record = parsed(event)
        fields: dict[str, Any] = {} if record is None else dict(flatten(record))
        for name in self.defaults:
            fields.setdefault(name, default_field(event, name))
        if wanted is not None:
            fields = {name: value for name, value in fields.items() if name in wanted}
        fields["_time"] = self.session.now if event.time is None else event.time
        fields[SOURCETYPE] = fields.get("sourcetype", event.meta.get("sourcetype"))
        if "_indextime" in self.own:
            fields["_indextime"] = index_time(fields["_time"] if event.indexed is None else event.indexed)
        return {**fields, "_raw": event.raw} if "_raw" in self.own else fields


def index_time(at: float) -> float:
    """Whole seconds, as Splunk keeps it."""
    return at // 1


def bounded(items: Iterable[Item], size: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Bounded by number and by size: twenty thousand records of 20 MB do not fit into memory."""
    batch: list[Item] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size(item)
        if len(batch) >= BATCH or total >= BATCH_BYTES:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch

"""The events of a source as tables of bounded size, with the fields that a search reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from splreplay.load.defaults import default_field
from splreplay.load.search_time import SOURCETYPE
from splreplay.scan.source import Event, Needs, parsed
from splreplay.sql.relation import Kind, Relation
from splreplay.sql.tables import load_rows
from splreplay.values.flatten import Wanted, flatten

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk

Held = TypeVar("Held")

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

    @cached_property
    def own(self) -> list[str]:
        """The columns that a table has whatever the events hold."""
        fields = self.needs.fields
        return [name for name in OWN if name not in IF_READ or fields is None or name in fields]

    @cached_property
    def names(self) -> list[str] | None:
        """The fields that are looked for in the events; None: all."""
        return None if self.needs.fields is None else sorted(self.needs.fields.difference(OWN))

    @cached_property
    def wanted(self) -> Wanted | None:
        return None if self.names is None else Wanted.of(self.names)

    def batches(self) -> Iterator[Relation]:
        """Tables of events, each read by itself, in the order of arrival."""
        yield from map(self.load, bounded(self._rows()))

    def _rows(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Each event's row and size. The event is let go: to hold 20,000 as objects takes longer than to read them."""
        for event in self.session.source.events(self.needs):
            yield self.row(event), len(event.raw)

    def load(self, rows: Iterable[Mapping[str, Any]]) -> Relation:
        assumed = (self.names or []) if self.session.assume_fields else []
        return load_rows(self.session, rows, (*self.own, *assumed), TIMES)

    def row(self, event: Event) -> dict[str, Any]:
        """The event's fields that the search reads."""
        record = parsed(event)
        own: dict[str, Any] = {} if record is None else flatten(record, self.wanted)
        fields: dict[str, Any] = {
            **{name: own[name] if name in own else default_field(event, name) for name in self.defaults},
            **own,
        }
        fields["_time"] = self.session.now if event.time is None else event.time
        fields[SOURCETYPE] = fields.get("sourcetype", event.meta.get("sourcetype"))
        if "_indextime" in self.own:
            fields["_indextime"] = index_time(fields["_time"] if event.indexed is None else event.indexed)
        if "_raw" in self.own:
            fields["_raw"] = event.raw
        return fields


def index_time(at: float) -> float:
    """Whole seconds, as Splunk keeps it."""
    return at // 1


def bounded(sized: Iterable[tuple[Held, int]]) -> Iterator[list[Held]]:
    """Bounded by number and by size: twenty thousand records of 20 MB do not fit into memory."""
    batch: list[Held] = []
    total = 0
    for item, size in sized:
        batch.append(item)
        total += size
        if len(batch) >= BATCH or total >= BATCH_BYTES:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch

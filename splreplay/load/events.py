"""The events of a search: read in batches, with their search-time fields, those kept that its filter keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from splreplay.load.batches import Reading
from splreplay.load.bulk import bulk_reader
from splreplay.load.defaults import default_names
from splreplay.load.search_time import SOURCETYPE, add_fields, inputs
from splreplay.scan.source import Needs
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk


def batches_of(walk: Walk, needs: Needs) -> Iterator[Relation]:
    """Tables of events, the first in the order of arrival; one without rows where there are none."""
    inner = replace(needs, fields=inputs(walk.addon.field_rules, needs.fields))
    reading = Reading(walk, inner, default_names(needs, walk.source.shows_meta))
    bulk = bulk_reader(reading)
    walk.inform(f"{needs.note}; fields are read by native code" if bulk else needs.note, "scan")
    batches = bulk.batches() if bulk else reading.batches()
    first = next(batches, None)
    yield reading.load([]) if first is None else first
    yield from batches


def load_events(walk: Walk, batches: Iterable[Relation], needs: Needs) -> Relation:
    """The events that the first search keeps, newest first.

    Each batch is filtered before the next is read, so memory holds what was kept and not what was read.
    """
    kept = [_kept(walk, batch, needs) for batch in batches]
    relation = walk.union(kept) if len(kept) > 1 else kept[0]
    return walk.reorder(relation, _newest_first(relation))


def derived_batches(walk: Walk, wanted: frozenset[str]) -> Iterator[Relation]:
    """Only these fields, which the add-on derives, of all events as they come; each batch is gone with the next."""
    needs = Needs(fields=wanted, named=wanted)
    for batch in batches_of(walk, needs):
        found = _derived(walk, batch, needs)
        yield found.show(name for name in found.columns if name in wanted)


def _kept(walk: Walk, batch: Relation, needs: Needs) -> Relation:
    """What Python has read is a table of so few rows that one thread writes them; the others come by a SELECT."""
    table = walk.unordered if batch.steps else walk.materialise
    batch = _derived(walk, batch, needs)
    found = walk.step(batch, f"SELECT * FROM {{prev}} WHERE {walk.scope(batch).keeps(needs.filter)}")
    if needs.behind is not None:
        found = found.show(name for name in found.columns if name in needs.behind)
    if needs.newest is not None:
        found = walk.step(found, f"SELECT * FROM {{prev}} ORDER BY {_newest_first(found)} LIMIT {needs.newest:d}")
    return table(found)


def _newest_first(events: Relation) -> str:
    return f"{events.columns['_time'].sql} DESC NULLS LAST, o"


def _derived(walk: Walk, batch: Relation, needs: Needs) -> Relation:
    """A batch with the add-on's fields; the source type that those depend on is gone once they are made."""
    batch = add_fields(walk, batch, needs.fields)
    return batch.show(name for name in batch.columns if name != SOURCETYPE)

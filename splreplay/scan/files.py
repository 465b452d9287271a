"""CloudTrail files as a source of events: scanned, parsed, and every record accounted for."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from splreplay.scan import Candidate, RawRecord, ScanStats, scan, scan_records
from splreplay.scan.envelopes import foreign
from splreplay.scan.model import UNTIMED
from splreplay.scan.source import DEFAULT_META, Event, Needs
from splreplay.spl.times import event_time, is_local
from splreplay.values.flatten import parse

if TYPE_CHECKING:
    from splreplay.scan.native import Fields

LOCAL = "an eventTime without a time zone, read as UTC"


@dataclass
class FileSource:
    """Files, folders, globs or `-`. `stats` fills while events are read.

    `any_index`: they stand in for whichever index a search names, and not for that of `meta` alone.
    """

    inputs: Sequence[str]
    stats: ScanStats = field(default_factory=ScanStats)
    meta: Mapping[str, str] = field(default_factory=lambda: DEFAULT_META)
    any_index: bool = True
    shows_meta: bool = True
    sought: bool = field(default=False, init=False)  # whether the records are those that hold the needle of a search

    @property
    def index(self) -> str:
        return self.meta["index"]

    def standing_for(self, index: str) -> FileSource:
        return replace(self, meta={**self.meta, "index": index})

    def events(self, needs: Needs) -> Iterator[Event]:
        """The events; Ctrl-C ends the reading, not the search: `stats.partial` says so."""
        with suppress(KeyboardInterrupt), closing(scan_records(self.inputs, **self._options(needs))) as records:
            yield from (event for record in records if (event := self.event(record)))

    def candidates(self, needs: Needs, fields: Fields | None) -> Generator[list[Candidate], None, None]:
        return scan(self.inputs, fields=fields, **self._options(needs))

    def _options(self, needs: Needs) -> dict[str, Any]:
        self.sought = needs.needle is not None
        times = {"earliest": needs.earliest, "latest": needs.latest}
        return {"needle": needs.needle, "stats": self.stats, **times}

    def event(self, record: RawRecord) -> Event | None:
        text = record.raw.decode("utf-8", "replace")
        pairs = parse(text)
        if pairs is None:
            self.stats.bad_record(record, "not a JSON object")
            return None
        self.stats.parsed += 1
        given = dict(record.given)
        fields = dict(pairs)
        time = event_time({"_time": given.pop("time", None)}) if given else None
        time = event_time(fields) if time is None else time
        event = Event(text, time, pairs, {**self.meta, "source": record.source, **given})
        return self._noticed(event, fields, record)

    def _noticed(self, event: Event, fields: Mapping[str, Any], record: RawRecord) -> Event:
        """The event; what of it is not as one may think goes into the account."""
        if (
            self.sought
            and "eventName" not in fields
            and event.meta["sourcetype"].startswith(DEFAULT_META["sourcetype"])
        ):
            self.stats.odd[record.source, foreign(frozenset(fields)).words] += 1
        if event.time is None:
            self.stats.odd[record.source, UNTIMED] += 1
        elif "_time" not in fields and is_local(fields.get("eventTime")):
            self.stats.odd[record.source, LOCAL] += 1
        return event

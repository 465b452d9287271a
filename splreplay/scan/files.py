"""CloudTrail files as a source of events: scanned, parsed, and every record accounted for."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from splreplay.scan import Candidate, RawRecord, ScanStats, scan, scan_records
from splreplay.scan.source import DEFAULT_META, Event, Needs
from splreplay.spl.times import event_time
from splreplay.values.flatten import parse

if TYPE_CHECKING:
    from splreplay.scan.native import Fields


@dataclass
class FileSource:
    """Files, folders, globs or `-`. `stats` fills while events are read."""

    inputs: Sequence[str]
    stats: ScanStats = field(default_factory=ScanStats)
    shows_meta: bool = False

    def events(self, needs: Needs) -> Iterator[Event]:
        """The events; Ctrl-C ends the reading, not the search: `stats.partial` says so."""
        with suppress(KeyboardInterrupt), closing(scan_records(self.inputs, **self._options(needs))) as records:
            yield from (event for record in records if (event := self.event(record)))

    def candidates(self, needs: Needs, fields: Fields | None) -> Generator[list[Candidate], None, None]:
        return scan(self.inputs, fields=fields, **self._options(needs))

    def _options(self, needs: Needs) -> dict[str, Any]:
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
        time = event_time({"_time": given.get("time")})
        meta = {**DEFAULT_META, "source": record.source, **{name: given[name] for name in given if name != "time"}}
        return Event(text, event_time(dict(pairs)) if time is None else time, pairs, meta)

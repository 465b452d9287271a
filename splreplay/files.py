"""CloudTrail files as a source of events: scanned, parsed, and every record accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field

from splreplay.events import DEFAULT_META, Event, Needs
from splreplay.flatten import Pairs, parse
from splreplay.scan import RawRecord, ScanStats, scan
from splreplay.times import event_time

Progress = Callable[[ScanStats], None]


@dataclass
class FileSource:
    """Files, folders, globs or `-`. `stats` fills while events are read; `progress` hears of each batch."""

    inputs: Sequence[str]
    stats: ScanStats = field(default_factory=ScanStats)
    progress: Progress = lambda stats: None
    shows_meta: bool = False

    def events(self, needs: Needs) -> Iterator[Event]:
        """The events; Ctrl-C ends the reading, not the search: `stats.partial` says so."""
        batches = scan(
            self.inputs, needle=needs.needle, earliest=needs.earliest, latest=needs.latest, stats=self.stats
        )
        with suppress(KeyboardInterrupt), closing(batches):
            for batch in batches:
                yield from (_event(record, pairs) for record in batch if (pairs := self._parsed(record)))
                self.progress(self.stats)

    def _parsed(self, record: RawRecord) -> Pairs | None:
        pairs = parse(record.raw.decode("utf-8", "replace"))
        if pairs is None:
            self.stats.bad_record(record, "not a JSON object")
        else:
            self.stats.parsed += 1
        return pairs


def _event(record: RawRecord, pairs: Pairs) -> Event:
    meta = {**DEFAULT_META, "source": record.source}
    return Event(record.raw.decode("utf-8", "replace"), event_time(dict(pairs)), pairs, meta)

"""CloudTrail files as a source of events: scanned, parsed, and every record accounted for."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field

from splreplay.events import DEFAULT_META, Event, Needs
from splreplay.flatten import parse
from splreplay.scan import Lines, RawRecord, ScanStats, records_of, scan
from splreplay.times import event_time

Batches = Generator[list[RawRecord | Lines], None, None]


@dataclass
class FileSource:
    """Files, folders, globs or `-`. `stats` fills while events are read."""

    inputs: Sequence[str]
    stats: ScanStats = field(default_factory=ScanStats)
    shows_meta: bool = False
    _begun: tuple[object, Batches] | None = field(default=None, init=False)

    def begin(self, needs: Needs) -> None:
        self._begun = _key(needs), self._scan(needs)
        next(self._begun[1])

    def end(self) -> None:
        if self._begun:
            self._begun[1].close()
        self._begun = None

    def events(self, needs: Needs) -> Iterator[Event]:
        """The events; Ctrl-C ends the reading, not the search: `stats.partial` says so."""
        with suppress(KeyboardInterrupt), closing(self.raw(needs)) as batches:
            for batch in batches:
                yield from (event for record in self.records(batch) if (event := self.event(record)))

    def records(self, items: Iterable[RawRecord | Lines]) -> Iterator[RawRecord]:
        return records_of(items, self.stats)

    def raw(self, needs: Needs) -> Batches:
        """The scan that was begun, if it was for the same: it can be read once."""
        if self._begun and self._begun[0] == _key(needs):
            batches, self._begun = self._begun[1], None
            return batches
        return self._scan(needs)

    def event(self, record: RawRecord) -> Event | None:
        text = record.raw.decode("utf-8", "replace")
        pairs = parse(text)
        if pairs is None:
            self.stats.bad_record(record, "not a JSON object")
            return None
        self.took(1)
        return Event(text, event_time(dict(pairs)), pairs, {**DEFAULT_META, "source": record.source})

    def took(self, count: int, of_lines: bool = False) -> None:
        self.stats.parsed += count
        self.stats.records += count if of_lines else 0


    def _scan(self, needs: Needs) -> Batches:
        return scan(
            self.inputs, needle=needs.needle, earliest=needs.earliest, latest=needs.latest, stats=self.stats
        )


def _key(needs: Needs) -> object:
    """All that a scan depends on."""
    return needs.needle, needs.earliest, needs.latest

"""Where records come from, in one form: lists of dicts, files, or anything with `events()`."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from splreplay.spl.times import event_time
from splreplay.values import flatten

if TYPE_CHECKING:
    from splreplay.scan import Candidate, RawRecord
    from splreplay.scan.native import Fields

DEFAULT_META = {
    "index": "main",
    "source": "splreplay",
    "host": "splreplay",
    "sourcetype": "aws:cloudtrail",
    "splunk_server": "splreplay",
}
GIVEN = ("_raw", "_time", "_indextime")  # of an event as a dict: they are none of its fields


class Event(NamedTuple):
    """One record: its text, its time in epoch seconds, its object if parsed, and index, source, host, ...

    `indexed` is when it came into an index, in epoch seconds. A file does not tell that of its records: there it is
    None, and the record counts as indexed at its own time, so that a search finds the same in it on any day.
    """

    raw: str
    time: float | None
    fields: Mapping[str, Any] | flatten.Pairs | None
    meta: Mapping[str, str]
    indexed: float | None = None


@dataclass(frozen=True)
class Needs:
    """What a search reads of its events: the fields (None: all of them), and what the scan can use.

    `behind` are those fields that are still read once the first search has chosen the events;
    `needle` is None or a scan.Needle; `earliest` and `latest` are epoch seconds; `filter` is the
    expression of the first search, for a source that can test part of it by itself; `named` are the fields
    that some command names, also where `fields` is None; `newest` is how many of the newest events are looked at, None
    where it may be all; `note` says in words what the scan looks for.
    """

    fields: frozenset[str] | None = None
    behind: frozenset[str] | None = None
    needle: Any = None
    earliest: float | None = None
    latest: float | None = None
    filter: Any = None
    named: frozenset[str] = frozenset()
    newest: int | None = None
    note: str = ""


class Source(Protocol):
    """Gives the records that may match, in the order of arrival.

    `shows_meta`: whether `*` means index, source, host and sourcetype too, as in an index of Splunk's.
    """

    @property
    def shows_meta(self) -> bool: ...

    def events(self, needs: Needs) -> Iterable[Event]: ...


@runtime_checkable
class RawSource(Source, Protocol):
    """A source of JSON texts, of which not every one need become an event. All but `source` of `meta` holds for all."""

    @property
    def meta(self) -> Mapping[str, str]: ...

    def candidates(self, needs: Needs, fields: Fields | None) -> Generator[list[Candidate], None, None]:
        """The texts that events() would make events of, or what could be read of them: see scan()."""

    def event(self, record: RawRecord) -> Event | None:
        """One of them as an event; None, and named in the account, where it is no JSON object."""


@runtime_checkable
class AnyIndexSource(Source, Protocol):
    """Records that lie in no index: where `any_index` is set, they stand in for whichever index a search names."""

    @property
    def any_index(self) -> bool: ...

    @property
    def index(self) -> str:
        """The one that they stand for."""

    def standing_for(self, index: str) -> Source: ...


@runtime_checkable
class IndexSource(Source, Protocol):
    """A source that keeps index, source, host and sourcetype beside the text of an event, as Splunk's indexes do."""

    def indexed(self) -> Source:
        """The same events with nothing but that: no field of their text, and the text only where it is read."""


@dataclass(frozen=True)
class DictSource:
    """Events as dicts. `_time`, `_indextime` and `_raw` are taken as given; the rest are fields, nested as JSON."""

    records: Sequence[Mapping[str, Any]]
    meta: Mapping[str, str] = field(default_factory=lambda: DEFAULT_META)
    shows_meta: bool = False

    def events(self, needs: Needs) -> Iterator[Event]:
        for record in self.records:
            fields = {key: value for key, value in record.items() if key not in GIVEN}
            raw = record.get("_raw")
            time, indexed = event_time(record), event_time(record, ("_indextime",))
            own = record.get("sourcetype")  # it says which field rules count, whether a search reads it or not
            meta = {**self.meta, "sourcetype": own} if isinstance(own, str) and own else self.meta
            if raw is not None and not fields:
                yield Event(str(raw), time, None, meta, indexed)
            else:
                raw = json.dumps(fields, ensure_ascii=False, separators=(",", ":")) if raw is None else str(raw)
                yield Event(raw, time, fields, meta, indexed)


def parsed(event: Event) -> Mapping[str, Any] | flatten.Pairs | None:
    """The record as an object; None where its text is not JSON."""
    return event.fields if event.fields is not None else flatten.parse(event.raw)

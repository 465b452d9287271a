"""What a page shows: frozen data, from which `render.render` makes the page and nothing else.

Texts are as they came from logs, apps and files; the page makes them safe to look at. Times are epoch seconds. Where
there may be many of a thing, `First` has those that are shown and how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Pairs = Sequence[tuple[str, Any]]  # name and value; a value is text, a number or a list of these


@dataclass(frozen=True)
class First(Generic[T]):
    """The first of many, and how many there are in all."""

    items: Sequence[T] = ()
    total: int = 0

    @classmethod
    def of(cls, things: Iterable[T], most: int) -> First[T]:
        rest = iter(things)
        items = tuple(islice(rest, most))
        return cls(items, len(items) + sum(1 for _ in rest))

    def cut(self, most: int) -> First[T]:
        return First(self.items[:most], self.total)

    @property
    def left_out(self) -> int:
        return self.total - len(self.items)


@dataclass(frozen=True)
class Table:
    """Rows of a search under their fields."""

    fields: Sequence[str]
    rows: First[Mapping[str, Any]]


@dataclass(frozen=True)
class Drilldown:
    """A search that leads on from a finding, its tokens filled in; `span` says over which time it looks.

    `outcome` is what came of it where it was run, such as why it was refused; `rows` is what it gave.
    """

    name: str
    search: str
    span: str = ""
    outcome: str = ""
    rows: Table | None = None


@dataclass(frozen=True)
class Finding:
    """One finding; `fields` are the row's own, `annotations` name and values, such as MITRE ATT&CK's techniques."""

    title: str
    message: str = ""
    description: str = ""
    severity: str = ""
    domain: str = ""
    entity: str = ""
    entity_type: str = ""
    score: float = 0
    fields: Pairs = ()
    annotations: Pairs = ()
    drilldowns: Sequence[Drilldown] = ()


@dataclass(frozen=True)
class Risk:
    """What the risk events of one entity come to; `threats` are their threat objects."""

    entity: str
    kind: str
    score: float
    events: int
    threats: Sequence[str] = ()


@dataclass(frozen=True)
class Event:
    """An event that matched, in one line."""

    time: float
    label: str


@dataclass(frozen=True)
class Events:
    """The events that matched: the time of each, the oldest first, and the first of them in words."""

    times: Sequence[float] = ()
    first: Sequence[Event] = ()


@dataclass(frozen=True)
class Stage:
    """The rows behind one command of the search; `macro` is where its words come from."""

    words: str
    rows: int
    dropped: int = 0
    macro: str = ""


@dataclass(frozen=True)
class Case:
    """A row of the test matrix: what a test expects and what was seen."""

    name: str
    expected: str
    seen: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Refusal:
    """Why a search, or a part of it, was not run; `excerpt` are the lines of text with the place marked."""

    reason: str
    place: str = ""
    excerpt: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Scan:
    """What was read: records, figures by name, and whatever was skipped, damaged or odd, a line each."""

    records: int
    figures: Pairs = ()
    notes: Sequence[str] = ()
    partial: bool = False


@dataclass(frozen=True)
class Detection:
    """One detection and all that a run of it gave.

    verdict:  a word, such as fired, silent, refused, no data, error.
    expected: whether that is what the tests of the detection ask for; None where nothing was asked.
    rest:     where to get what the page leaves out.
    """

    name: str
    verdict: str
    expected: bool | None = None
    file: str = ""
    reason: str = ""
    seconds: float | None = None
    rows: int | None = None
    findings: First[Finding] = First()
    risk: First[Risk] = First()
    events: Events = Events()
    stages: Sequence[Stage] = ()
    cases: Sequence[Case] = ()
    refusals: Sequence[Refusal] = ()
    scan: Scan | None = None
    about: Pairs = ()
    search: str = ""
    rest: str = ""

    @property
    def bad(self) -> bool:
        """What a reader must see first: a test that failed, or a search that did not run."""
        return self.expected is False or (self.expected is None and self.verdict in ("refused", "error", "no data"))


@dataclass(frozen=True)
class Page:
    """`made` is when, `by` the command line or so; times are shown in `tz`."""

    title: str
    detections: Sequence[Detection]
    made: float
    tz: str = "UTC"
    by: str = ""
    notes: Sequence[str] = field(default=())

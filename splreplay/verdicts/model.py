"""What is told of a case and of a detection, as data that goes through JSON unchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from typing import Any

from splreplay.values.rows import Row


class Verdict(str, Enum):
    FIRED = "fired"
    SILENT = "silent"
    REFUSED = "refused"
    NO_DATA = "no data"
    ERROR = "error"

    def __format__(self, spec: str) -> str:
        """As the text that it is; what Python makes of such an enumeration differs between its versions."""
        return str.__format__(self.value, spec)


# The kinds of a fault.
VERDICT, EXPECTED, EMPTY, DRILLDOWN, NEAR_MISS, YAML = "verdict", "expected", "empty", "drilldown", "near miss", "yaml"
FIRES, SILENT = "fires", "silent"


@dataclass(frozen=True)
class Fault:
    """One thing that is not as expected."""

    kind: str
    text: str


@dataclass(frozen=True)
class Place:
    """Where the file is to be mended; `excerpt` are lines that show it."""

    file: str
    line: int
    column: int = 0
    excerpt: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drilled:
    """A drilldown of a row, counted from 0, filled with its values and run. `reason` is why it did not run."""

    row: int
    name: str
    search: str
    verdict: str
    reason: str = ""
    rows: int = 0
    fields: tuple[str, ...] = ()
    shown: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Stage:
    """What one command left; `macro` is where its words come from."""

    words: str
    macro: str
    rows: int


@dataclass(frozen=True)
class Tried:
    """One case: what was expected, what came, and what was seen on the way.

    `findings`, `risk_events`, `drilldowns` (those of each row, in order) and `times` (of the events that the first
    search kept, epoch seconds) are cut at the bounds of `judge`; `rows`, `finding_count`, ... tell how many there were.
    Where a detection makes no findings, `findings` are its rows. `stages`, `matched` and `times` are there where all is
    looked at (`Setup.whole`); `stages` also where it was silent and should not have been.
    """

    case: str
    why: str
    file: str
    line: int
    expected: str
    verdict: str
    reason: str = ""
    help: str = ""
    place: Place | None = None
    optional: bool = False
    rows: int = 0
    events: int = 0
    matched: int = 0
    finding_count: int = 0
    risk_event_count: int = 0
    findings: tuple[Row, ...] = ()
    risk_events: tuple[Row, ...] = ()
    drilldowns: tuple[Drilled, ...] = ()
    stages: tuple[Stage, ...] = ()
    times: tuple[float, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """All as expected. What is refused is told, and is a failure only where it is asked to be one."""
        if self.verdict == Verdict.NO_DATA:
            return self.optional
        return self.verdict != Verdict.ERROR and not self.faults

    def plain(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Tried:
        """What `plain` gave, after its way through JSON."""
        parts: dict[str, Any] = {
            **given,
            "place": Place(**_listed(Place, given["place"])) if given["place"] else None,
            "drilldowns": [Drilled(**_listed(Drilled, item)) for item in given["drilldowns"]],
            "stages": [Stage(**item) for item in given["stages"]],
            "faults": [Fault(**item) for item in given["faults"]],
        }
        parts.pop("ok")
        return cls(**_listed(cls, parts))


def _listed(kind: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has lists where the fields are tuples."""
    tuples = {item.name for item in fields(kind) if str(item.type).startswith("tuple")}
    return {name: tuple(value) if name in tuples else value for name, value in given.items()}


@dataclass(frozen=True)
class Judged:
    """One detection: its cases, and the one that decides what is said of it."""

    name: str
    file: str
    line: int
    type: str
    status: str
    cases: tuple[Tried, ...]
    missed: tuple[str, ...] = field(default=())  # conditions that no case would miss, with --mutate
    mutants: int = 0

    @property
    def ok(self) -> bool:
        return all(case.ok for case in self.cases)

    @property
    def deciding(self) -> Tried:
        """The worst of its cases; of those as good as each other, one that fired, then the first."""
        return min(self.cases, key=_weight)

    @property
    def verdict(self) -> str:
        return self.deciding.verdict

    @property
    def coverage(self) -> str:
        """Which kinds of cases it has: those that must fire, and near misses that must not."""
        kinds = {case.expected for case in self.cases} - {""}
        return {
            frozenset((FIRES, SILENT)): "both",
            frozenset((FIRES,)): "fires",
            frozenset((SILENT,)): "near miss",
        }.get(frozenset(kinds), "none")

    @property
    def seconds(self) -> float:
        return sum(case.seconds for case in self.cases)


_WORST: Sequence[str] = (Verdict.ERROR, Verdict.NO_DATA, Verdict.FIRED, Verdict.SILENT, Verdict.REFUSED)
_REST: Sequence[str] = (Verdict.REFUSED, Verdict.FIRED, Verdict.SILENT, Verdict.NO_DATA)


def _weight(case: Tried) -> int:
    order = _REST if case.ok else _WORST
    return order.index(case.verdict) + (len(_WORST) if case.ok else 0)

"""A time line as marks and ticks: across in percent of its width, so that it is drawn on any; up in pixels.

Few events are dots, piled up where they are close; many are bars, the highest as high as the drawing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from splreplay.values.moments import plain

COLUMNS = 121  # odd, so that an event by itself is in the middle
HEIGHT = 84  # pixels that marks may take at most
DOT = 12  # pixels from dot to dot
LEAST = 3.0  # pixels of the lowest bar
TICKS = 5  # at most
HALF_A_MINUTE = 30.0
MINUTE, HOUR, DAY = 60, 3600, 86400
STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * DAY for days in (1, 2, 7, 14, 28, 91, 182, 364)),
)
EDGE = 8  # percent; a label that begins nearer to an end would leave the drawing
LAST = 253_402_214_400.0  # the last day of the year 9999, wherever it begins
SPARE = 0.04  # of the width, at either end


@dataclass(frozen=True)
class Mark:
    """Events that are close in time: `x` is their middle, `dots` how far up each stands, or `height` that of a bar."""

    x: float
    count: int
    first: float
    last: float
    dots: tuple[float, ...] = ()
    height: float = 0


@dataclass(frozen=True)
class Tick:
    """`anchor` keeps the label within the drawing."""

    x: float
    label: str

    @property
    def anchor(self) -> str:
        return "start" if self.x < EDGE else "end" if self.x > 100 - EDGE else "middle"


@dataclass(frozen=True)
class TimeLine:
    """`height` is that of the marks; `width` that of a bar."""

    marks: Sequence[Mark]
    ticks: Sequence[Tick]
    height: int
    width: float = 100 / COLUMNS


def drawn(times: Sequence[float], tz: str) -> TimeLine:
    """`times` in epoch seconds, ascending; those that no calendar has are left out."""
    times = [time for time in times if 0 <= time < LAST]
    if not times:
        return TimeLine((), (), 0)
    low, high = _range(times)
    columns: dict[int, list[float]] = {}
    for time in times:
        columns.setdefault(min(int((time - low) / (high - low) * COLUMNS), COLUMNS - 1), []).append(time)
    highest = max(map(len, columns.values()))
    marks = [_mark(at, found, highest) for at, found in columns.items()]
    return TimeLine(marks, list(_ticks(low, high, tz)), min(highest * DOT, HEIGHT))


def _range(times: Sequence[float]) -> tuple[float, float]:
    """What the drawing spans: all events, with some room at the ends."""
    spare = max((times[-1] - times[0]) * SPARE, HALF_A_MINUTE)
    return times[0] - spare, times[-1] + spare


def _mark(column: int, times: Sequence[float], highest: int) -> Mark:
    """A dot that stands a little aside is read more easily than one that covers half of another."""
    middle = round((column + 0.5) * 100 / COLUMNS, 2)
    place = (middle, len(times), times[0], times[-1])
    if highest * DOT <= HEIGHT:
        return Mark(*place, dots=tuple(DOT * (number + 0.5) for number in range(len(times))))
    return Mark(*place, height=round(max(len(times) / highest * HEIGHT, LEAST), 1))


# --- ticks -----------------------------------------------------------------------------------------------
def _ticks(low: float, high: float, tz: str) -> Iterator[Tick]:
    """Round times of the zone's clocks."""
    step = next((step for step in STEPS if (high - low) / step <= TICKS), STEPS[-1])
    step *= ceil((high - low) / step / TICKS)
    zone = ZoneInfo(tz)
    shift = (datetime.fromtimestamp(max(low, 0), zone).utcoffset() or timedelta()).total_seconds()
    at = ceil((low + shift) / step) * step - shift
    seen: Counter[str] = Counter()
    while at <= high:
        yield Tick(round((at - low) / (high - low) * 100, 2), _label(at, step, tz, seen))
        at += step


def _label(at: float, step: float, tz: str, seen: Counter[str]) -> str:
    """The date where it is new, and the time of day as finely as the ticks need it."""
    date, _, time = plain(str(at), tz).partition(" ")
    time = time[:8] if step < MINUTE else time[:5]
    seen[date] += 1
    return date if step >= DAY or (seen[date] == 1 and len(seen) > 1) else time

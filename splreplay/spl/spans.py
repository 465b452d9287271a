"""The length of a bin: `5m`, `1mon`, `w@w1`, `10`, `0.5`, `2log10`.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/bin
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from splreplay.spl.cursor import Converter
from splreplay.spl.times import UNITS

SUBSECONDS = {"us": 1e-6, "ms": 1e-3, "cs": 1e-2, "ds": 1e-1}
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
LONG_MONTH = 30 * 86400

_TIME = re.compile(r"[-+]?(\d*)([a-zA-Z]+)(?:@([a-zA-Z]+)(\d?))?")
_LOG = re.compile(r"(\d+(?:\.\d+)?)?log(\d+(?:\.\d+)?)?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")


@dataclass(frozen=True)
class TimeSpan:
    """`count` times a unit: second, minute, hour, day, week, month, or a part of a second (`seconds` each).

    `weekday` is the day a week begins with (0 Sunday), from `w@w1`; None counts weeks from 1970.
    """

    count: int
    unit: str
    weekday: int | None = None

    @property
    def calendar(self) -> bool:
        """Are its edges found in the calendar of the user's time zone?"""
        return self.unit in ("day", "week", "month")


@dataclass(frozen=True)
class NumberSpan:
    size: float


@dataclass(frozen=True)
class LogSpan:
    """Edges at `factor` times the powers of `base`."""

    factor: float
    base: float


BinSpan = TimeSpan | NumberSpan | LogSpan


def parse_span(text: str) -> BinSpan:
    """The span as written; ValueError says what is wrong with it."""
    if log := _LOG.fullmatch(text):
        return _log_span(float(log[1] or 1), float(log[2] or 10))
    if _NUMBER.fullmatch(text):
        if not float(text):
            raise ValueError("a span must be more than 0")
        return NumberSpan(float(text))
    if time := _TIME.fullmatch(text):
        return _time_span(*time.groups())
    raise ValueError("expected a span such as 5m, 1d, 1mon, 100 or log10")


def _log_span(factor: float, base: float) -> LogSpan:
    if base <= 1 or not 1 <= factor < base:
        raise ValueError("in <factor>log<base>, base is above 1 and factor at least 1 and below base")
    return LogSpan(factor, base)


def _time_span(digits: str, unit: str, snap: str | None, weekday: str | None) -> TimeSpan:
    count, name = int(digits[:9] or 1), UNITS.get(unit.lower(), unit.lower())
    if len(digits) > 9 or count < 1:
        raise ValueError("a span must be a number above 0")
    if name in SUBSECONDS:
        return _part_of_second(count, name)
    if name not in SECONDS and name not in MONTHS:
        raise ValueError(f"unknown unit of time '{unit[:20]}'; write s, m, h, d, w, mon, q or y")
    if snap is not None and UNITS.get(snap.lower()) != name:
        raise ValueError("a span snaps to its own unit, for example w@w1")
    if name in MONTHS:
        return TimeSpan(count * MONTHS[name], "month")
    return TimeSpan(count, name, int(weekday or 0) % 7 if snap and name == "week" else None)


def _part_of_second(count: int, unit: str) -> TimeSpan:
    whole = round(1 / SUBSECONDS[unit])
    if count >= whole or whole % count:
        raise ValueError("a span below a second must divide a second evenly")
    return TimeSpan(count, unit)


def seconds_of(span: TimeSpan) -> float:
    """Its length; months count 30 days."""
    if span.unit == "month":
        return span.count * LONG_MONTH
    return span.count * SECONDS.get(span.unit, SUBSECONDS.get(span.unit, 0))


@dataclass(frozen=True)
class BinOptions:
    """How bins are made: by `span`, or no more than `bins` of them; `start` and `end` widen the range."""

    span: BinSpan | None = None
    bins: int | None = None
    minspan: BinSpan | None = None
    start: float | None = None
    end: float | None = None
    aligntime: str = ""

    def __bool__(self) -> bool:
        return self != BinOptions()


def _bins(text: str) -> object:
    if not text.isdecimal() or not 2 <= int(text[:9]) <= 50_000:
        raise ValueError("expected a number of 2 to 50000")
    return int(text)


BIN_OPTIONS: dict[str, Converter] = {
    "span": parse_span,
    "bins": _bins,
    "minspan": parse_span,
    "start": float,
    "end": float,
    "aligntime": str,
}


def bin_options(options: Mapping[str, Any]) -> BinOptions:
    """Those of the parsed options that say how bins are made."""
    return BinOptions(**{name: value for name, value in options.items() if name in BIN_OPTIONS})

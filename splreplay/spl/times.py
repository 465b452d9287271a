"""Splunk's ways to write a time: modifiers such as `-1d@d`, epoch seconds, ISO 8601, MM/DD/YYYY.

https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.4/specify-time-ranges/specify-time-modifiers-in-your-search
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from splreplay.spl.errors import CompileError, Span

UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "second"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "minute"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "hour"),
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("w", "week", "weeks"), "week"),
    **dict.fromkeys(("mon", "month", "months"), "month"),
    **dict.fromkeys(("q", "qtr", "qtrs", "quarter", "quarters"), "quarter"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "year"),
}
SECONDS = {"second": 1, "minute": 60, "hour": 3600}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
_PART = re.compile(r"([-+])(\d*)([a-zA-Z]+)|@([a-zA-Z]+)(\d?)")


def modifier(text: str, now: float, tz: str = "UTC", span: Span | None = None) -> float:
    """Epoch seconds of a time modifier (`-70m@m`, `@d`, `now`), an epoch, ISO 8601 or `MM/DD/YYYY:HH:MM:SS`."""
    found = parse_modifier(text, now, tz)
    if found is None:
        found = _absolute(text, tz)
    if found is None and text.startswith("rt"):
        advice = f"write {text[2:] or 'now'}"
        raise CompileError(f"'{text[:60]}' is a real-time modifier, and a replay has no real time", span, advice)
    if found is None:
        advice = "write -24h@h, @d, now, epoch seconds, 2023-04-24T23:51:17Z or 04/24/2023:23:51:17"
        raise CompileError(f"'{text[:60]}' is no time", span, advice)
    return found


def parse_modifier(text: str, start: float, tz: str = "UTC") -> float | None:
    """Apply `[+-]N unit` and `@unit` from left to right; None where the text is no modifier."""
    text = text.strip()
    if text in ("now", "now()"):
        return start
    try:
        return _moved(text, datetime.fromtimestamp(start, ZoneInfo(tz)))
    except (OverflowError, ValueError, OSError):
        return None  # before the year 1, or after 9999


def _moved(text: str, moment: datetime) -> float | None:
    at = 0
    for match in _PART.finditer(text):
        moved = _apply(moment, match) if match.start() == at else None
        if moved is None:
            return None
        at, moment = match.end(), moved
    return moment.timestamp() if at == len(text) and at else None


def _apply(moment: datetime, match: re.Match[str]) -> datetime | None:
    sign, count, unit, snap, weekday = match.groups()
    if snap is not None:
        return _snap(moment, snap.lower(), weekday)
    name = UNITS.get(unit.lower())
    if name is None or len(count) > 7:
        return None
    return _shift(moment, int(count or 1) * (-1 if sign == "-" else 1), name)


def _shift(moment: datetime, amount: int, unit: str) -> datetime:
    if unit in SECONDS:
        utc = moment.astimezone(timezone.utc) + timedelta(seconds=amount * SECONDS[unit])
        return utc.astimezone(moment.tzinfo)
    if unit in MONTHS:
        return _shift_months(moment, amount * MONTHS[unit])
    return moment + timedelta(days=amount * (7 if unit == "week" else 1))


def _shift_months(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.month - 1 + months, 12)
    first = moment.replace(day=1, year=moment.year + years, month=month + 1)
    last = (_shift_day(first.replace(day=28)) - timedelta(days=1)).day
    return first.replace(day=min(moment.day, last))


def _shift_day(day28: datetime) -> datetime:
    return (day28 + timedelta(days=4)).replace(day=1)


def _snap(moment: datetime, unit: str, weekday: str) -> datetime | None:
    name = UNITS.get(unit)
    if name is None or (weekday and (unit != "w" or weekday > "7")):
        return None
    fields: dict[str, int] = {"microsecond": 0}
    for smaller, low in (("second", 0), ("minute", 0), ("hour", 0)):
        if name == smaller:
            return moment.replace(**fields)  # type: ignore[arg-type]
        fields[smaller] = low
    midnight = moment.replace(**fields)  # type: ignore[arg-type]
    if name == "week":
        return midnight - timedelta(days=(midnight.isoweekday() - int(weekday or 0)) % 7)
    first = {"day": midnight.month, "month": midnight.month, "year": 1}.get(name, (midnight.month - 1) // 3 * 3 + 1)
    return midnight if name == "day" else midnight.replace(day=1, month=first)


_EPOCH = re.compile(r"\d{1,12}(\.\d+)?")


def _absolute(text: str, tz: str) -> float | None:
    if _EPOCH.fullmatch(text):
        return float(text)
    try:
        moment = _american(text) if "/" in text else datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(tz))).timestamp()


def _american(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y:%H:%M:%S")


def event_time(record: Mapping[str, Any], names: Sequence[str] = ("_time", "eventTime")) -> float | None:
    """The first of these that is there: `_time` as given, else CloudTrail's eventTime; None where it is no time."""
    for name in names:
        if (value := record.get(name)) is None:
            continue
        if name == "eventTime":
            return written_time(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, str):
            return _absolute(value, "UTC")
    return None


def written_time(value: object) -> float | None:
    """Epoch seconds of an eventTime: ISO 8601, epoch in any unit, or as consoles and tools spell it.

    Without a zone it is UTC, as in CloudTrail. None where it is not certain.
    """
    if isinstance(value, str) and len(value) == len("2026-03-02T09:11:30Z") and value.endswith("Z"):
        try:
            return datetime.fromisoformat(f"{value[:-1]}+00:00").timestamp()  # as CloudTrail writes it
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = " ".join(str(value).split())
    if _NUMBER.fullmatch(text):
        return _epoch(float(text))
    zone = _ZONE.search(text)
    offset = zone.group(1) if zone else None
    moment = _spelled(text[: zone.start()] if zone else text)
    return None if moment is None else moment.timestamp() - _seconds(offset or "+00:00")


def is_local(value: object) -> bool:
    """Whether a time is spelled as by a console, which shows the time of its own zone, and does not say the zone."""
    return isinstance(value, str) and not value.endswith("Z") and bool(_MONTH.search(value)) and not _ZONE.search(value)


_NUMBER = re.compile(r"\d{1,20}(\.\d{1,12})?([eE]\+?\d{1,2})?", re.ASCII)
_ZONE = re.compile(r"(?:Z| ?\(?(?:UTC|GMT)|(?<=:\d\d)(?=[-+])|(?<=\.\d\d\d)(?=[-+]))([-+]\d\d?:?\d\d)?\)?$")
_MONTH = re.compile(r"[A-Za-z]{3,9} \d|\d [A-Za-z]{3,9} |[AP]M$")
_FRACTION = re.compile(r"\.(\d+)")
_SPELLED = (
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y, %I:%M:%S %p",
    "%B %d, %Y, %I:%M:%S %p",
    "%B %d, %Y, %H:%M:%S",
    "%B %d, %Y at %H:%M:%S",
    "%Y-%m-%d, %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S",
)


def _epoch(number: float) -> float | None:
    """Seconds; or milli-, micro- or nanoseconds, where they are of 2001 to 2286."""
    if number < 1e10:
        return number
    return next((number / unit for unit in (1e3, 1e6, 1e9) if 1e9 <= number / unit < 1e10), None)


def _spelled(text: str) -> datetime | None:
    """A moment without its zone, as UTC."""
    iso = _FRACTION.sub(lambda match: f".{match.group(1)[:6]:0<6}", text)
    moment = next((found for form in ("", *_SPELLED) if (found := _formed(iso, form))), None)
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _formed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form) if form else datetime.fromisoformat(text)
    except ValueError:
        return None


def _seconds(offset: str) -> int:
    digits = offset[1:].replace(":", "").zfill(4)
    return (1 if offset[0] == "+" else -1) * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)

"""Times to text and back by Splunk's time variables: C's own, and `%N %Q %Ez %:z` besides.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/time-format-variables-and-modifiers/date-and-time-format-variables
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = tuple(calendar.month_name)[1:]
_VARIABLE = re.compile(r"%(?P<digits>[1-9]?)(?P<letter>[NQ]|:{0,3}z|:Z|Ez|[a-zA-Z+%])")
# Variables that stand for several others, as the C locale has them.
COMPOSITE = {
    "F": "%Y-%m-%d", "T": "%H:%M:%S", "D": "%m/%d/%y", "R": "%H:%M", "r": "%I:%M:%S %p", "h": "%b",
    "c": "%a %b %e %H:%M:%S %Y", "+": "%a %b %e %H:%M:%S %Z %Y", "x": "%m/%d/%Y", "X": "%H:%M:%S",
}  # fmt: skip


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return timezone.utc


# --- to text -----------------------------------------------------------------------------------
def strftime(tz: str, when: float, written: str) -> str | None:
    """The time as the format says; a variable that there is none of stays as it is written."""
    try:
        moment = datetime.fromtimestamp(when, zone(tz))
        return "".join(part if isinstance(part, str) else part(moment) for part in _writers(written))
    except (OverflowError, ValueError, OSError):
        return None


Writer = Callable[[datetime], str]


@lru_cache(maxsize=256)
def _writers(written: str) -> tuple[str | Writer, ...]:
    parts: list[str | Writer] = []
    at = 0
    text = expanded(written)
    for match in _VARIABLE.finditer(text):
        parts += [text[at : match.start()], _writer(match)]
        at = match.end()
    return tuple(part for part in [*parts, text[at:]] if part != "")


def expanded(written: str) -> str:
    """The format with its composite variables written out."""
    return _VARIABLE.sub(lambda match: COMPOSITE.get(match["letter"], match.group()), written)


def _writer(match: re.Match[str]) -> str | Writer:
    letter, digits = match["letter"], match["digits"]
    if letter in SUBSECONDS:
        count = int(digits or SUBSECONDS[letter])
        return lambda moment: f"{moment.microsecond:06}000"[:count]
    return match.group() if digits else WRITERS.get(letter, match.group())


SUBSECONDS = {"N": 9, "Q": 3}


def _offset(moment: datetime, form: str) -> str:
    seconds = int((moment.utcoffset() or timedelta()).total_seconds())
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    return sign + form.format(h=seconds // 3600, m=seconds // 60 % 60, s=seconds % 60)


def _minutes(moment: datetime) -> str:
    return f"{int((moment.utcoffset() or timedelta()).total_seconds()) // 60:+d}"


WRITERS: dict[str, str | Writer] = {
    "%": "%", "n": "\n", "t": "\t",
    "a": lambda t: DAYS[t.weekday()][:3], "A": lambda t: DAYS[t.weekday()],
    "b": lambda t: MONTHS[t.month - 1][:3], "B": lambda t: MONTHS[t.month - 1],
    "Y": lambda t: f"{t.year:04}", "y": lambda t: f"{t.year % 100:02}", "C": lambda t: f"{t.year // 100:02}",
    "m": lambda t: f"{t.month:02}", "d": lambda t: f"{t.day:02}", "e": lambda t: f"{t.day:2}",
    "j": lambda t: f"{t.timetuple().tm_yday:03}",
    "U": lambda t: f"{(t.timetuple().tm_yday + 6 - t.isoweekday() % 7) // 7:02}",
    "W": lambda t: f"{(t.timetuple().tm_yday + 6 - t.weekday()) // 7:02}",
    "V": lambda t: f"{t.isocalendar()[1]:02}", "G": lambda t: f"{t.isocalendar()[0]:04}",
    "g": lambda t: f"{t.isocalendar()[0] % 100:02}",
    "w": lambda t: str(t.isoweekday() % 7), "u": lambda t: str(t.isoweekday()),
    "H": lambda t: f"{t.hour:02}", "k": lambda t: f"{t.hour:2}",
    "I": lambda t: f"{(t.hour - 1) % 12 + 1:02}", "l": lambda t: f"{(t.hour - 1) % 12 + 1:2}",
    "p": lambda t: "AM" if t.hour < 12 else "PM", "P": lambda t: "am" if t.hour < 12 else "pm",
    "M": lambda t: f"{t.minute:02}", "S": lambda t: f"{t.second:02}", "f": lambda t: f"{t.microsecond:06}",
    "s": lambda t: str(int(t.timestamp() // 1)),
    "z": lambda t: _offset(t, "{h:02}{m:02}"), ":z": lambda t: _offset(t, "{h:02}:{m:02}"),
    "::z": lambda t: _offset(t, "{h:02}:{m:02}:{s:02}"), ":::z": lambda t: _offset(t, "{h:02}"),
    "Ez": _minutes, "Z": lambda t: t.tzname() or "",
}  # fmt: skip


# --- from text --------------------------------------------------------------------------------
ABBREVIATIONS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "IST": 5.5, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "EST": -5, "EDT": -4, "CST": -6,
    "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_OFFSET = r"[-+]\d{2}:?\d{2}(?::\d{2})?|[-+]\d{2}|Z"


def _any_of(names: Sequence[str]) -> str:
    return "|".join(f"{name}|{name[:3]}" for name in names)


# What each variable reads; the text behind the format's end is not looked at, as in C.
READERS = {
    "Y": r"\d{4}", "y": r"\d{2}", "C": r"\d{2}", "m": r"1[0-2]|0?[1-9]", "d": r"3[01]|[12]\d|0?[1-9]| [1-9]",
    "e": r"3[01]|[12]\d|[ 0]?[1-9]", "j": r"\d{1,3}", "H": r"2[0-4]|[01]?\d", "k": r"2[0-4]|1\d|[ 0]?\d",
    "I": r"1[0-2]|0?[1-9]", "l": r"1[0-2]|[ 0]?[1-9]", "M": r"[0-5]?\d", "S": r"6[01]|[0-5]?\d",
    "p": "[aApP][mM]", "P": "[aApP][mM]", "s": r"-?\d{1,12}", "f": r"\d{1,6}",
    "a": _any_of(DAYS), "A": _any_of(DAYS), "b": _any_of(MONTHS), "B": _any_of(MONTHS),
    "z": _OFFSET, ":z": _OFFSET, "::z": _OFFSET, ":::z": _OFFSET, "Ez": r"[-+]?\d{1,4}",
    "Z": rf"(?:GMT|UTC)(?:[-+]\d{{2}}:?\d{{2}})|[A-Za-z]{{1,5}}|{_OFFSET}",
    "U": r"\d{1,2}", "W": r"\d{1,2}", "V": r"\d{1,2}", "w": r"[0-6]", "u": r"[1-7]",
    "G": r"\d{4}", "g": r"\d{2}",
}  # fmt: skip


@dataclass
class _Read:
    """What the variables of a format said."""

    parts: dict[str, str] = field(default_factory=dict)

    def number(self, *letters: str) -> int | None:
        found = next((self.parts[letter] for letter in letters if letter in self.parts), None)
        return None if found is None else int(found)


def strptime(tz: str, now: float, text: str, written: str) -> float | None:
    """Epoch seconds; null where the text does not begin as the format says, or names no day of a month.

    A date that the format leaves out is today's; a year that it leaves out is this one.
    """
    found = _reader(written)
    match = found[0].match(text) if found else None
    if found is None or match is None:
        return None
    read = _Read({letter: match.group(index + 1) for index, letter in enumerate(found[1])})
    try:
        return _moment(read, zone(tz), now)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=256)
def _reader(written: str) -> tuple[re.Pattern[str], tuple[str, ...]] | None:
    pattern, letters, at = "", [], 0
    text = expanded(written)
    for match in _VARIABLE.finditer(text):
        pattern += _literal(text[at : match.start()])
        at, letter = match.end(), match["letter"].replace(":Z", "Z")
        if letter in SUBSECONDS:
            letters.append("N")
            pattern += rf"(\d{{1,{match['digits'] or 9}}})"
        elif letter in READERS:
            letters.append(letter)
            pattern += f"({READERS[letter]})"
        elif letter in ("%", "n", "t"):
            pattern += "%" if letter == "%" else r"\s*"
        else:
            return None
    return re.compile(pattern + _literal(text[at:]), re.IGNORECASE), tuple(letters)


def _literal(text: str) -> str:
    """Blanks stand for any number of blanks, also none."""
    return "".join(r"\s*" if part.isspace() else re.escape(part) for part in re.split(r"(\s+)", text))


def _moment(read: _Read, tz: tzinfo, now: float) -> float | None:
    fraction = float("0." + (read.parts.get("N") or read.parts.get("f") or "0"))
    epoch = read.number("s")
    if epoch is not None:
        return epoch + fraction
    day = _day(read, datetime.fromtimestamp(now, tz))
    if day is None:
        return None
    moment = day + timedelta(hours=_hour(read), minutes=read.number("M") or 0, seconds=read.number("S") or 0)
    return moment.replace(tzinfo=_zone(read, tz)).timestamp() + fraction


def _day(read: _Read, today: datetime) -> datetime | None:
    year, month, day = _year(read), _month(read), read.number("d", "e")
    if (ordinal := read.number("j")) is not None:
        return datetime(year or today.year, 1, 1) + timedelta(days=ordinal - 1)
    if month is None and day is None and year is None:
        return datetime(today.year, today.month, today.day)
    if month is None or day is None:
        return None
    return datetime(year or today.year, month, day)


def _year(read: _Read) -> int | None:
    short = read.number("y")
    return read.number("Y") if short is None else short + (1900 if short >= 69 else 2000)


def _month(read: _Read) -> int | None:
    name = read.parts.get("b") or read.parts.get("B")
    if name is None:
        return read.number("m")
    return next(index for index, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def _hour(read: _Read) -> int:
    hour = read.number("H", "k")
    if hour is not None:
        return hour
    half = (read.parts.get("p") or read.parts.get("P") or "").lower()
    return (read.number("I", "l") or 0) % 12 + (12 if half == "pm" else 0)


def _zone(read: _Read, tz: tzinfo) -> tzinfo:
    written = next((read.parts[letter] for letter in ("z", ":z", "::z", ":::z", "Z") if letter in read.parts), None)
    if "Ez" in read.parts:
        return timezone(timedelta(minutes=int(read.parts["Ez"])))
    return tz if written is None else _offset_of(written)


def _offset_of(written: str) -> tzinfo:
    if written.upper() in ABBREVIATIONS:
        return timezone(timedelta(hours=ABBREVIATIONS[written.upper()]))
    match = re.fullmatch(r"(?:GMT|UTC)?([-+])(\d\d):?(\d\d)?(?::?(\d\d))?", written, re.IGNORECASE)
    if match is None:
        raise ValueError("unknown time zone")
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(-offset if match[1] == "-" else offset)

"""Splunk's time modifiers, also where the clock is put forward and where a date does not exist."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from splreplay import CompileError
from splreplay.spl.times import modifier, parse_modifier

NEW_YORK = "America/New_York"
# a Wednesday, three days after the clocks went forward
NOW = datetime(2024, 3, 13, 10, 20, 30, tzinfo=ZoneInfo(NEW_YORK)).timestamp()

MOVED = [
    ("now", "2024-03-13 10:20:30"),
    ("-4d", "2024-03-09 10:20:30"),
    ("-96h", "2024-03-09 09:20:30"),
    ("-4d@d", "2024-03-09 00:00:00"),
    ("@d-2h", "2024-03-12 22:00:00"),
    ("@d+3h", "2024-03-13 03:00:00"),
    ("+1d@d-2h", "2024-03-13 22:00:00"),
    ("@w", "2024-03-10 00:00:00"),
    ("@w0", "2024-03-10 00:00:00"),
    ("@w7", "2024-03-10 00:00:00"),
    ("@w3", "2024-03-13 00:00:00"),
    ("@w4", "2024-03-07 00:00:00"),
    ("-mon@mon", "2024-02-01 00:00:00"),
    ("-2q@qtr", "2023-07-01 00:00:00"),
    ("@y", "2024-01-01 00:00:00"),
    ("-70m@m", "2024-03-13 09:10:00"),
    ("-1s", "2024-03-13 10:20:29"),
    ("-13d-1y", "2023-02-28 10:20:30"),
]
NO_MODIFIER = [
    "",
    "1d",
    "-",
    "@",
    "-1",
    "-1x",
    "@w8",
    "@d1",
    "-1d@",
    "-1d x",
    "yesterday",
    "-9999999y",
    "-2023y-2mon-12d@w",
]


@pytest.mark.parametrize(("text", "expected"), MOVED)
def test_moved(text: str, expected: str) -> None:
    moved = datetime.fromtimestamp(modifier(text, NOW, NEW_YORK), ZoneInfo(NEW_YORK))
    assert moved.strftime("%Y-%m-%d %H:%M:%S") == expected


@pytest.mark.parametrize("text", NO_MODIFIER)
def test_no_modifier(text: str) -> None:
    assert parse_modifier(text, NOW, NEW_YORK) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("1", 1), ("1700000000.5", 1700000000.5), ("11/14/2023:22:13:20", 1700000000),
     ("2023-11-14T22:13:20Z", 1700000000), ("2023-11-15T00:13:20+02:00", 1700000000)],
)  # fmt: skip
def test_absolute(text: str, expected: float) -> None:
    assert modifier(text, NOW) == expected


def test_real_time_is_refused_with_what_to_write() -> None:
    with pytest.raises(CompileError, match="real-time") as caught:
        modifier("rt-5m", NOW)
    assert caught.value.advice == "write -5m"

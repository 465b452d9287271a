"""Statistics beyond the rows of cases/: what a search says, time zones, and that every example runs."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

import splreplay
from splreplay.commands import bin as bins
from splreplay.commands import chart, dedup, eventstats, sort, stats, streamstats, timechart, top, transaction
from splreplay.engine import search
from splreplay.functions import STATS
from splreplay.scan.source import DictSource

BERLIN = "Europe/Berlin"
EVENTS = [
    {"_time": 1700000000 - i, "user": f"u{i % 2}", "bytes": i, "eventName": "e", "src_ip": "192.0.2.1"}
    for i in range(150)
]
FILES = (bins, chart, dedup, eventstats, sort, stats, streamstats, timechart, top, transaction)
IN_TIMECHART = ("per_second", "per_minute", "per_hour", "per_day")


@pytest.mark.parametrize("name", sorted(STATS))
def test_example_of_function(name: str) -> None:
    command = "timechart span=1h" if name in IN_TIMECHART else "stats"
    assert splreplay.query(f"* | {command} {STATS[name].example}", EVENTS)


@pytest.mark.parametrize("row", [row for file in FILES for row in file.ROWS], ids=lambda row: row.name)
def test_example_of_command(row) -> None:  # type: ignore[no-untyped-def]
    splreplay.query(f"* | {row.example}", EVENTS)


@pytest.mark.parametrize(
    ("spl", "message"),
    [
        ("stats list(bytes)", "list(bytes): only the first 100 values are listed, as in Splunk"),
        ("stats list(bytes) by user", None),
        ("stats avg", "avg without a field works on all fields; write avg(*)"),
        (
            "timechart count by user span=1h",
            "a span behind BY belongs to the split field; this one is a time, so write it before BY",
        ),
        ("timechart span=1h count by user", None),
        (
            "reverse | transaction user",
            "transaction expects the newest event first; write sort - _time before it",
        ),
        ("transaction user", None),
        ("sort bytes", None),
    ],
)
def test_message(spl: str, message: str | None) -> None:
    found = search(f"* | {spl}", DictSource(EVENTS))
    assert [entry.text for entry in found.messages] == ([] if message is None else [message])


def test_sort_says_what_it_leaves_out() -> None:
    found = search("| makeresults count=10001 | streamstats count as n | sort - n", DictSource([]))
    assert len(found.rows) == 10_000
    assert [entry.text for entry in found.messages] == [
        "sort keeps the first 10,000 of 10,001 rows, as in Splunk; write sort 0 for all"
    ]


def local(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).timestamp()


AROUND_SUMMER_TIME = [
    {"_time": local(text)} for text in ("2023-03-27T10:00:00", "2023-03-26T12:00:00", "2023-03-25T01:00:00")
]


@pytest.mark.parametrize(
    ("span", "starts"),
    [
        ("1d", ["2023-03-25", "2023-03-26", "2023-03-27"]),
        ("2d", ["2023-03-24", "2023-03-26"]),
        ("w@w0", ["2023-03-19", "2023-03-26"]),
        ("1w", ["2023-03-23"]),
        ("1mon", ["2023-03-01"]),
        ("1q", ["2023-01-01"]),
        ("1y", ["2023-01-01"]),
    ],
)
def test_bins_begin_at_local_midnight(span: str, starts: list[str]) -> None:
    """Clocks went forward on 26 March 2023: a day of 23 hours is still one bin."""
    rows = search(f"* | timechart span={span} count", DictSource(AROUND_SUMMER_TIME), tz=BERLIN).rows
    found = [datetime.fromtimestamp(float(row["_time"]), ZoneInfo(BERLIN)) for row in rows]
    assert [moment.isoformat() for moment in found] == [local_midnight(start) for start in starts]


def local_midnight(day: str) -> str:
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(BERLIN)).isoformat()


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [(15, 10), (60, 60), (4 * 60, 300), (24 * 60, 1800), (7 * 24 * 60, 86400), (30 * 24 * 60, 86400)],
)
def test_default_span_of_a_time_range(minutes: int, seconds: int) -> None:
    """The table "Default time spans" of the page on timechart."""
    latest = 1700006400.0
    source = DictSource([{"_time": latest - 1}])
    rows = search("* | timechart count", source, earliest=latest - minutes * 60, latest=latest).rows
    assert float(rows[1]["_time"]) - float(rows[0]["_time"]) == seconds
    assert sum(int(row["count"]) for row in rows) == 1

"""Calls and the jobs that follow them, over weeks of runs: each call is told once, whenever either record arrives.

The searches look back 8 days each hour; `alert.suppress` alone keeps a call from being told again. So its key must not
change when other calls come, or go out of the window.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

from splreplay.engine import search
from splreplay.knowledge.app import load_app
from splreplay.knowledge.conf import split_list
from splreplay.scan.source import DictSource
from splreplay.serve.alerts.throttle import Told, throttle_of
from tests.app.shipped import records
from tests.schedule.scheduler import BEGIN, DAY, HOUR, Run, time_range
from tests.serve.embedded import APP, ROOT

pytestmark = [pytest.mark.usefixtures("one_duckdb"), pytest.mark.slow]
KINDS = {
    "AWS S3 Replication to Foreign Account before Batch Job": "replication_one_rule",
    "AWS Role for S3 Batch Operations before Batch Job": "role_created",
}
Event = dict[str, Any]


def event(template: Event, at: int, indexed: int, number: int) -> Event:
    """A record of the template's kind with a name of its own, and when it arrived."""
    details = template.get("serviceEventDetails")
    if details:
        name = f"{number:08d}-0000-4000-8000-111111111111"
        details = {**details, "jobId": name, "jobArn": f"arn:aws:s3:us-west-2:111111111111:job/{name}"}
    time = datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    record = {**template, "eventTime": time, "eventID": f"{number:08d}-event", "serviceEventDetails": details}
    return {**record, "_raw": json.dumps(record), "_time": at, "_indextime": indexed}


def told(name: str, events: Sequence[Event], times: Sequence[int]) -> Iterator[Event]:
    """The rows that runs at these times tell."""
    app = load_app(ROOT)
    saved = app.saved_search(f"Threat - {name} - Rule")
    conf = saved.settings
    throttle, wrong = throttle_of((APP, name), conf, split_list(conf["alert.suppress.fields"]), True)
    assert not wrong
    memory: Told = {}
    for now in times:
        there = DictSource([each for each in events if each["_indextime"] <= now])
        bounds = time_range(conf, Run(now, now), "scheduled")
        rows = search(saved.search, there, app=app, now=now, **bounds).rows
        yield from (row for row in rows if throttle.admits(row, memory, now))


def every(hours: int, days: int) -> list[int]:
    return list(range(BEGIN + 23 * 60, BEGIN + days * DAY, hours * HOUR))


@pytest.mark.parametrize("name", KINDS)
def test_six_calls_are_six_tellings_while_old_ones_leave_the_window(name: str) -> None:
    call, created = records(KINDS[name])
    events = []
    for day in range(6):
        at = BEGIN + day * DAY + HOUR
        events += [event(call, at, at + 300, day), event(created, at + HOUR, at + HOUR + 300, 100 + day)]
    rows = list(told(name, events, every(26, 12)))
    assert Counter(row["call_id"] for row in rows) == Counter(each["eventID"] for each in events[::2])


@pytest.mark.parametrize("name", KINDS)
def test_calls_that_never_cease_are_told_once_each(name: str) -> None:
    """Every 9 hours the same call, with a job after it, for eleven days; runs at many times of the day."""
    call, created = records(KINDS[name])
    calls, events = [], []
    for number, at in enumerate(range(BEGIN + HOUR, BEGIN + 11 * DAY, 9 * HOUR)):
        calls.append(event(call, at, at + 300, number))
        events += [calls[-1], event(created, at + 2 * HOUR, at + 2 * HOUR + 300, 1_000 + number)]
    rows = list(told(name, events, every(31, 22)))
    assert Counter(row["call_id"] for row in rows) == Counter(each["eventID"] for each in calls)


@pytest.mark.parametrize("name", KINDS)
def test_either_record_may_come_days_late(name: str) -> None:
    """Both within a week of the call; the job's may be there before the call's."""
    random_ = random.Random(name)
    call, created = records(KINDS[name])
    calls, events = [], []
    for number in range(12):
        at = BEGIN + number * DAY // 2
        delays = [random_.choice((60, HOUR, DAY, 5 * DAY)) for _ in range(2)]
        calls.append(event(call, at, at + delays[0], number))
        events += [calls[-1], event(created, at + 20 * HOUR, at + 20 * HOUR + delays[1], 1_000 + number)]
    rows = list(told(name, events, every(22, 15)))
    assert Counter(row["call_id"] for row in rows) == Counter(each["eventID"] for each in calls)


def test_a_flood_is_twenty_rows_and_one_more_in_all_its_runs() -> None:
    name = "AWS Role for S3 Batch Operations before Batch Job"
    call, created = records(KINDS[name])
    at = BEGIN + HOUR
    events = [event(call, at + second, at + second + (second % 3) * 5 * HOUR, second) for second in range(60)]
    events.append(event(created, at + 2 * HOUR, at + 2 * HOUR, 1_000))
    rows = list(told(name, events, sorted({*every(5, 2), *every(29, 11)})))
    assert len({row["call_id"] for row in rows}) == len(rows) == 21
    [rest] = [row for row in rows if row.get("more_calls")]
    assert int(rest["more_calls"]) > 0


def test_a_first_job_is_told_once_though_an_earlier_one_comes_late() -> None:
    name = "AWS First S3 Batch Job in Account and Region"
    created = records("first_job")[0]
    at = BEGIN + HOUR
    events = [
        event(created, at, at + DAY, 1),
        event(created, at + HOUR, at + HOUR, 2),
        event(created, at + DAY, at + DAY, 3),
    ]
    assert len(list(told(name, events, every(26, 10)))) == 1

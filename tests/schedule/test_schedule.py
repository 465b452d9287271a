"""The shipped schedule over ten days of jobs: each is told once, however late its record arrives.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html: within 5 minutes on average;
an input with a backlog, or one that was down, brings records hours or days later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from splreplay.engine import search
from splreplay.scan.source import DictSource
from tests.schedule import scheduler
from tests.schedule.scheduler import BEGIN, DAY, HOUR, MINUTE, READINGS, Record, Run, runs, selected, told
from tests.serve.embedded import ROOT

DAYS = 10
LATEST = 6 * DAY  # from a job to its record's arrival
LATE = 20 * MINUTE  # from when a run is due to when it starts
SHIPPED, FORMER = scheduler.shipped(), scheduler.former()
delays = st.one_of(st.integers(0, LATEST), st.integers(0, 3 * HOUR), st.just(0), st.just(LATEST))
starts = st.one_of(st.integers(0, LATE), st.just(0), st.just(LATE))


@st.composite
def jobs(draw: st.DrawFn) -> list[Record]:
    """Jobs of ten days; CloudTrail delivers at least once, so a record may come again within the day."""
    found: list[Record] = []
    for number in range(draw(st.integers(1, 12))):
        made, delay = BEGIN + draw(st.integers(0, DAYS * DAY)), draw(delays)
        again = draw(st.one_of(st.none(), st.integers(0, 20 * HOUR)))
        found += [Record(f"job{number}", made, made + delay)]
        found += [] if again is None or delay + again > LATEST else [Record(f"job{number}", made, made + delay + again)]
    return found


def timetable(conf: scheduler.Settings, late: Sequence[float]) -> list[Run]:
    return list(runs(conf, (DAYS * DAY + LATEST) // DAY + 1, late))


@pytest.mark.parametrize("reading", READINGS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(records=jobs(), late=st.lists(starts, min_size=7, max_size=7))
def test_each_job_is_told_once(reading: str, records: list[Record], late: list[float]) -> None:
    findings = Counter(told(records, SHIPPED, timetable(SHIPPED, late), reading))
    assert findings == Counter({record.s3_job for record in records})


@pytest.mark.parametrize("reading", READINGS)
def test_slices_leave_no_second_out(reading: str) -> None:
    """Records around each full minute of two hours, where slices end; runs start as late and unevenly as may be."""
    seconds = [second for second in range(3 * HOUR, 5 * HOUR) if second % MINUTE in (59, 0, 1)]
    records = [Record(str(second), BEGIN + second, BEGIN + second) for second in seconds]
    for late in ([0.0], [float(LATE)], [0.0, float(LATE)], [float(LATE), 0.0]):
        found = told(records, SHIPPED, list(runs(SHIPPED, 1, late)), reading)
        assert sorted(found, key=int) == [record.s3_job for record in records]


def test_why_an_alert_is_for_each_result() -> None:
    """With a digest, what Splunk's documentation leaves open would decide: it may hold back each row, or the search."""
    digest = {**SHIPPED, "alert.digest_mode": "1"}
    made = range(BEGIN + HOUR, BEGIN + DAY, 2 * HOUR)
    records = [Record(f"job{number}", at, at + 5 * MINUTE) for number, at in enumerate(made)]
    by_row = told(records, digest, timetable(digest, [0]), "scheduled")
    by_search = told(records, digest, timetable(digest, [0]), "scheduled", mutes=True)
    assert sorted(by_row) == sorted(record.s3_job for record in records)
    assert by_search == ["job0"]


def test_the_engine_selects_the_same() -> None:
    """Runs of a day with records of a week, once by the bounds alone and once by a search."""
    ages = (0, 4 * MINUTE, 2 * HOUR, 3 * DAY, LATEST, 8 * DAY)
    arrivals = range(BEGIN, BEGIN + DAY, 47 * MINUTE)
    records = [Record(f"{at}-{age}", at - age, at) for at in arrivals for age in ages]
    events = [{"s3_job": r.s3_job, "_time": r.time, "_indextime": r.indexed} for r in records]
    for run in [*runs(SHIPPED, 1, [61.5, 0, LATE])][3::4]:
        for reading in READINGS:
            bounds = scheduler.time_range(SHIPPED, run, reading)
            found = search("* | table s3_job", DictSource(events), now=run.started, **bounds).rows
            wanted = selected(records, SHIPPED, run, reading)
            assert sorted(row["s3_job"] for row in found) == sorted(record.s3_job for record in wanted)
            assert {record.s3_job.split("-")[1] for record in wanted} == {str(age) for age in ages[:-1]}


# --- the window of version 1.0 ---------------------------------------------------------------------------
# How late records arrive: of 100 jobs, those never told where runs start when due, and an hour after that.
LOSS = {
    "5 minutes": (5 * MINUTE, 0, 0),
    "15 minutes": (15 * MINUTE, 8, 0),
    "1 hour": (HOUR, 83, 0),
    "75 minutes": (75 * MINUTE, 100, 8),
    "2 hours": (2 * HOUR, 100, 83),
    "6 hours": (6 * HOUR, 100, 100),
}


def lost(conf: scheduler.Settings, delay: int, late: float) -> int:
    """Of 100 jobs that are made through a day, a record of each minute."""
    records = [Record(str(at), at, at + delay) for at in range(BEGIN + 2 * HOUR + 30, BEGIN + 26 * HOUR, MINUTE)]
    every = list(runs(conf, 2 + delay // DAY, [late]))
    found = {record.s3_job for run in every for record in selected(records, conf, run, "scheduled")}
    return round(100 * (1 - len(found) / len(records)))


@pytest.mark.parametrize("delay", LOSS)
def test_what_the_former_window_lost(delay: str) -> None:
    seconds, at_once, an_hour_later = LOSS[delay]
    assert (lost(FORMER, seconds, 0), lost(FORMER, seconds, HOUR)) == (at_once, an_hour_later)
    assert lost(SHIPPED, seconds, 0) == lost(SHIPPED, seconds, LATE) == 0


def test_the_documentation_has_these_figures() -> None:
    page = (ROOT / "docs" / "splunk-suite.md").read_text(encoding="utf-8")
    for delay, (_, at_once, an_hour_later) in LOSS.items():
        assert f"| {delay} | {at_once} % | {an_hour_later} % | 0 % |" in page


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(delay=st.integers(131 * MINUTE, LATEST), late=st.integers(0, HOUR), made=st.integers(2 * HOUR, DAY))
def test_the_former_window_never_told_what_came_later_than_130_minutes(delay: int, late: int, made: int) -> None:
    record = Record("job", BEGIN + made, BEGIN + made + delay)
    every = runs(FORMER, 2 + delay // DAY, [late])
    assert not any(selected([record], FORMER, run, "scheduled") for run in every)

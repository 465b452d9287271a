"""Splunk's scheduler as far as its documentation goes: when a search is due, when it starts, what it then searches.

Which rows a run selects and which it tells is the product's own code; here is only the clock around it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from configparser import RawConfigParser
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from splreplay.knowledge.app import load_app
from splreplay.knowledge.conf import split_list
from splreplay.serve.alerts.throttle import Told, throttle_of
from splreplay.serve.rest.saved import TIME_RANGE
from splreplay.serve.state.jobs import Query
from splreplay.spl import ast
from splreplay.spl.bounds import bounded
from tests.serve.embedded import APP, ROOT, SEARCH

Settings = Mapping[str, str]
MINUTE, HOUR, DAY = 60, 3600, 86400
BEGIN = 1_790_000_000 // DAY * DAY  # a midnight
COMPARE = {">=": operator.ge, "<": operator.lt}
# From when a run counts relative index times: no documentation says which.
READINGS = ("scheduled", "started")


@dataclass(frozen=True)
class Record:
    """A JobCreated record: the job, when it was made and when it arrived, in epoch seconds."""

    s3_job: str
    time: int
    indexed: int

    def field(self, name: str) -> int:
        return {"_time": self.time, "_indextime": self.indexed}[name]


@dataclass(frozen=True)
class Run:
    scheduled: float
    started: float


def shipped() -> Settings:
    return load_app(ROOT).saved_search(SEARCH).settings


def former() -> Settings:
    parser = RawConfigParser()
    parser.read(Path(__file__).parent / "former.conf", encoding="utf-8")
    return dict(parser["former"])


def runs(conf: Settings, days: int, late: Sequence[float]) -> Iterator[Run]:
    """Every run of so many days; `late` are the seconds from when one is due to when it starts, over and over."""
    hourly = re.fullmatch(r"(\d+) \* \* \* \*", conf["cron_schedule"])
    assert hourly, "this scheduler knows hourly searches only"
    for number in range(days * 24):
        due = BEGIN + number * HOUR + int(hourly[1]) * MINUTE
        yield Run(due, due + late[number % len(late)])


def time_range(conf: Settings, run: Run, reading: str) -> dict[str, float | None]:
    """Event times count from when the run was due, as documented; index times by one of two readings."""
    return {
        name: bound(conf.get(key, ""), getattr(run, reading) if name.startswith("index_") else run.scheduled)
        for name, key in TIME_RANGE.items()
    }


@cache
def bound(text: str, now: float) -> float | None:
    return Query("", earliest=text, now=now).bounds()["earliest"]


def selected(records: Sequence[Record], conf: Settings, run: Run, reading: str) -> list[Record]:
    """What a run finds among the records that have arrived when it starts."""
    found = time_range(conf, run, reading)
    given = {f"_{name}" if name.startswith("index_") else name: at for name, at in found.items()}
    node = bounded(ast.And(()), given, run.started, "UTC")
    bounds = [part for part in ast.walk(node) if isinstance(part, ast.TimeBound)]
    return [
        record
        for record in records
        if record.indexed <= run.started
        and all(COMPARE[bound.op](record.field(bound.field), bound.value) for bound in bounds)
    ]


def told(
    records: Sequence[Record], conf: Settings, timetable: Sequence[Run], reading: str, mutes: bool = False
) -> list[str]:
    """The job of every finding, in order. `mutes`: a digest alert that fired holds back the whole search."""
    per_result = conf["alert.digest_mode"] == "0"
    fields = [] if mutes else split_list(conf["alert.suppress.fields"])
    throttle, wrong = throttle_of((APP, SEARCH), conf, fields, per_result)
    assert not wrong
    memory: Told = {}
    findings: list[str] = []
    for run in timetable:
        # The search is `stats ... by s3_job`: a row is a job, however many of its records are in the slice.
        rows = [{"s3_job": job} for job in dict.fromkeys(r.s3_job for r in selected(records, conf, run, reading))]
        if per_result:
            rows = [row for row in rows if throttle.admits(row, memory, run.started)]
        elif rows:
            rows = list(throttle.digest(rows, memory, run.started))
        findings += [row["s3_job"] for row in rows]
    return findings

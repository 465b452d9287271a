"""What was read and is not what one may think: times, records that are no CloudTrail records, insights, empty files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from splreplay.engine import search
from splreplay.scan.files import FileSource

NOW = 1_767_225_600.0
WHEN = 1_772_442_690.0
JOB = {"eventVersion": "1.09", "eventSource": "s3.amazonaws.com", "eventName": "JobCreated"}

TIMES = {
    "2026-03-02T09:11:30Z": "",
    "2026-03-02T10:11:30+01:00": "",
    "2026-03-02T09:11:30.000Z": "",
    "2026-03-02 09:11:30.000": "",
    "2026-03-02 09:11:30.000 UTC": "",
    1772442690: "",
    1772442690000: "",
    "1772442690000": "",
    1772442690000000: "",
    "1.77244269E9": "",
    "March 02, 2026, 10:11:30 (UTC+01:00)": "",
    "Mon, 02 Mar 2026 09:11:30 GMT": "",
    "Mar 2, 2026 9:11:30 AM": "read as UTC",
    "Mar 2, 2026, 9:11:30\u202fAM": "read as UTC",
    "2026-03-02, 09:11:30 AM": "read as UTC",
}
NO_TIMES = ["tomorrow", "", None, [], {"a": 1}, True, 17724426900, "02/03/26", "9" * 400, "\u0662\u0660\u0662\u0666"]


def run(text: str, tmp_path: Path, spl: str = "eventName=JobCreated | table _time") -> tuple[list[float], str]:
    (tmp_path / "log").write_text(text)
    source = FileSource([str(tmp_path / "log")])
    rows = search(spl, source, now=NOW).rows
    return [float(row["_time"]) for row in rows], "\n".join(map(str, source.stats.notices.first))


@pytest.mark.parametrize("value", TIMES)
def test_times_that_are_read(value: object, tmp_path: Path, engine: str) -> None:
    times, said = run(json.dumps({**JOB, "eventTime": value}) + "\n", tmp_path)
    assert times == [WHEN]
    assert TIMES[value] in said
    assert bool(TIMES[value]) == bool(said)


@pytest.mark.parametrize("value", NO_TIMES)
def test_times_that_cannot_be_read_are_named(value: object, tmp_path: Path, engine: str) -> None:
    times, said = run((json.dumps({**JOB, "eventTime": value}) + "\n") * 3, tmp_path)
    assert times == [NOW] * 3
    assert "3 records: no eventTime that can be read" in said


def test_no_time_at_all(tmp_path: Path, engine: str) -> None:
    times, said = run(json.dumps(JOB) + "\n" + json.dumps({**JOB, "eventTime": WHEN}) + "\n", tmp_path)
    assert sorted(times) == [NOW, WHEN]
    assert "1 record: no eventTime that can be read" in said


FOREIGN = {
    "Athena": ({"eventname": "JobCreated", "eventtime": "2026-03-02T09:11:30Z"}, "lower-cased columns"),
    "OCSF": ({"class_uid": 6003, "metadata": {}, "api": {"operation": "JobCreated"}}, "an OCSF event"),
    "Elastic": ({"@timestamp": "2026", "event": {"action": "JobCreated"}}, "an Elastic document"),
    "anything": ({"action": "JobCreated"}, "no eventName, though the search's text is in it"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_records_that_are_no_records_are_named(name: str, tmp_path: Path, engine: str) -> None:
    record, words = FOREIGN[name]
    text = json.dumps({**record, "eventTime": "2026-03-02T09:11:30Z"}) + "\n"
    times, said = run(text * 2, tmp_path)
    assert not times
    assert said.count("2 records: no eventName") == 1
    assert words in said
    assert not run(text, tmp_path, "eventName=GetObject | table _time")[1]


def test_another_source_type_is_none_of_cloudtrails(tmp_path: Path, engine: str) -> None:
    assert not run(json.dumps({"_time": 1, "sourcetype": "x"}) + "\n", tmp_path, "sourcetype=x | table _time")[1]


FILES = {
    "an empty file": ("", "it is empty"),
    "blanks": (" \n\n", "it is empty"),
    "insights": (json.dumps({"Records": [{**JOB, "eventCategory": "Insight"}]}), "insight events"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_named(name: str, tmp_path: Path, engine: str) -> None:
    text, words = FILES[name]
    assert words in run(text, tmp_path)[1]


def test_a_record_cannot_pass_for_a_digest(tmp_path: Path, engine: str) -> None:
    tags = [{"key": "digestStartTime"}, {"key": "digestS3Object"}, {"digestEndTime": 1, "digestStartTime": 2}]
    record = {"requestParameters": {"tags": tags, "awsAccountId": 1}, **JOB, "eventTime": WHEN}
    assert run(json.dumps(record) + "\n", tmp_path)[0] == [WHEN]

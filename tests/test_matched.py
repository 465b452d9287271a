"""`engine.watch`: the events that a search found, before it made other rows of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from splreplay.engine import MATCHED, Matched, search, watch
from splreplay.knowledge.app import load_app
from splreplay.scan.files import FileSource
from splreplay.scan.source import DictSource
from tests.test_cases import CASES, shown

ROOT = Path(__file__).parents[1]
EXAMPLE = str(ROOT / "examples" / "cloudtrail.ndjson")
ADDON = load_app(ROOT / "splreplay" / "addons" / "aws_cloudtrail")

EVENTS = [
    {"_time": 30, "user": "eve", "action": "get"},
    {"_time": 10, "user": "bob", "action": "put"},
    {"_time": 20, "user": "eve", "action": "put"},
]


def matched(spl: str, events=EVENTS) -> Matched:
    return watch(spl, DictSource(events)).matched


@pytest.mark.parametrize(
    ("spl", "times"),
    [
        ("*", (10, 20, 30)),
        ("user=eve", (20, 30)),
        ("user=eve | stats count by action", (20, 30)),
        ("* | where action=\"put\" | stats count by user | where count > 7", (10, 20)),
        ("* | head 1", (30,)),
        ("* | table user | where user=\"nobody\"", (10, 20, 30)),
        ("user=nobody", ()),
        ("| makeresults count=3", ()),
        ("* | eval _time=\"soon\" | stats count", ()),
        ("* | eval _time=if(user=\"bob\", \"soon\", _time) | stats count", (20, 30)),
    ],
)  # fmt: skip
def test_which_events_matched(spl: str, times: tuple[float, ...]) -> None:
    assert matched(spl).times == times


def test_they_show_what_the_search_names_in_its_order() -> None:
    first, *_ = matched("user=eve | eval twice=action.action | stats count by twice, action").events
    assert list(first)[:4] == ["_time", "user", "twice", "action"]
    assert first["twice"] == "putput"


def test_some_are_kept_and_all_are_counted() -> None:
    found = matched("user=eve", [{"_time": at, "user": "eve"} for at in range(MATCHED + 1)])
    assert (len(found.times), len(found.events)) == (MATCHED + 1, MATCHED)
    assert found.events[-1]["_time"] == str(MATCHED - 1)


@pytest.mark.parametrize("family", sorted(CASES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_to_watch_a_search_changes_none_of_its_rows(family: Path) -> None:
    case = json.loads(family.read_text("utf-8").splitlines()[0])
    rows = watch(case["spl"], DictSource(case["events"]), lookups=case.get("lookups")).rows
    assert shown(rows, case["ordered"]) == shown(case["expected"], case["ordered"])


@pytest.mark.parametrize(
    ("spl", "names"),
    [
        ("eventName=Job* sourcetype=aws:cloudtrail index=* | stats count", ["eventName", "sourcetype", "index"]),
        ("batchoperations | stats count", []),
        ("NOT user=alice host=* errorCode!=x | stats count by awsRegion", ["user", "host", "errorCode", "awsRegion"]),
        ("eventName IN (CreateRole, JobCreated) earliest=0", ["eventName"]),
    ],
)
def test_of_files_too_it_reads_what_the_first_search_names(spl: str, names: list[str]) -> None:
    result = watch(spl, FileSource([EXAMPLE]), addon=ADDON)
    assert result.rows == search(spl, FileSource([EXAMPLE]), addon=ADDON).rows
    assert result.matched.events
    shown_names = {name for row in result.matched.events for name in row}
    assert shown_names - {"_time", "_raw"} <= set(names)
    assert set(names) - {"user", "errorCode"} <= shown_names

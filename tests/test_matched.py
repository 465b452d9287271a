"""`engine.watch`: the events that a search found, before it made other rows of them."""

from __future__ import annotations

import pytest

from splreplay.engine import MATCHED, Matched, watch
from splreplay.scan.source import DictSource

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

"""Commands that lean on an app or on a file of the user's: savedsearch, event types and tags, iplocation."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import pytest

from splreplay import SplError, query
from splreplay.engine import search
from splreplay.scan.source import DictSource

EVENTS: list[dict[str, Any]] = [
    {"_time": 1700000003, "eventName": "ConsoleLogin", "user": "ann", "ip": "192.0.2.1"},
    {"_time": 1700000002, "eventName": "DeleteTrail", "user": "bob", "ip": "198.51.100.9"},
    {"_time": 1700000001, "eventName": "StopLogging", "user": "bob", "ip": "no address"},
]
CONFS = {
    "savedsearches.conf": (
        "[Deletions by user]\nsearch = `deletions` user=$who$ \\\n| stats count by user\n"
        "[All deletions]\nsearch = `deletions` | table eventName\n"
        "[Itself]\nsearch = | savedsearch Itself\n"
        "[Broken]\nsearch = eventName=*\\\n| nosuch 1\n"
    ),
    "macros.conf": "[deletions]\ndefinition = eventName IN (Delete*, StopLogging)\n",
    "eventtypes.conf": (
        "[aws_login]\nsearch = eventName=ConsoleLogin\n"
        "[aws_change]\nsearch = `deletions`\n"
        "[aws_any]\nsearch = eventtype=aws_login OR tag=danger\n"
        "[loop]\nsearch = eventtype=loop\n"
    ),
    "tags.conf": "[eventtype=aws_login]\nauthentication = enabled\n"
    "[eventName=StopLogging]\ndanger = enabled\nquiet = disabled\n",
}


@pytest.fixture
def app(tmp_path: Path) -> str:
    (tmp_path / "default").mkdir()
    for name, text in CONFS.items():
        (tmp_path / "default" / name).write_text(text)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("spl", "expected"),
    [
        ("| savedsearch \"All deletions\"", [{"eventName": "DeleteTrail"}, {"eventName": "StopLogging"}]),
        ("| savedsearch \"Deletions by user\" who=bob", [{"user": "bob", "count": "2"}]),
        ("| savedsearch \"Deletions by user\" who=ann", []),
        ("| savedsearch \"All deletions\" | stats count", [{"count": "2"}]),
        ("eventName=ConsoleLogin | append [| savedsearch \"Deletions by user\" who=bob] | table user count",
         [{"user": "ann"}, {"user": "bob", "count": "2"}]),
        ("eventtype=aws_login | table user", [{"user": "ann"}]),
        ("NOT eventtype=aws_login | stats count", [{"count": "2"}]),
        ("eventtype=aws_c* | stats count by user", [{"user": "bob", "count": "2"}]),
        ("tag=authentication | table user", [{"user": "ann"}]),
        ("eventtype=aws_any | stats values(eventName) as n", [{"n": ["ConsoleLogin", "StopLogging"]}]),
        ("tag=quiet | table user", []),
        ("* | search tag=danger | table eventName", [{"eventName": "StopLogging"}]),
        ("| tstats count where index=main by index", [{"index": "main", "count": "3"}]),
        ("| tstats count", [{"count": "3"}]),
        ("| tstats count as n where index=nosuch", [{"n": "0"}]),
        ("| tstats summariesonly=t count where index=* by _time span=1h | table count", [{"count": "3"}]),
    ],
)  # fmt: skip
def test_rows(spl: str, expected: list[dict[str, Any]], app: str) -> None:
    assert query(spl, EVENTS, app=app) == expected


@pytest.mark.parametrize(
    ("spl", "words"),
    [
        ("| savedsearch Nosuch", ["no saved search 'Nosuch'", "Deletions by user"]),
        ("| savedsearch Itself", ["saved search 'Itself' runs itself"]),
        ("| savedsearch Broken", ["unknown command 'nosuch'", "default/savedsearches.conf:10:3"]),
        ("eventtype=loop", ["event type 'loop' means itself"]),
        ("* | iplocation ip", ["--maxmind", "search:1:16"]),
        ("| tstats count from datamodel=Change", ["tstats reads no data model here"]),
        ("| tstats count by user", ["not 'user'", "indexed"]),
        ("| tstats prestats=t count", ["neither prestats nor append"]),
    ],
)
def test_refusals(spl: str, words: list[str], app: str) -> None:
    with pytest.raises(SplError) as caught:
        query(spl, EVENTS, app=app)
    assert [word for word in words if word not in str(caught.value)] == []


class _Database:
    """Stands for a MaxMind reader."""

    def get(self, address: object) -> object:
        if str(address) != "192.0.2.1":
            return None
        return {
            "city": {"names": {"en": "Bern", "fr": "Berne"}},
            "country": {"names": {"en": "Switzerland", "fr": "Suisse"}},
            "subdivisions": [{"names": {"en": "Canton of Bern"}}],
            "location": {"latitude": 46.9, "longitude": 7.4, "time_zone": "Europe/Zurich"},
        }


@pytest.fixture
def maxmind(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("maxminddb")
    module.open_database = lambda path: _Database()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "maxminddb", module)


@pytest.mark.usefixtures("maxmind")
@pytest.mark.parametrize(
    ("spl", "expected"),
    [
        ("iplocation ip | table City Country Region lat lon",
         {"City": "Bern", "Country": "Switzerland", "Region": "Canton of Bern", "lat": "46.9", "lon": "7.4"}),
        ("iplocation prefix=g_ lang=fr ip | table g_City g_Country",
         {"g_City": "Berne", "g_Country": "Suisse"}),
        ("iplocation allfields=true ip | table Timezone MetroCode",
         {"Timezone": "Europe/Zurich", "MetroCode": ""}),
    ],
)  # fmt: skip
def test_iplocation(spl: str, expected: dict[str, str]) -> None:
    rows = search(f"* | {spl}", DictSource(EVENTS), maxmind="City.mmdb").rows
    assert rows == [expected, {}, {}]

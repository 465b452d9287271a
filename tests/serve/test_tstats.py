"""One tstats: the same rows over the events of serve and over files whose records say where they are from."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from splreplay import SplError
from splreplay.engine import search
from splreplay.scan.files import FileSource
from splreplay.values import moments
from tests.serve.embedded import Endpoint, embedded

Rows = list[dict[str, Any]]
HOUR = 3600
EVENTS = [
    {"host": host, "source": source, "index": index, "time": number * HOUR / 4, "sourcetype": "demo"}
    for number, (index, host, source) in enumerate(itertools.product(("main", "summary"), ("a", "b"), ("x", "y")))
]


def cells(names: str, *rows: str) -> Rows:
    return [dict(zip(names.split(), row.split(), strict=True)) for row in rows]


CASES: dict[str, Rows] = {
    "| tstats count": cells("count", "4"),
    "| tstats count where index=*": cells("count", "8"),
    "| tstats count where index=main OR index=summary": cells("count", "8"),
    "| tstats count where index=nowhere": cells("count", "0"),
    "|tstats count() as n WHERE index=main AND source IN (x)": cells("n", "2"),
    "| tstats count where index=* by host, source": cells("host source count", "a x 2", "a y 2", "b x 2", "b y 2"),
    "| tstats count where index=* groupby index": cells("index count", "main 4", "summary 4"),
    "| tstats count where index=* host=a by source | sort - source": cells("source count", "y 2", "x 2"),
    "| tstats count where index=* NOT host=a": cells("count", "4"),
    "| tstats count where index=main NOT host=a by host | append [| tstats count where index=main by host]": cells(
        "host count", "b 2", "a 2", "b 2"
    ),
    '| tstats count AS "n events" where index=summary': [{"n events": "4"}],
    "| tstats min(_time) as first max(_time) as last where index=*": cells("first last", "0 6300"),
    "| tstats count dc(host) as hosts values(source) as sources where index=main": [
        {"count": "4", "hosts": "2", "sources": ["x", "y"]}
    ],
    "| tstats count where index=* by _time span=1h": cells("_time count", "0 4", "3600 4"),
    "| tstats count where index=* by _time span=1h@h host | where _time=0 | table host count": cells(
        "host count", "a 2", "b 2"
    ),
    "| tstats count where index=* splunk_server=splr* by splunk_server": cells("splunk_server count", "splreplay 8"),
    "| tstats count where index=* splunk_server=other": cells("count", "0"),
    "| tstats summariesonly=f local=t count where index=main": cells("count", "4"),
    "| tstats count where index=* earliest=3600 latest=5400": cells("count", "2"),
    "| tstats count where [| makeresults | eval host=\"b\" | fields host]": cells("count", "2"),
}  # fmt: skip

REFUSED = {
    "| tstats sum(x)": "tstats knows indexed fields only, not 'x'",
    "| tstats count where eventName=x": "tstats knows indexed fields only, not 'eventName'",
    "| tstats count by x": "tstats knows indexed fields only, not 'x'",
    "| tstats values(*)": "tstats knows indexed fields only",
    "| tstats count from datamodel=Change": "tstats reads no data model here",
    "| tstats prestats=T count": "tstats takes neither prestats nor append here",
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with embedded(tmp_path_factory.mktemp("tstats")) as (found, _):
        # A record's own words do not change where it is kept.
        sent = [{**event, "event": {"host": "c", "source": "z", "n": 1}} for event in EVENTS]
        assert found.send("\n".join(map(json.dumps, sent))).status == 200
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Rows]:
    path = tmp_path_factory.mktemp("tstats") / "events.ndjson"
    path.write_text("".join(json.dumps({**event, "_time": event["time"]}) + "\n" for event in EVENTS))
    return lambda spl: search(spl, FileSource([str(path)])).rows


@pytest.mark.parametrize("spl", CASES)
def test_over_the_store(endpoint: Endpoint, spl: str) -> None:
    assert endpoint.search(spl) == list(moments.shown(CASES[spl], "UTC"))


@pytest.mark.parametrize("spl", [spl for spl in CASES if "index" in spl])
def test_over_files(files: Callable[[str], Rows], spl: str) -> None:
    assert files(spl) == CASES[spl]


@pytest.mark.parametrize("spl", REFUSED)
def test_what_is_not_indexed_is_refused(endpoint: Endpoint, files: Callable[[str], Rows], spl: str) -> None:
    reply = endpoint.call("/services/search/jobs", {"search": spl, "exec_mode": "oneshot"})
    assert reply.status == 400
    assert REFUSED[spl] in reply.json["messages"][0]["text"]
    with pytest.raises(SplError) as caught:
        files(spl)
    assert REFUSED[spl] in str(caught.value)

"""What is left to the store narrows a search and never loses an event: the same rows as without it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest

from splreplay.serve import search as seam
from splreplay.serve.state.store import Condition
from tests.serve.embedded import Endpoint, embedded

EVENTS = [
    {"host": host, "source": source, "index": index, "time": number, "event": event, **more}
    for number, (host, source, index, (event, more)) in enumerate(
        itertools.product(
            ("web-1", "WEB_2"),
            ("a%b", "a_b"),
            ("main", "summary", "_internal"),
            (
                ({"eventName": "JobCreated"}, {}),
                ('{"eventName":"Job\\u0043reated"}', {}),
                ({"other": "x"}, {"fields": {"eventName": "jobcreated"}}),
                ("plain JOBCREATED text", {}),
                ({"eventName": "Other"}, {}),
            ),
        )
    )
]
SEARCHES = [
    "search eventName=JobCreated",
    "search JobCreated",
    "search index=_* eventName=Other",
    "search index=summary OR host=web-1",
    "search index=summary (host=WEB-1 OR source=a_b)",
    "search index=main NOT host=web-1",
    "search index=main host!=web-1",
    "search index=main source=a*b",
    'search index=main source="a%b"',
    "search index=main source=a_*",
    "search index IN (main, summary) host IN (web*) eventName=*",
    "search index=main earliest=5 latest=40",
    "search index=main | append [search index=summary eventName=Other] | fields host",
    "search index=main _index_earliest=-1h _index_latest=+1h",
    "search index=main (earliest=5 latest=40) OR _index_latest=-1h OR host=web-1",
    "search index=main NOT _index_latest=-1h",
    "search index=nowhere",
]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with embedded(tmp_path_factory.mktemp("metadata")) as (found, _):
        assert found.send("\n".join(map(json.dumps, EVENTS))).status == 200
        yield found


@pytest.mark.parametrize("spl", SEARCHES)
def test_the_same_rows_as_without(endpoint: Endpoint, spl: str, monkeypatch: pytest.MonkeyPatch) -> None:
    narrowed = endpoint.search(spl)
    monkeypatch.setattr(seam, "candidates", lambda needle: Condition())
    monkeypatch.setattr(seam, "condition", only_default_indexes)
    assert narrowed == endpoint.search(spl)
    assert bool(narrowed) == ("nowhere" not in spl)


def only_default_indexes(node: object, default_indexes: list[str], *bounds: object) -> Condition:
    """What a search that names no index must leave out, and nothing more."""
    from splreplay.serve.state.metadata import names_index

    return Condition() if names_index(node) else Condition("index_name = 'main'")  # type: ignore[arg-type]


def test_a_time_range_is_given_beside_the_search(endpoint: Endpoint) -> None:
    count = "search index=main | stats count"
    assert endpoint.search(count, earliest_time="0", latest_time="10") == [{"count": "5"}]
    inline = "search index=main earliest=0 latest=1000 | stats count"
    assert endpoint.search(inline, earliest_time="0", latest_time="10") == [{"count": "20"}]
    assert endpoint.search("| tstats count where index=main", latest_time="10") == [{"count": "5"}]


INDEXES = {
    "| eventcount": [{"count": "20"}],
    "| eventcount index=*": [{"count": "40"}],
    "| eventcount summarize=false index=* | table index count": [
        {"index": "main", "count": "20"},
        {"index": "summary", "count": "20"},
    ],
    '| metadata type=hosts index=* | where host="web-1" | table host totalCount type': [
        {"host": "web-1", "totalCount": "20", "type": "hosts"}
    ],
    "| metadata type=hosts index=nosuch": [],
}


@pytest.mark.parametrize("spl", INDEXES)
def test_what_an_index_knows(endpoint: Endpoint, spl: str) -> None:
    found = endpoint.search(spl)
    assert found == INDEXES[spl]

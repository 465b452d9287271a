"""The time range of a search and the one it is run with: the same events out of a list, out of files, out of serve."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from splreplay.engine import search
from splreplay.scan.files import FileSource
from splreplay.scan.source import DictSource
from splreplay.serve.search import run_query
from splreplay.serve.state.jobs import Query
from splreplay.serve.state.splunkd import open_splunkd
from splreplay.serve.state.store import StoredEvent
from splreplay.spl.bounds import named_bounds
from splreplay.spl.errors import Span
from splreplay.spl.search import parse_search

TIMES = [0, 10, 20, 30, 40, 50]
EARLIEST, LATEST = 10, 40  # of the run
# the search -> the bounds that it gives itself, and the times that it finds
CASES: dict[str, tuple[str, list[int]]] = {
    "n=*": ("", [10, 20, 30]),
    "earliest=0": ("earliest", [0, 10, 20, 30]),
    "latest=60": ("latest", [10, 20, 30, 40, 50]),
    "earliest=20 latest=60": ("earliest latest", [20, 30, 40, 50]),
    "latest=60 (n=0 OR n=50)": ("latest", [50]),
    "(earliest=0 n=0) OR (latest=60 n=50)": ("earliest latest", [0, 50]),
    "NOT earliest=20": ("", [10]),
    "NOT (earliest=20 latest=30)": ("", [10, 30]),
    "earliest=0 NOT latest=20": ("earliest", [20, 30]),
    "_index_earliest=0": ("", [10, 20, 30]),
}


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Callable[[str], list[int]]]]:
    folder = tmp_path_factory.mktemp("times")
    events = [{"_time": time, "n": time} for time in TIMES]
    path = folder / "events.ndjson"
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    server = open_splunkd(folder / "data", [])
    server.store.append([StoredEvent("main", time, time, "h", "s", "demo", json.dumps({"n": time})) for time in TIMES])

    def served(spl: str) -> list[int]:
        rows = run_query(server, Query(f"search {spl} | sort n | table n", "search", str(EARLIEST), str(LATEST))).rows
        return [int(str(row["n"])) for row in rows]

    def engine(source: DictSource | FileSource) -> Callable[[str], list[int]]:
        def run(spl: str) -> list[int]:
            rows = search(f"{spl} | sort n | table n", source, earliest=EARLIEST, latest=LATEST).rows
            return [int(str(row["n"])) for row in rows]

        return run

    yield {"dicts": engine(DictSource(events)), "files": engine(FileSource([str(path)])), "serve": served}
    server.close()


@pytest.mark.parametrize("spl", CASES)
@pytest.mark.parametrize("where", ["dicts", "files", "serve"])
def test_found(over: dict[str, Callable[[str], list[int]]], where: str, spl: str) -> None:
    assert over[where](spl) == CASES[spl][1]


@pytest.mark.parametrize("spl", CASES)
def test_own_bounds(spl: str) -> None:
    node = parse_search(spl, Span(0, len(spl)), lambda token: pytest.fail("no subsearch"))
    assert {bound.name for bound in named_bounds(node)} - {"_index_earliest"} == set(CASES[spl][0].split())

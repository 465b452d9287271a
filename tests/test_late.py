"""What is read of an event's text in the end is what its columns would have held."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from splreplay.engine import answer, search, trace, unread
from splreplay.knowledge.app import load_app
from splreplay.load import batches
from splreplay.load.late import as_json
from splreplay.scan.files import FileSource

ADDON = load_app(Path(__file__).parent.parent / "splreplay/addons/aws_cloudtrail")
RECORD = {"eventName": "Get", "eventSource": "s3.amazonaws.com", "eventTime": "2026-01-04T00:00:09Z"}
TEXTS = [
    json.dumps({**RECORD, "a": {"b": [1, 2.50, {"c": None}]}, "errorCode": "Denied", "empty": [], "none": {}}),
    json.dumps({**RECORD, "eventName": "Put", "source": "its own", "_time": "1", "_raw": "x", "linecount": 7}),
    '{"eventName":"Get","eventName":"Put","n":1.50,"n":"x","eventTime":"2026-01-04T00:00:08Z"}',
    json.dumps({**RECORD, "half": "\ud800", "list": ["\udc00", "\u00e9"], "": {"": 1}}),
    json.dumps({"event": RECORD, "source": "hec", "host": "h", "time": 1767484800.5}),
]
SEARCHES = [
    "*",
    "eventName=Get errorCode=success",
    "* | head 2",
    '* | where eventName!="x" | sort eventName | tail 3 | reverse',
    "* | dedup eventName keepevents=true | regex eventName=G",
    "host=h | search source=hec",
]


@pytest.mark.parametrize("spl", SEARCHES)
def test_the_text_says_what_columns_would(spl: str, tmp_path: Path) -> None:
    file = tmp_path / "trail.ndjson"
    file.write_text("\n".join(TEXTS))
    late, wide = (
        search(text, FileSource([str(file)]), addon=ADDON) for text in (spl, f"{spl} | eval none_such=null()")
    )
    assert late.rows == wide.rows
    assert late.rows
    assert {name for row in late.rows for name in row} <= set(late.fields)
    left = unread(spl, FileSource([str(file)]), addon=ADDON)
    encode = json.JSONEncoder(ensure_ascii=False).encode
    assert left.unread
    assert [*as_json(left.fields, left.rows, encode)] == [encode(row) for row in late.rows]


# --- of how many events the newest are kept ---------------------------------------------------------------
@pytest.fixture
def scattered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileSource:
    """Events of any time, some of the same, over batches of a few."""
    monkeypatch.setattr(batches, "BATCH", 7)
    chance = random.Random(18)
    times = [f"2026-01-04T00:00:{chance.randrange(60):02d}Z" for _ in range(100)]
    lines = [json.dumps({**RECORD, "eventTime": time, "n": n}) for n, time in enumerate(times)]
    (tmp_path / "trail.ndjson").write_text("\n".join(lines))
    return FileSource([str(tmp_path / "trail.ndjson")])


@pytest.mark.parametrize("behind", ["", "| table n", "| append [search * | stats count]", "| tail 2 | head 1"])
@pytest.mark.parametrize("count", [0, 1, 5, 99, 200])
def test_the_first_are_the_newest(count: int, behind: str, scattered: FileSource) -> None:
    found = answer(f"n>10 | head {count} {behind}", scattered)
    assert found.rows == answer(f"n>10 | eval x=1 | fields - x | head {count} {behind}", scattered).rows


def test_a_count_of_each_stage_counts_all(scattered: FileSource) -> None:
    assert [stage.rows for stage in trace("* | head 3", scattered).stages] == [100, 3]
    assert [stage.rows for stage in search("* | head 3 | where n=null()", scattered).stages] == [3, 3, 0]

"""What is read of an event's text in the end is what its columns would have held."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from splreplay.engine import search, unread
from splreplay.knowledge.app import load_app
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

"""Error messages are a product: the whole text of each wrong search, with place, caret and advice, is pinned.

A row of a .jsonl file is a search and its message. To add one, write the search with an empty message, run the
test, read what it printed, and keep it once it is what you would want to be told.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import splreplay

FILES = sorted(Path(__file__).parent.glob("*.jsonl"))
ROWS = [json.loads(line) for path in FILES for line in path.read_text().splitlines()]
EVENTS = [{"user": "eve", "count": 3, "eventName": "JobCreated", "userIdentity": {"type": "Root"}}]


@pytest.mark.parametrize("row", ROWS, ids=[row["spl"][:60] for row in ROWS])
def test_message(row: dict[str, str]) -> None:
    with pytest.raises(splreplay.SplError) as caught:
        splreplay.query(row["spl"], EVENTS)
    assert str(caught.value) == row["message"]


def test_there_are_enough_and_none_twice() -> None:
    assert len({row["spl"] for row in ROWS}) == len(ROWS) >= 40

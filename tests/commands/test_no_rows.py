"""Commands over no rows at all, where a time range says what is shown nevertheless."""

from __future__ import annotations

import pytest

from splreplay.engine import search
from splreplay.knowledge.app import load_app
from splreplay.scan.source import DictSource


@pytest.mark.parametrize("fields", [["a"], ["a", "_time"]])
@pytest.mark.parametrize(
    ("spl", "count"),
    [("span=1d count", "0"), ("span=1d count by a", None), ("span=1d avg(a)", None), ("count", "0")],
)
@pytest.mark.parametrize("number", [int, float])
def test_a_timechart_of_an_empty_lookup_has_the_bins_of_the_time_range(fields, spl, count, number, tmp_path):
    for folder in ("default", "lookups"):
        (tmp_path / folder).mkdir()
    (tmp_path / "lookups" / "e.csv").write_text(",".join(fields) + "\n")
    times = {"earliest": number(86_400), "latest": number(3 * 86_400)}
    rows = search(f"| inputlookup e.csv | timechart {spl}", DictSource([]), app=load_app(tmp_path), **times).rows
    assert rows[0]["_time"] == "86400"
    assert {row.get("count") for row in rows} == {count}

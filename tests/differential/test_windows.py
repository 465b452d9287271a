"""streamstats, eventstats, chart and sort against loops that do what their pages say, over random rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

import splreplay
from tests.differential.reference import AGGREGATES, Row, by_number, put, values

KEYS = ("a", "b")
TEXTS = ("1", "2", "10", "-3", "x", "X", "2.5")
FUNCTIONS = ("count", "dc", "first", "last", "list", "max", "min", "sum", "values")

rows_of = st.lists(
    st.fixed_dictionaries({}, optional={"k": st.sampled_from(KEYS), "n": st.sampled_from(TEXTS)}), max_size=9
)


class Window(NamedTuple):
    function: str
    by: bool
    size: int
    current: bool
    shared: bool
    on_change: bool

    @property
    def spl(self) -> str:
        options = f"window={self.size} current={self.current} global={self.shared} reset_on_change={self.on_change}"
        return f"streamstats {options} {self.function}(n) as r" + (" by k" if self.by else "")


windows = st.builds(
    Window,
    st.sampled_from(FUNCTIONS),
    st.booleans(),
    st.integers(0, 4),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def streamed(rows: Sequence[Row], window: Window) -> list[Row]:
    made, start, last = [], 0, None
    for place, row in enumerate(rows):
        if window.by and "k" not in row:
            made.append(dict(row))
            continue
        if window.on_change and window.by and last is not None and last != row["k"]:
            start = place
        last = row.get("k")
        end = place + 1 if window.current else place
        seen = range(start, end)
        if window.size and (window.shared or not window.by):
            seen = range(max(start, end - window.size), end)
        group = [rows[at] for at in seen if not window.by or rows[at].get("k") == row["k"]]
        if window.size:
            group = group[-window.size :]
        made.append(put(row, "r", AGGREGATES[window.function]([v for one in group for v in values(one, "n")])))
    return made


def evented(rows: Sequence[Row], function: str) -> list[Row]:
    made = []
    for row in rows:
        group = [one for one in rows if one.get("k") == row.get("k")]
        result = AGGREGATES[function]([v for one in group for v in values(one, "n")])
        made.append(put(row, "r", result) if "k" in row else dict(row))
    return made


def charted(rows: Sequence[Row], limit: int) -> list[Row]:
    """`chart count over k by n`: the most frequent values of n, the rest as OTHER, none as NULL."""
    kept = [row for row in rows if "k" in row]
    found = {str(row["n"]) for row in kept if "n" in row}
    often = sorted(found, key=lambda value: (-sum(row.get("n") == value for row in kept), value))[:limit]
    made = []
    for key in sorted({str(row["k"]) for row in kept}):
        names = [_series(row, often) for row in kept if row["k"] == key]
        every = {_series(row, often) for row in kept}
        made.append({"k": key, **{name: str(names.count(name)) for name in every}})
    return made


def _series(row: Row, often: Sequence[str]) -> str:
    return "NULL" if "n" not in row else str(row["n"]) if row["n"] in often else "OTHER"


def run(spl: str, rows: Sequence[Row]) -> list[str]:
    found = splreplay.query(f"* | {spl} | fields - m", [{**row, "_time": 1700000000, "m": "1"} for row in rows])
    return [_shown({name: value for name, value in row.items() if not name.startswith("_")}) for row in found]


def _shown(row: Row) -> str:
    return json.dumps(row, sort_keys=True)


@settings(max_examples=80, deadline=None)
@given(rows_of, windows)
def test_streamstats(rows: list[Row], window: Window) -> None:
    assert run(window.spl, rows) == [_shown(row) for row in streamed(rows, window)], window.spl


@settings(max_examples=25, deadline=None)
@given(rows_of, st.sampled_from(FUNCTIONS))
def test_eventstats(rows: list[Row], function: str) -> None:
    assert run(f"eventstats {function}(n) as r by k", rows) == [_shown(row) for row in evented(rows, function)]


@settings(max_examples=25, deadline=None)
@given(rows_of, st.integers(1, 3))
def test_chart(rows: list[Row], limit: int) -> None:
    assert run(f"chart limit={limit} count over k by n", rows) == [_shown(row) for row in charted(rows, limit)]


@settings(max_examples=25, deadline=None)
@given(rows_of, st.booleans())
def test_sort(rows: list[Row], descending: bool) -> None:
    """Rows without the field come last in either order, and equal rows keep theirs."""
    there = [row for row in rows if "n" in row]
    there.sort(key=lambda row: by_number(str(row["n"])), reverse=descending)
    expected = [*there, *(row for row in rows if "n" not in row)]
    names = [_shown({"n": row["n"]} if "n" in row else {}) for row in expected]
    assert run(f"sort {'-' if descending else ''}n | table n", rows) == names

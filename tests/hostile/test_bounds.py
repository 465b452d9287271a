"""Input made to exhaust us: a clear error or a result, in bounded time and memory."""

from __future__ import annotations

import json
import time

import pytest

import splreplay

SLOW = 20  # seconds of CPU, of all threads, on a slow machine; each of these takes a second to five

SEARCHES = {
    "10,000 brackets in a filter": ("(" * 10_000 + "a=1" + ")" * 10_000, "nest deeper"),
    "10,000 brackets in an expression": ("* | where " + "(" * 10_000 + "a=1" + ")" * 10_000, "nest deeper"),
    "10,000 nested functions": ("* | eval x=" + "abs(" * 10_000 + "1" + ")" * 10_000, "nest deeper"),
    "10,000 subsearches": ("[search " * 10_000 + "]" * 10_000, "nest deeper"),
    "10,000 open brackets": ("(" * 10_000, "nest deeper"),
    "10,000 additions": ("* | eval x=1" + "+1" * 10_000, "operators in a row"),
    "10,000 minus signs": ("* | eval x=" + "-" * 10_000 + "1", "nest deeper"),
    "10,000 NOTs in an expression": ("* | where " + "NOT " * 10_000 + "a=1", "nest deeper"),
    "an open quote": ('a="' + "x" * 100_000, "never closed"),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_refused(name: str) -> None:
    spl, said = SEARCHES[name]
    started = time.process_time()
    with pytest.raises(splreplay.SplError, match=said):
        splreplay.query(spl, [{"a": "1"}])
    assert time.process_time() - started < SLOW


ANSWERED = {
    "100,000 values in IN": f"a IN ({','.join(map(str, range(100_000)))}) | stats count",
    "10,000 alternatives": " OR ".join(f"a={number}" for number in range(10_000)) + " | stats count",
    "10,000 values in IN": f"a IN ({','.join(map(str, range(10_000)))}) | stats count",
    "1,000 alternatives": " OR ".join(f"a={number}" for number in range(1_000)) + " | stats count",
    "10,000 NOTs": "NOT " * 10_000 + "a=1 | stats count",
    "300 stages": "* " + "| eval a=a " * 300 + "| stats count",
    "a catastrophic pattern that RE2 runs": '* | where NOT match(text, "^(a+)+$") | stats count',
    "a catastrophic pattern with a backreference": r'* | where NOT match(text, "^(a+)+\1$") | stats count',
    "a catastrophic pattern with a lookahead": r'* | where NOT match(text, "^(?=(a+)+b)") | stats count',
    "a catastrophic extraction": r'* | rex field=text "^(?<x>(?=(a+)+b)a+)$" | stats count',
}


DEAR = {"100,000 values in IN", "10,000 alternatives"}


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in DEAR)) for name in ANSWERED])
def test_answered(name: str) -> None:
    started = time.process_time()
    rows = splreplay.query(ANSWERED[name], [{"a": "1", "text": "a" * 5_000 + "!"}])
    assert rows == [{"count": "1"}]
    assert time.process_time() - started < SLOW


@pytest.mark.parametrize("keys", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_record_of_many_keys(keys: int) -> None:
    """Up to 20 MB."""
    record = {f"key{number}": "v" * 200 for number in range(keys)}
    started = time.process_time()
    assert splreplay.query(f"key{keys - 1}=v* | stats count", [record]) == [{"count": "1"}]
    assert len(splreplay.query("*", [record])[0]) >= 1_000
    assert time.process_time() - started < SLOW


def test_a_record_that_nests_deeply() -> None:
    raw = '{"eventName":"x","a":' + "[" * 100_000 + "]" * 100_000 + "}"
    assert splreplay.query("* | stats count", [{"_raw": raw}]) == [{"count": "1"}]
    deep: object = "end"
    for _ in range(150):
        deep = {"k": deep}
    (row,) = splreplay.query("*", [{"_raw": json.dumps(deep)}])
    assert row[".".join(["k"] * 150)] == "end"

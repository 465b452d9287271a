"""Cells of several values: what is written is read again, and no cell costs more than its length."""

from __future__ import annotations

import re
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splreplay.values.multivalue import cells, decode, encode

MB = 1_000_000
# How splunklib reads a cell; quadratic, so for short ones only.
SPLUNKLIB = re.compile(r"\$((?:\$\$|[^$])*)\$(?:;|$)")
TEXTS = st.text(st.sampled_from("$;a\n"), max_size=8)

LONG = {
    "one value": "$" + "a" * MB + "$",
    "many values": "$a$;" * (MB // 4) + "$a$",
    "pairs": "$" + "$" * MB + "$",
    "never closed": "$" + "a" * MB,
    "pairs never closed": "$" + "$$" * (MB // 2) + "x",
    "closed by no ;": "$a" * (MB // 2),
    "no cell at all": "a" * MB,
}


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1))
def test_what_is_written_is_read(values: list[str]) -> None:
    assert decode(encode(values)) == values
    assert [found.replace("$$", "$") for found in SPLUNKLIB.findall(encode(values))] == values


@settings(deadline=None)
@given(st.text(st.sampled_from("$;a"), max_size=12))
def test_nothing_is_lost(cell: str) -> None:
    assert "".join(decode(cell)).count("a") == cell.count("a")


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("", []),
        ("$$", [""]),
        ("$a$", ["a"]),
        ("$a$;$5$$$", ["a", "5$"]),
        ("$a$$;$", ["a$;"]),
        ("$a$;b", ["a", "b"]),
        ("$a$;$b", ["a", "$b"]),
        ("$a$b$", ["$a$b$"]),
        ("plain", ["plain"]),
    ],
)
def test_decode(cell: str, values: list[str]) -> None:
    assert decode(cell) == values


def test_cells() -> None:
    assert [cells(value) for value in ("a", None, ["a", "b$"])] == [("a", ""), ("", ""), ("a\nb$", "$a$;$b$$$")]


@pytest.mark.parametrize("case", LONG)
def test_time_and_memory_grow_with_the_length(case: str) -> None:
    start = time.process_time()
    decode(LONG[case])
    assert time.process_time() - start < 2
    tracemalloc.start()
    decode(LONG[case][:100_000])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * 100_000

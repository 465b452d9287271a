"""Cells of several values, read in the command as they are everywhere else in this repository."""

from __future__ import annotations

import time

import chunk_text
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splreplay.values.multivalue import decode, encode


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("$;a\n"), max_size=8), min_size=1))
def test_what_is_written_is_read(values: list[str]) -> None:
    assert chunk_text.decode_multivalue(encode(values)) == values


@settings(deadline=None)
@given(st.text(st.sampled_from("$;a"), max_size=12))
def test_any_cell_is_read_as_elsewhere(cell: str) -> None:
    assert chunk_text.decode_multivalue(cell) == decode(cell)


@pytest.mark.parametrize("cell", ["$" + "a" * 10**6, "$" + "$$" * 500_000 + "x", "$a" * 500_000])
def test_a_cell_that_is_never_closed_costs_no_more_than_its_length(cell: str) -> None:
    start = time.process_time()
    assert chunk_text.decode_multivalue(cell) == [cell]
    assert time.process_time() - start < 2

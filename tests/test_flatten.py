"""Fields that are not wanted are passed over while a record is flattened; those that are come out the same."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from splreplay.values.flatten import Wanted, flatten, parse

KEYS = st.sampled_from(["a", "b", "", ".", "a.b", "a{}", "{}", "a.", "b{}.a", "é"])
VALUES = st.recursive(
    st.sampled_from(["x", "", 1, 1.5, True, None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
NAMES = st.lists(st.lists(KEYS | st.just("{}"), min_size=1, max_size=4).map(".".join) | KEYS, max_size=4)
RECORD = {"a": {"b": [{"c": 1}, {"c": 2}], "d": [[3]]}, "e": "x", "a.b": 4, "": {"f": 5}, "g": {"": {"h": 6}}}


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4), NAMES)
@example(RECORD, ["a.b{}.c", "a.b", "f", "g..h"])
@example(RECORD, ["a.d{}{}", "a.e", "e{}", "e.x"])
@example(RECORD, [])
def test_what_is_wanted_is_what_all_holds_of_it(record: Mapping[str, Any], names: list[str]) -> None:
    for form in (record, parse(json.dumps(record))):
        assert form is not None
        whole = flatten(form)
        for wanted in (names, sorted(whole), sorted(whole)[::2]):
            assert flatten(form, Wanted.of(wanted)) == {name: value for name, value in whole.items() if name in wanted}


@pytest.mark.parametrize(
    ("name", "value"), [("a.b{}.c", ["1", "2"]), ("a.d{}{}", "3"), ("a.b", "4"), ("f", "5"), ("g..h", "6"), ("a", None)]
)
def test_each_way_to_a_field(name: str, value: object) -> None:
    found = parse(json.dumps(RECORD))
    assert found is not None
    assert flatten(found, Wanted.of([name])) == ({} if value is None else {name: value})


def test_what_is_not_wanted_costs_nearly_nothing() -> None:
    record = parse(json.dumps({"a": "x", "z": [{str(key): [1, 2, 3] for key in range(50)} for _ in range(50)]}))
    assert record is not None
    wanted = Wanted.of(["a"])
    all_of_it, some = (_seconds(record, fields) for fields in (None, wanted))
    assert some < all_of_it / 50


def _seconds(record: Any, wanted: Wanted | None) -> float:
    started = time.process_time()
    for _ in range(20):
        flatten(record, wanted)
    return time.process_time() - started

"""hyperscan beside `re`: whatever the text and wherever in it, no place that `re` finds may be missed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splreplay.columns import LOOSE
from splreplay.scan import Needle
from splreplay.scan.matcher import Finder, HyperscanMatcher, ReMatcher

pytest.importorskip("hyperscan")

LITERALS = ["JobCreated", "kms", "sts:AssumeRole", "iam/role", "s3/", "a b", "192.0.2.7", "kiss"]
FORMS = [form for text in LITERALS for form in (
    text, text.upper(), text.replace("/", "\\/"), text.replace("i", "\u0131").replace("k", "\u212a"),
    text.replace("s", "\u017f"), f"\\u{ord(text[0]):04x}{text[1:]}", text[:-1], text[1:],
)]  # fmt: skip
BETWEEN = ["\n", '\n{"e', '{"', "{", "}", "[", "]", ",", " ", "\t", "xx", "x" * 40, '"Records"', "nan", "NaN", "inf",
           "Infinity", "\\u00", "\\u"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(FORMS + BETWEEN * 3), max_size=60).map(lambda parts: "".join(parts).encode())
FINDER = Finder(LOOSE)


def lines_of(text: bytes, places: list[int]) -> set[int]:
    return {text.count(b"\n", 0, place) for place in places}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LITERALS), min_size=1, max_size=4), TEXTS)
def test_needles_and_odd_lines(literals: list[str], text: bytes) -> None:
    needle = Needle(tuple(literal.encode() for literal in literals))
    fast, slow = HyperscanMatcher(needle), ReMatcher(needle)
    assert lines_of(text, fast.find(text)) >= lines_of(text, slow.find(text))
    assert lines_of(text, fast.find_lines(text)) >= lines_of(text, slow.find_lines(text))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_loose_json(text: bytes) -> None:
    wanted = {match.end() - 1 for written in LOOSE for match in re.finditer(written.encode(), text)}
    assert set(FINDER.ends(text) or []) >= wanted

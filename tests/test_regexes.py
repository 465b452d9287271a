"""PCRE in two engines: RE2 must say the same as the backtracking one, and neither may hang or crash."""

from __future__ import annotations

import time

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splreplay import CompileError, RunError
from splreplay.spl.errors import Span
from splreplay.values.regexes import of_value, pattern

# pattern, a text that it finds, a text that it does not
FOUND = [
    (r"(?<who>\w+)@", "eve@x", "@x"),
    (r"^a$", "a\n", "a\nb"),
    (r"^a\z", "a", "a\n"),
    (r"a\Z", "ba\n", "ab"),
    (r"a.b", "a\rb", "a\nb"),
    (r"(?s)a.b", "a\nb", "ab"),
    (r"(?m)^b$", "a\nb\nc", "ab"),
    (r"a(?i)b", "aB", "AB"),
    (r"\Qa.b\E+", "a.bb", "axb"),
    (r"\x{e9}\x41", "éA", "eA"),
    (r"[\x41-\x{43}]", "B", "D"),
    (r"[[:digit:]]+\h\R", "1 \r\n", "1x\n"),
    (r"[]a]", "]", "b"),
    (r"[^]a]", "b", "a]"),
    (r"[^^]", "a", "^"),
    (r"[]]\d", "]1", "11"),
    (r"[[a&&b||c]", "[", "d"),
    (r"a{,2}", "a{,2}", "aa"),
    (r"(?<!x)y", "zy", "xy"),
    (r"(a)\1", "aa", "ab"),
    (r"(?<n>a)\k<n>", "aa", "ab"),
    (r"(a)\g{-1}", "aa", "ab"),
    (r"a++b", "aab", "aac"),
    (r"(?>a|ab)c", "ac", "abc"),
    (r"(?#note)a", "a", "b"),
    (r"(?x) a  b # end", "ab", "a b"),
    (r"\d\w", "1a", "١é"),
    (r"\/\_\é", "/_é", "/_e"),
    (r"\cA\e\07", "\x01\x1b\x07", "A"),
    (r"\pL\p{Lu}", "éÉ", "1É"),
    (r"\N\K.", "ab", "\n"),
]
BROKEN = [
    "(",
    ")",
    "[",
    r"[]\d",
    r"[^]\d",
    "*",
    "a**b(",
    "[z-a]",
    "(?P<x>a)(?P<x>b)",
    "(?<1>a)",
    "x{3,1}",
    "(?Z)",
    r"\1",
    "(" * 5000,
]


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        yield connection


def in_re2(con: duckdb.DuckDBPyConnection, re2: str, text: str) -> bool:
    found = con.execute("SELECT regexp_matches($text, $re2)", {"text": text, "re2": re2}).fetchall()
    return bool(found[0][0])


@pytest.mark.parametrize(("written", "has", "lacks"), FOUND)
def test_found(con: duckdb.DuckDBPyConnection, written: str, has: str, lacks: str) -> None:
    compiled = pattern(written)
    assert compiled.search(has) is not None
    assert compiled.search(lacks) is None
    if compiled.re2 is not None:
        assert (in_re2(con, compiled.re2, has), in_re2(con, compiled.re2, lacks)) == (True, False)


PIECES = st.sampled_from([
    "a", "b", ".", "^", "$", "|", "(", ")", "(?:", "(?<n>", "(?i)", "[ab]", "[^a]", "[a-c\\d]", "[]", "*", "+",
    "?", "*?", "++", "{2}", "{1,3}", "{", "\n", "é", r"\d", r"\w", r"\s", r"\S", r"\b", r"\.", r"\n", r"\x41", r"\Z",
    r"\h", r"\Q.\E",
])  # fmt: skip
TEXTS = st.text(alphabet="abcAB1 .\n\t\x0bé", max_size=8)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join), TEXTS)
def test_both_engines_agree(con: duckdb.DuckDBPyConnection, written: str, text: str) -> None:
    compiled = of_value(written)
    if compiled is not None and compiled.re2 is not None:
        assert in_re2(con, compiled.re2, text) == (compiled.search(text) is not None), compiled


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_an_error(con: duckdb.DuckDBPyConnection, written: str) -> None:
    compiled = of_value(written)
    if compiled is not None and compiled.re2 is not None:
        in_re2(con, compiled.re2, "text")


@pytest.mark.parametrize("written", BROKEN, ids=lambda written: written[:20])
def test_broken(written: str) -> None:
    with pytest.raises(CompileError, match="is no regular expression"):
        pattern(written)


def test_error_names_the_place() -> None:
    with pytest.raises(CompileError) as caught:
        pattern("ab[z-a]c", Span(10, 20))
    assert caught.value.span == Span(13, 14)


def test_catastrophic_pattern_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("splreplay.values.regexes.SECONDS_A_VALUE", 0.2)
    start = time.process_time()
    with pytest.raises(RunError, match="takes too long"):
        pattern(r"^(\w|\w\w)+(?!\w)\1$").search("a" * 60 + "!")
    assert time.process_time() - start < 5


def test_replacement_fills_in_groups() -> None:
    found = pattern(r"(\d+)/(\d+)(x)?")
    assert found.replace("1/14", r"\2-\1\3\9\\n\0") == r"14-1\n1/14"

"""Whatever a log, a search, a lookup or a macro argument holds stays a value: it comes back as it went in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import splreplay

NASTY = (
    "'; DROP TABLE t1; --",
    '"; SELECT 1',
    "/* */ -- #",
    "$p1",
    "{prev}",
    "c1",
    "a\x00b",
    "line\nbreak\r\ttab",
    "\N{SNOWMAN}\N{GREEK SMALL LETTER FINAL SIGMA}\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}",
    "x" * 10_000,
    "$a$;$b$",
    "\\'\\\"",
    "%_*",
    "{0}{args}",
)
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
# A field name of a record is its path, so a dot or an array in it would name another field.
names = texts.filter(lambda text: not text.startswith("_"))
quick = settings(max_examples=60, deadline=None)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@quick
@given(name=names, value=texts)
@example(name="select", value="from")
def test_names_and_values_of_records(name: str, value: str) -> None:
    (row,) = splreplay.query("*", [{name: value}])
    assert row[name] == value


@quick
@given(value=texts)
def test_values_in_a_search(value: str) -> None:
    events = [{"f": value}, {"f": "other"}]
    rows = splreplay.query(f"* | eval g={quoted(value)} | where f=g", events)
    assert [row["f"] for row in rows] == [value]


@quick
@given(value=texts.filter(lambda text: "*" not in text and "/" not in text))
def test_values_in_a_filter(value: str) -> None:
    rows = splreplay.query(f"f={quoted(value)}", [{"f": value}, {"f": "no" + value}])
    assert [row["f"] for row in rows] == [value]


@quick
@given(name=names.filter(lambda text: "*" not in text), value=texts)
def test_names_in_a_search(name: str, value: str) -> None:
    rows = splreplay.query(f"* | stats values({quoted(name)}) as v by {quoted(name)}", [{name: value}])
    assert rows == [{name: value, "v": value}]


@quick
@given(key=texts, cell=texts)
def test_lookup_cells(key: str, cell: str) -> None:
    rows = splreplay.query("* | lookup t k OUTPUT v | table v", [{"k": key}], lookups={"t": [{"k": key, "v": cell}]})
    assert rows == [{"v": cell}]


@quick
@given(value=texts.filter(lambda text: "*" not in text and "/" not in text))
def test_values_from_a_subsearch(value: str) -> None:
    rows = splreplay.query(
        "[search kind=a | fields f] kind=b | table f", [{"kind": "a", "f": value}, {"kind": "b", "f": value}]
    )
    assert rows == [{"f": value}]


@pytest.mark.parametrize("argument", NASTY)
def test_macro_arguments(tmp_path: Path, argument: str) -> None:
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "macros.conf").write_text('[m(1)]\nargs = x\ndefinition = eval g="$x$"\n')
    try:
        rows = splreplay.query(f"* | `m({quoted(argument)})` | table g", [{"f": "1"}], app=str(tmp_path))
    except splreplay.SplError:
        return  # the argument closes the quotes of the definition, as it would in Splunk
    assert list(rows[0]) == ["g"]

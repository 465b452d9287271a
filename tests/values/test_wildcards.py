"""A wildcard means the same to Python, to SQL and to the store of serve."""

from __future__ import annotations

import doctest

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splreplay import query
from splreplay.serve.state.metadata import narrow
from splreplay.spl import ast
from splreplay.values import wildcards

TEXTS = st.text(st.sampled_from("a*%_\\.\nB"), max_size=6)
VALUES = ["a", "A.b", "a%b", "a_b", "axb", "a\\b", "a\\%b", "50%", "", "*"]
PATTERNS = ["*", "a*", "*b", "a*b", "a%b*", "a_*", "a\\*", "*\\%*", "*.*", "5*%", "**"]


def test_the_examples() -> None:
    assert doctest.testmod(wildcards).failed == 0


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_regex_and_like(pattern: str, value: str) -> None:
    sql = "SELECT ? LIKE ? ESCAPE '\\'"
    [found] = duckdb.execute(sql, [value, wildcards.like(pattern)]).fetchall()
    assert found[0] == (wildcards.regex(pattern).fullmatch(value) is not None)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_search_and_the_store(pattern: str) -> None:
    wanted = wildcards.regex(pattern, ignore_case=True)
    expected = [value for value in VALUES if value and wanted.fullmatch(value)]
    quoted = pattern.replace("\\", "\\\\")
    rows = query(f'host="{quoted}" | table host', [{"host": value} for value in VALUES if value])
    assert [row["host"] for row in rows] == expected
    where = narrow(ast.Compare("host", "=", pattern))
    assert where is not None
    sql = f"SELECT host FROM (SELECT unnest(?) AS host) WHERE {where.sql}"
    found = duckdb.execute(sql, [[value for value in VALUES if value], *where.values]).fetchall()
    assert [host for (host,) in found] == expected

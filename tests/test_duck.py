"""The DuckDB that the searches of a module share keeps nothing of one search for the next but the prelude's macros."""

from __future__ import annotations

import pytest

import splreplay
from splreplay.sql import database
from tests.duck import shared

OURS = """SELECT function_name FROM duckdb_functions()
WHERE function_name = 'ours' OR (starts_with(function_name, 'spl_') AND function_name NOT IN {})"""


def test_a_search_leaves_no_table_or_function():
    with shared():
        first, second = database.connect(), database.connect()
        first.execute("CREATE TEMP TABLE t (o BIGINT)")
        first.create_function("ours", lambda text: text, ["VARCHAR"], "VARCHAR")
        splreplay.query("* | eval n=tonumber(a)+1 | stats sum(n)", [{"a": "1"}])
        with pytest.raises(Exception, match="t does not exist"):
            second.execute("SELECT * FROM t")
        first.close()
        assert second.execute(OURS.format(tuple(database.macros()))).fetchall() == []


@pytest.mark.parametrize("left", ["CREATE TABLE t (o BIGINT)", "SET preserve_insertion_order = false"])
def test_what_a_search_leaves_for_all_is_noticed(left):
    with pytest.raises(AssertionError), shared():
        database.connect().execute(left)

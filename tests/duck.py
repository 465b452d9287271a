"""One DuckDB for many searches: opening one takes most of the time of a small search.

What DuckDB keeps for all connections is checked to be as it was: settings, tables, views and functions, but for the
macros of prelude.sql. It has one thread, as in `splreplay test`: the tests themselves are on all cores.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache

from splreplay.sql import database

SETTINGS = {"threads": 1}
STATE = (
    "SELECT (SELECT count(*) FROM duckdb_tables()), (SELECT count(*) FROM duckdb_views()), "
    "(SELECT count(*) FROM duckdb_functions() WHERE function_name NOT IN {macros}), "
    "(SELECT list((name, value)) FROM duckdb_settings())"
)


@contextmanager
def shared() -> Iterator[None]:
    """While it lasts, every search of this process uses one DuckDB."""
    with database.shared(**SETTINGS) as duckdb:
        yield
        assert not duckdb.is_open or _state(duckdb) == _untouched()


@cache
def _untouched() -> object:
    with closing(database.Shared(SETTINGS)) as duckdb:
        return _state(duckdb)


def _state(duckdb: database.Shared) -> object:
    return duckdb.connection.execute(STATE.format(macros=tuple(database.macros()))).fetchone()

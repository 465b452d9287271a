"""One DuckDB for many searches: opening one takes most of the time of a small search.

What DuckDB keeps for all connections is checked to be as it was: settings, tables, views and functions, but for the
macros of prelude.sql. It has one thread, as in `splreplay test`: the tests themselves are on all cores.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from splreplay.sql import database

STATE = (
    "SELECT (SELECT count(*) FROM duckdb_tables()), (SELECT count(*) FROM duckdb_views()), "
    "(SELECT count(*) FROM duckdb_functions() WHERE function_name NOT IN {macros}), "
    "(SELECT list((name, value)) FROM duckdb_settings())"
)


@contextmanager
def shared() -> Iterator[None]:
    """While it lasts, every search of this process uses one DuckDB."""
    state = STATE.format(macros=tuple(database.macros()))
    with database.shared(threads=1) as opened:
        before = opened.execute(state).fetchone()
        yield
        assert opened.execute(state).fetchone() == before

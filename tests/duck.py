"""One DuckDB for many searches: opening one takes most of the time of a small search.

What DuckDB keeps for all connections is checked to be as it was: settings, tables, views and functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from splreplay.sql import database

STATE = (
    "SELECT (SELECT count(*) FROM duckdb_tables()), (SELECT count(*) FROM duckdb_views()), "
    "(SELECT count(*) FROM duckdb_functions()), (SELECT list((name, value)) FROM duckdb_settings())"
)


@contextmanager
def shared() -> Iterator[None]:
    """While it lasts, every search of this process uses one DuckDB."""
    with database.shared() as opened:
        before = opened.execute(STATE).fetchone()
        yield
        assert opened.execute(STATE).fetchone() == before

"""One DuckDB for many searches: opening one takes most of the time of a small search.

Each search still has a connection of its own, and what it makes ends with that: its tables and macros are TEMP, its
functions are removed. What DuckDB keeps for all connections is checked: settings, tables, views and functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from splreplay.sql import database

STATE = (
    "SELECT (SELECT count(*) FROM duckdb_tables()), (SELECT count(*) FROM duckdb_views()), "
    "(SELECT count(*) FROM duckdb_functions()), (SELECT list((name, value)) FROM duckdb_settings())"
)


class Connection:
    """One of several to the same DuckDB, which takes its functions with it when it is closed."""

    def __init__(self, own: Any) -> None:
        self._own = own
        self._functions: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def create_function(self, name: str, *args: Any, **options: Any) -> None:
        self._own.create_function(name, *args, **options)
        self._functions.append(name)

    def close(self) -> None:
        for name in self._functions:
            self._own.remove_function(name)
        self._own.close()


@contextmanager
def shared() -> Iterator[None]:
    """While it lasts, every search of this process uses one DuckDB."""
    opened = database.connect()
    before = opened.execute(STATE).fetchone()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "connect", lambda: Connection(opened.cursor()))
        yield
    assert opened.execute(STATE).fetchone() == before
    opened.close()

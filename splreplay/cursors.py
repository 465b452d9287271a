"""Threads that work on one DuckDB side by side: it lets go of the interpreter's lock while it computes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import duckdb

Found = TypeVar("Found")

MOST_WORKERS = 8


class Cursors:
    """As many threads as there are processors, each with a cursor of its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self.connection = connection
        self.local = threading.local()
        self.opened: list[duckdb.DuckDBPyConnection] = []
        self.pool = ThreadPoolExecutor(workers(), initializer=self._open)

    def begin(self, work: Callable[[duckdb.DuckDBPyConnection], Found]) -> Callable[[], Found]:
        """Start it on a thread; calling what this returns waits for its result."""
        return self.pool.submit(lambda: work(self.local.cursor)).result

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)
        for cursor in self.opened:
            cursor.close()

    def _open(self) -> None:
        self.local.cursor = self.connection.cursor()
        self.opened.append(self.local.cursor)


def workers() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_WORKERS, usable)

"""The events, in one DuckDB file. `append` returns when they are committed and on disk, not before.

One thread writes. It takes whatever all senders have handed in since its last commit and commits it at
once, so that many senders share the cost of one fsync, and so that there are no write conflicts.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

BATCH_EVENTS = 20_000
FETCH_EVENTS = 2_000
TABLE = """
CREATE TABLE IF NOT EXISTS events (
    id BIGINT NOT NULL, index_name VARCHAR NOT NULL, time DOUBLE NOT NULL, indexed DOUBLE NOT NULL,
    host VARCHAR NOT NULL, source VARCHAR NOT NULL, sourcetype VARCHAR NOT NULL,
    raw VARCHAR NOT NULL, fields VARCHAR)
"""
INSERT = """
INSERT INTO events SELECT
    unnest(?::BIGINT[]), unnest(?::VARCHAR[]), unnest(?::DOUBLE[]), unnest(?::DOUBLE[]), unnest(?::VARCHAR[]),
    unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[])
"""
COLUMNS = "id, index_name, time, indexed, host, source, sourcetype, raw, fields"
WITHOUT_TEXT = "id, index_name, time, indexed, host, source, sourcetype, '', NULL"


class StoredEvent(NamedTuple):
    index_name: str
    time: float
    indexed: float
    host: str
    source: str
    sourcetype: str
    raw: str
    fields: str | None = None  # indexed fields, as a JSON object
    id: int = -1


class Condition(NamedTuple):
    """A condition over the columns, with its bound values: never text from a client."""

    sql: str = "true"
    values: tuple[Any, ...] = ()


EVERYTHING = Condition()


class StoreError(Exception):
    """The file cannot be used; the message says why."""


@dataclass
class _Work:
    """One caller's events to add (or ids to delete), and how it ended."""

    events: Sequence[StoredEvent] = ()
    delete: Sequence[int] = ()
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class EventStore:
    def __init__(self, path: Path) -> None:
        try:
            self._connection = duckdb.connect(str(path))
            self._connection.execute(TABLE)
        except duckdb.Error as error:
            raise StoreError(f"{path}: {error}") from error
        row = self._connection.execute("SELECT coalesce(max(id), -1) FROM events").fetchone()
        self._next_id = int(row[0]) + 1 if row else 0
        self._work: queue.Queue[_Work | None] = queue.Queue()
        self._writer = threading.Thread(target=self._write, name="event-writer", daemon=True)
        self._writer.start()

    def append(self, events: Sequence[StoredEvent]) -> None:
        """Add events; when this returns they outlive the process."""
        if events:
            self._hand_in(_Work(events=events))

    def delete(self, ids: Sequence[int]) -> None:
        if ids:
            self._hand_in(_Work(delete=ids))

    def scan(self, where: Condition = EVERYTHING, text: bool = True) -> Iterator[StoredEvent]:
        """The events that `where` keeps, newest first, as of the moment of the call; their text may be left unread."""
        sql = f"SELECT {COLUMNS if text else WITHOUT_TEXT} FROM events WHERE {where.sql} ORDER BY time DESC, id DESC"
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(sql, list(where.values))
            while rows := cursor.fetchmany(FETCH_EVENTS):
                for row in rows:
                    yield StoredEvent._make((*row[1:], row[0]))

    def rows(self, select: str, where: Condition = EVERYTHING, rest: str = "") -> list[tuple[Any, ...]]:
        with closing(self._connection.cursor()) as cursor:
            sql = f"SELECT {select} FROM events WHERE {where.sql} {rest}"
            return list(cursor.execute(sql, list(where.values)).fetchall())

    def close(self) -> None:
        self._work.put(None)
        self._writer.join()
        self._connection.close()

    def _hand_in(self, work: _Work) -> None:
        self._work.put(work)
        work.done.wait()
        if work.error is not None:
            raise work.error

    def _write(self) -> None:
        with closing(self._connection.cursor()) as cursor:
            while batch := self._take():
                error = self._commit(cursor, batch)
                for work in batch:
                    work.error = error
                    work.done.set()

    def _take(self) -> list[_Work]:
        """All that waits, up to a size; empty when the store closes."""
        first = self._work.get()
        if first is None:
            return []
        batch, size = [first], len(first.events)
        while size < BATCH_EVENTS and not self._work.empty():
            work = self._work.get()
            if work is None:
                self._work.put(None)
                break
            batch.append(work)
            size += len(work.events)
        return batch

    def _commit(self, cursor: duckdb.DuckDBPyConnection, batch: list[_Work]) -> Exception | None:
        events = [event for work in batch for event in work.events]
        ids = [id_ for work in batch for id_ in work.delete]
        try:
            cursor.execute("BEGIN")
            if events:
                cursor.execute(INSERT, self._columns(events))
            if ids:
                cursor.execute("DELETE FROM events WHERE id IN (SELECT unnest(?::BIGINT[]))", [ids])
            cursor.execute("COMMIT")
        except duckdb.Error as error:
            cursor.execute("ROLLBACK")
            return error
        self._next_id += len(events)
        return None

    def _columns(self, events: Sequence[StoredEvent]) -> list[list[Any]]:
        columns = [list(column) for column in zip(*events, strict=True)][:-1]
        return [list(range(self._next_id, self._next_id + len(events))), *columns]

"""Collections of Splunk's KV store: documents of JSON by key, in SQLite, in a file or in memory.

A document is bound as a value and read back whole; which documents a query means is decided in Python
(`kvqueries.py`), so that no part of it ever becomes SQL. A write is on disk when it returns.
https://help.splunk.com/en/splunk-enterprise/administer/admin-manual/9.4/administer-the-app-key-value-store/about-the-app-key-value-store
"""

from __future__ import annotations

import json
import math
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from splreplay.spl.booleans import truth

if TYPE_CHECKING:
    import sqlite3

Document = dict[str, Any]
KEY, USER = "_key", "_user"
NOBODY = "nobody"
DOWN = "KV Store initialization has failed. Please contact your system administrator."
TABLE = """
CREATE TABLE IF NOT EXISTS documents (
    app TEXT NOT NULL, collection TEXT NOT NULL, owner TEXT NOT NULL, key TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (app, collection, owner, key))
"""
WHERE = "app = ? AND collection = ? AND owner = ?"


class UnavailableError(Exception):
    """The store is down; the text is Splunk's own."""


class InvalidError(ValueError):
    """A document that its collection does not take."""


class Place(NamedTuple):
    """A collection of one owner; what everybody shares is nobody's."""

    app: str
    collection: str
    owner: str = NOBODY


class KVStore:
    """`path`: a file, or in memory. `is_down`: asked before each use."""

    def __init__(self, path: Path | None = None, is_down: Callable[[], bool] = lambda: False) -> None:
        import sqlite3  # not at the start of every search: few have a store

        self._is_down, self._lock = is_down, threading.RLock()
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(TABLE)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @property
    def is_ready(self) -> bool:
        return not self._is_down()

    def documents(self, place: Place) -> list[Document]:
        """All, in the order of their keys."""
        with self._using() as connection:
            rows = connection.execute(f"SELECT document FROM documents WHERE {WHERE} ORDER BY key", place).fetchall()
        return [json.loads(text) for (text,) in rows]

    def get(self, place: Place, key: str) -> Document | None:
        with self._using() as connection:
            found = connection.execute(
                f"SELECT document FROM documents WHERE {WHERE} AND key = ?", (*place, key)
            ).fetchone()
        return None if found is None else dict(json.loads(found[0]))

    def save(self, place: Place, documents: Sequence[Mapping[str, Any]], alone: bool = False) -> list[str]:
        """Keep them all or none, each over the one of its key; one without a key gets one. Their keys.

        `alone`: what else the collection held is gone.
        """
        whole = [_whole(document, place.owner) for document in documents]
        with self._using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if alone:
                    connection.execute(f"DELETE FROM documents WHERE {WHERE}", place)
                connection.executemany(
                    "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)",
                    [(*place, document[KEY], _text(document)) for document in whole],
                )
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        return [document[KEY] for document in whole]

    def delete(self, place: Place, keys: Iterable[str]) -> None:
        with self._using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"DELETE FROM documents WHERE {WHERE} AND key = ?", [(*place, key) for key in keys])
            connection.execute("COMMIT")

    def drop(self, app: str, collection: str) -> None:
        """The collection of every owner."""
        with self._using() as connection:
            connection.execute("DELETE FROM documents WHERE app = ? AND collection = ?", (app, collection))

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        if self._is_down():
            raise UnavailableError(DOWN)
        with self._lock:
            yield self._connection


def _whole(document: Mapping[str, Any], owner: str) -> Document:
    key = document.get(KEY)
    return {**document, USER: owner, KEY: str(key) if key not in (None, "") else secrets.token_hex(12)}


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


# --- the fields of collections.conf ---------------------------------------------------------------------
def typed(document: Mapping[str, Any], settings: Mapping[str, str]) -> Document:
    """The document with the types that its collection's stanza gives to fields (`field.x = number`).

    A value of another type is left out, or with enforceTypes refuses the document: InvalidError.
    """
    strict = truth(settings.get("enforceTypes", "0"), unclear=False)
    kept = {}
    for name, value in document.items():
        if not name or name.startswith("$") or "." in name:
            raise InvalidError(f"'{name[:60]}' is not a field's name: it may not be empty, begin with $ or have dots.")
        kind = settings.get(f"field.{name}", "")
        try:
            if strict and kind in TYPES and isinstance(value, list):
                raise ValueError
            kept[name] = _as_type(kind, value)
        except ValueError:
            if strict:
                raise InvalidError(f"The value of field '{name[:60]}' is not of its type.") from None
    return kept


def _as_type(kind: str, value: Any) -> Any:
    return value if value is None or kind not in TYPES else TYPES[kind](value)


def _number(value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return int(number) if number.is_integer() and abs(number) < 1 << 53 else number


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | str):
        return truth(str(value))
    raise ValueError


def _string(value: Any) -> Any:
    """Several values, as a search has them, are text each."""
    if isinstance(value, list):
        return [_string(item) for item in value]
    if isinstance(value, dict):
        raise ValueError
    return value if isinstance(value, str) else json.dumps(value)


TYPES: Mapping[str, Callable[[Any], Any]] = {
    "number": _number,
    "time": _number,
    "bool": _bool,
    "string": _string,
    "cidr": _string,
}

"""The DuckDB of one run: opened when it is first needed, with the macros of prelude.sql that its SQL uses."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from splreplay.spl.errors import LostError, SplError

if TYPE_CHECKING:
    import duckdb

PRELUDE = Path(__file__).parent / "prelude.sql"
# It reaches no file of the user's and no network.
CONFIG: dict[str, Any] = {"enable_external_access": "false", "autoinstall_known_extensions": "false"}
_MACRO = re.compile(r"^CREATE TEMP (MACRO (\w+)\(.*?;)$", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"\b(spl_\w+)\(")
# What DuckDB makes of an interrupt: where it computes, where it asks Python for signals, and where a function of ours
# was running. TimeUp is the command line's. What a log says never stands at the beginning.
_INTERRUPTED = re.compile(
    r"INTERRUPT Error: |Query interrupted$"
    r"|Invalid Input Error: Python exception occurred while executing the UDF: (KeyboardInterrupt|TimeUp): "
)


class Database:
    """`failure` is what a Python function of ours raised within DuckDB, which passes on its words only."""

    def __init__(self) -> None:
        self.failure: SplError | None = None
        self._macros = Macros("TEMP")
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._busy = False
        _databases.add(self)

    def open_soon(self) -> None:
        """Open it on a thread of its own, if it is not: that takes a third of a small search's time."""
        if not (_shared and _shared[-1].is_open):
            threading.Thread(target=self._open).start()

    def _open(self) -> None:
        with suppress(Exception):  # whoever needs the connection meets the same error
            assert self.connection

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._connection is None:
                self._macros = _shared[-1].macros if _shared else self._macros
                self._connection = connect()
            return self._connection

    def execute(self, sql: str, values: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
        """The result of a statement. One result at a time: read it to its end before the next statement."""
        connection = self.connection
        self._busy = True
        try:
            self._macros.define(sql, connection)
            return connection.execute(sql, values) if values else connection.execute(sql)
        except (_extension().Error, RuntimeError) as error:
            if _INTERRUPTED.match(str(error)):
                raise KeyboardInterrupt from None
            if isinstance(error, RuntimeError):
                raise
            if self.failure is not None:
                raise self.failure from None
            raise LostError(f"DuckDB stopped: {str(error).splitlines()[0][:300]}") from error
        finally:
            self._busy = False

    def interrupt(self) -> None:
        """From any thread: ends the statement that runs, if one does."""
        if self._busy and self._connection is not None:
            self._connection.interrupt()

    def create_function(self, name: str, python: Callable[..., object], params: list[Any], returns: Any) -> None:
        self.connection.create_function(name, python, params, returns, null_handling="special")  # type: ignore[call-overload]

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()


class Macros:
    """Those of prelude.sql that are defined so far: TEMP for one connection, or for all of a shared DuckDB."""

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._defined: set[str] = set()
        self._lock = threading.Lock()

    def define(self, sql: str, connection: duckdb.DuckDBPyConnection) -> None:
        """What a statement calls."""
        with self._lock:
            for macro in _needed(sql, self._defined):
                connection.execute(f"CREATE OR REPLACE {self._scope} {macro}")


_databases: WeakSet[Database] = WeakSet()


def interrupt() -> None:
    """Ends the statements that this process runs."""
    for database in list(_databases):
        database.interrupt()


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory. Opening one takes 30 ms of CPU, ten times what a small search takes."""
    return _Borrowed(_shared[-1].connection) if _shared else _opened()  # type: ignore[return-value]


def _opened(**settings: Any) -> duckdb.DuckDBPyConnection:
    return _extension().connect(":memory:", config={**CONFIG, **settings})  # type: ignore[no-any-return]


class Shared:
    """A DuckDB of many searches, opened when the first needs it."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.macros = Macros("")
        self.settings = settings
        self._lock = threading.Lock()
        self._opened: list[duckdb.DuckDBPyConnection] = []

    @property
    def is_open(self) -> bool:
        return bool(self._opened)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if not self._opened:
                self._opened.append(_opened(**self.settings))
            return self._opened[0]

    def close(self) -> None:
        for connection in self._opened:
            connection.close()


_shared: list[Shared] = []


@contextmanager
def shared(**settings: Any) -> Iterator[Shared]:
    """While it lasts, every search of this process uses one DuckDB, by a connection of its own: that of these settings.

    What a search makes ends with its connection: its tables are TEMP, its functions are removed. The macros of
    prelude.sql, which are the same for all, stay.
    """
    if _shared and _shared[-1].settings == settings:
        yield _shared[-1]
        return
    _shared.append(Shared(settings))
    try:
        yield _shared[-1]
    finally:
        _shared.pop().close()


class _Borrowed:
    """One of several connections to the same DuckDB, which takes its functions with it when it is closed."""

    def __init__(self, of: duckdb.DuckDBPyConnection) -> None:
        self._own: Any = of.cursor()
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


def _extension() -> Any:
    """DuckDB itself: the package around it adds nothing here and takes longer to import."""
    import _duckdb

    return _duckdb


def _needed(sql: str, defined: set[str]) -> Iterator[str]:
    """The macros that a statement calls and that are not `defined` yet, each behind those that it calls."""
    for name in _CALL.findall(sql):
        macro = macros().get(name)
        if macro and name not in defined:
            yield from _needed(macro.partition(" AS ")[2], defined)
            yield macro
            defined.add(name)  # once it is: what is interrupted is not


@cache
def macros() -> dict[str, str]:
    """Name to what follows CREATE. Defining all of them for each search would take longer than most searches."""
    text = PRELUDE.read_text(encoding="utf-8")
    return {match.group(2): match.group(1) for match in _MACRO.finditer(text)}

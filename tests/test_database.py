"""DuckDB is reached by `_duckdb`, its extension module, whose name is private to it.

The package `duckdb` around it takes 0.1 s to import, a third of a small search, and gives nothing that we use but the
reading of Arrow, for which it is imported where many rows come. If a new DuckDB fails here: let
sql/database.py:_extension import `duckdb` and pay that.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import _duckdb
import duckdb
import pytest

from splreplay.cli import interrupts
from splreplay.cli.status import TimeUp
from splreplay.spl.errors import LostError
from splreplay.sql import database as databases
from splreplay.sql.database import Database

SMALL = """
import sys, splreplay
assert splreplay.query("a=1 | stats count", [{"a": 1}]) == [{"count": "1"}]
print("duckdb" in sys.modules)
"""


def test_a_small_search_is_spared_the_package() -> None:
    done = subprocess.run([sys.executable, "-c", SMALL], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("name", ["connect", "Error", "DuckDBPyConnection"])
def test_it_is_what_the_package_hands_on(name: str) -> None:
    assert getattr(_duckdb, name) is getattr(duckdb, name)


ENDLESS = "SELECT count(*) FROM range(1_000_000_000) a, range(1_000_000_000) b WHERE (a.range * b.range) % 7 = 3"


def test_ctrl_c_within_a_statement_is_ctrl_c():
    database = Database()
    assert database.connection
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        with pytest.raises(KeyboardInterrupt), interrupts.heard():
            database.execute(ENDLESS, {})
    finally:
        signal.signal(signal.SIGINT, before)
        database.close()


def _sent(_: object) -> object:
    signal.raise_signal(signal.SIGINT)
    return "x"


def _late(_: object) -> object:
    raise TimeUp


@pytest.mark.parametrize("python", [_sent, _late])
def test_ctrl_c_within_a_function_of_ours_is_ctrl_c(python: Callable[[object], object]) -> None:
    database = Database()
    database.create_function("ours", python, ["VARCHAR"], "VARCHAR")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            database.execute("SELECT ours('a')", {})
    finally:
        signal.signal(signal.SIGINT, before)
        database.close()


def test_a_statement_that_was_interrupted_is_never_a_fault() -> None:
    """Also where the signal itself has been taken meanwhile."""
    database = Database()
    assert database.connection
    threading.Timer(0.2, databases.interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        database.execute(ENDLESS, {})
    database.close()


def test_what_a_log_says_interrupts_nothing() -> None:
    database = Database()
    with pytest.raises(LostError, match=r"DuckDB stopped: .*INTERRUPT"):
        database.execute("SELECT error('INTERRUPT Error: Interrupted!')", {})
    database.close()


@pytest.mark.parametrize(("taken", "interrupted"), [(2, 0), (1, 1), (0, 2)])
def test_a_signal_that_was_taken_does_not_stop_the_answer(
    taken: int, interrupted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first Ctrl-C ends the reading: what answers then is the next statement."""
    calls: list[int] = []
    monkeypatch.setattr(databases, "interrupt", lambda: calls.append(1))
    monkeypatch.setattr(interrupts, "came", [signal.SIGINT] * taken)
    read, write = os.pipe()
    os.write(write, bytes([signal.SIGINT] * 2))
    os.close(write)
    interrupts._listen(read, 0)
    assert len(calls) == interrupted

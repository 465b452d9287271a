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

import _duckdb
import duckdb
import pytest

from splreplay.cli import process
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
        with pytest.raises(KeyboardInterrupt), process.heard():
            database.execute(ENDLESS, {})
    finally:
        signal.signal(signal.SIGINT, before)
        database.close()

"""What DuckDB says of a statement that ends before its time."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from splreplay.sql.database import Database

ENDLESS = "SELECT count(*) FROM range(1_000_000_000) a, range(1_000_000_000) b WHERE (a.range * b.range) % 7 = 3"


def test_ctrl_c_within_a_statement_is_ctrl_c():
    database = Database()
    assert database.connection
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            database.execute(ENDLESS, {})
    finally:
        signal.signal(signal.SIGINT, before)
        database.close()

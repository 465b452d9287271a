"""DuckDB is reached by `_duckdb`, its extension module, whose name is private to it.

The package `duckdb` around it takes 0.1 s to import, a third of a small search, and gives nothing that we use but the
reading of Arrow, for which it is imported where many rows come. If a new DuckDB fails here: let
sql/database.py:_extension import `duckdb` and pay that.
"""

from __future__ import annotations

import subprocess
import sys

import _duckdb
import duckdb
import pytest

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

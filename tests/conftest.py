"""`--native PATH`: the tests run with another build of splreplay.scan.native, such as one with sanitizers.

And the marks of tests/parts.py: a test whose part is missing is skipped, with the reason.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from splreplay.scan.native import binding
from tests.duck import shared
from tests.forked import forking
from tests.parts import PARTS

# The app's own package is there, and behind the whole SDK of the tests a part of that, too.
sys.path.append(str(Path(__file__).resolve().parents[1] / "lib"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--native", default=None, metavar="PATH", help="a shared library of splreplay/scan/native/src")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.pop("COLUMNS", None)  # pytest-xdist tells its workers how wide the terminal is
    path = config.getoption("--native")
    if path:
        built = binding.Library(path)
        binding.library = lambda: built


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers():
        missing = PARTS.get(mark.name, lambda *_: "")(*mark.args)
        if missing:
            pytest.skip(missing)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Modules that skip themselves as a whole leave no test behind them; that is no failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.OK


OPENED = ("test_database.py", "test_duck.py")  # where DuckDB is itself the subject


@pytest.fixture(scope="module", autouse=True)
def one_duckdb(request: pytest.FixtureRequest) -> Iterator[None]:
    """The searches of a module share a DuckDB, and leave it as it was."""
    if request.path.name in OPENED:
        yield
        return
    with shared():
        yield


STARTED = ("command", "commands")  # where the start of a command is itself the subject


@pytest.fixture(scope="module", autouse=True)
def forked_commands(request: pytest.FixtureRequest) -> Iterator[None]:
    """The searches of most modules fork the shipped commands."""
    if request.path.parent.name in STARTED:
        yield
        return
    with forking():
        yield

"""`--native PATH`: the tests run with another build of splreplay.scan.native, such as one with sanitizers."""

from __future__ import annotations

import pytest

from splreplay.scan.native import binding


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--native", default=None, metavar="PATH", help="a shared library of splreplay/scan/native/src")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--native")
    if path:
        built = binding.Library(path)
        binding.library = lambda: built

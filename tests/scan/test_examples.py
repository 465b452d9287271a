"""The worked examples in the files that nobody would dare to change without them."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from splreplay.scan import exact
from splreplay.scan.native import binding, rows


@pytest.mark.parametrize("module", [exact, rows], ids=lambda module: module.__name__)
def test_they_are_true(module: ModuleType) -> None:
    if module is rows and binding.library() is None:
        pytest.skip("splreplay.scan.native is not built")
    flags = doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(module, optionflags=flags)._asdict() == {"failed": 0, "attempted": _count(module)}


def _count(module: ModuleType) -> int:
    found = sum(len(test.examples) for test in doctest.DocTestFinder().find(module))
    assert found
    return found

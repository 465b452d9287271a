"""The examples of docstrings, `>>>`, run as they stand."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from splreplay.scan.native import binding

ROOT = Path(__file__).parents[1]
MODULES = [path.relative_to(ROOT) for path in sorted((ROOT / "splreplay").rglob("*.py")) if ">>> " in path.read_text()]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_docstrings(path: Path) -> None:
    if "native" in path.parts and binding.library() is None:
        pytest.skip("splreplay.scan.native is not built")
    module = import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    found = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted
    assert not found.failed

"""Where no compiler is, Python reads the fields of records, and not so slowly that nobody would wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from runpy import run_path
from statistics import median

import pytest

from splreplay.engine import search
from splreplay.scan.files import FileSource
from splreplay.scan.native import binding

GENERATE = Path(__file__).parents[2] / "bench/generate.py"
RECORDS = 200_000
MOST = 20  # times as long as native code


@pytest.mark.slow
@pytest.mark.skipif(binding.library() is None, reason="splreplay.scan.native is not built")
def test_python_takes_a_bounded_multiple(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ways take turns, so that other work on the machine slows both down."""
    path, library = tmp_path / "log", binding.library
    with path.open("w") as log:
        log.writelines(f"{record}\n" for record in run_path(str(GENERATE))["records"](RECORDS))
    _seconds(path)  # imports, and the cache of the disk
    ways: tuple[Callable[[], object], ...] = (library, lambda: None)
    taken: list[list[float]] = [[], []]
    for _ in range(3):
        for way, seconds in zip(ways, taken, strict=True):
            monkeypatch.setattr(binding, "library", way)
            seconds.append(_seconds(path))
    natively, in_python = map(median, taken)
    assert in_python < MOST * natively


def _seconds(path: Path) -> float:
    started = time.process_time()
    rows = search("* | stats count by eventName | stats sum(count) as all", FileSource([str(path)])).rows
    assert rows == [{"all": str(RECORDS)}]
    return time.process_time() - started

"""Every test of the scan runs twice: with the native wheels, and with the standard library alone."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from splreplay.scan import Needle, RawRecord, ScanStats, documents, gunzip, lines, scan, tasks
from splreplay.scan.gunzip import codec


class Scanned(NamedTuple):
    records: list[RawRecord]
    stats: ScanStats

    @property
    def names(self) -> list[str]:
        return [json.loads(record.raw)["eventName"] for record in self.records]

    @property
    def balanced(self) -> bool:
        stats = self.stats
        return stats.records == stats.passed_over + len(self.records) + stats.malformed.count


Scan = Callable[..., Scanned]


@pytest.fixture(params=["native", "standard library"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "native" and not all(map(importlib.util.find_spec, ("hyperscan", "isal"))):
        pytest.skip("hyperscan and isal are not installed")
    if request.param != "native":
        for module in ("hyperscan", "isal.isal_zlib"):
            monkeypatch.setitem(sys.modules, module, None)
    codec.cache_clear()
    yield request.param
    codec.cache_clear()


@pytest.fixture
def scanned(engine: str) -> Scan:
    """`scanned(path, ..., needle="JobCreated")`: the records that a scan hands over, and its account."""

    def run(*inputs: object, needle: str | None = "JobCreated", **options: object) -> Scanned:
        stats = ScanStats()
        wanted = Needle((needle.encode(),)) if needle else None
        batches = scan([str(path) for path in inputs], needle=wanted, stats=stats, **options)
        found = Scanned([record for batch in batches for record in batch], stats)
        assert found.balanced, stats
        return found

    return run


@pytest.fixture(params=["normal", "in tiny pieces"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that lie across every boundary that the scan cuts its input at."""
    if request.param == "normal":
        return
    monkeypatch.setattr(documents, "PIECE", 256)
    monkeypatch.setattr(documents, "SMALL", 0)
    monkeypatch.setattr(lines, "WINDOW", 64)
    monkeypatch.setattr(lines, "STEP", 32)
    monkeypatch.setattr(gunzip, "STORED_STEP", 16)
    monkeypatch.setattr(gunzip, "STEP", 50)
    monkeypatch.setattr(tasks, "SEGMENT", 100)

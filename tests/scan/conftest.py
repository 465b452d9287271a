"""Every test of the scan runs twice: with native code, and with the standard library alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from splreplay.scan import Needle, RawRecord, ScanStats, documents, gunzip, lines, scan_records, tasks
from splreplay.scan.gunzip import codec
from splreplay.scan.native import binding


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
    if request.param == "native":
        pytest.importorskip("isal")
        if binding.library() is None:
            pytest.skip("splreplay.scan.native is not built: there was no C compiler")
    else:
        monkeypatch.setattr(binding, "library", lambda: None)
        monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    codec.cache_clear()
    yield request.param
    codec.cache_clear()


@pytest.fixture
def scanned(engine: str) -> Scan:
    """`scanned(path, ..., needle="JobCreated")`: the records that a scan hands over, and its account."""

    def run(*inputs: object, needle: str | None = "JobCreated", **options: object) -> Scanned:
        stats = ScanStats()
        wanted = Needle((needle.encode(),)) if needle else None
        records = scan_records([str(path) for path in inputs], needle=wanted, stats=stats, **options)
        found = Scanned(list(records), stats)
        assert found.balanced, stats
        return found

    return run


@pytest.fixture(params=["normal", "in tiny pieces"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that lie across every boundary that the scan cuts its input at."""
    if request.param == "normal":
        return
    monkeypatch.setattr(documents, "PIECE", 256)
    monkeypatch.setattr(lines, "WINDOW", 64)
    monkeypatch.setattr(lines, "STEP", 32)
    monkeypatch.setattr(gunzip, "STORED_STEP", 16)
    monkeypatch.setattr(gunzip, "STEP", 50)
    monkeypatch.setattr(tasks, "SEGMENT", 100)


class Account(NamedTuple):
    """What a scan found, once its records are parsed as those of a search are."""

    objects: list[Any]
    stats: ScanStats

    @property
    def counts(self) -> tuple[int, int, int]:
        """Records, those of them that were read and are JSON objects, those that are malformed."""
        return self.stats.records, self.stats.parsed, self.stats.malformed.count

    @property
    def said(self) -> str:
        named = (self.stats.malformed, self.stats.skipped, self.stats.damaged, self.stats.notices)
        return "\n".join(str(note) for notes in named for note in notes.first)


Accounted = Callable[..., Account]


@pytest.fixture
def accounted(scanned: Scan) -> Accounted:
    """`accounted(path, ..., needle=None)`: what is found, and an account that adds up."""

    def run(*inputs: object, needle: str | None = None, **options: object) -> Account:
        records, stats = scanned(*inputs, needle=needle, **options)
        found = Account([value for record in records if (value := _parsed(record, stats)) is not None], stats)
        assert stats.records == stats.passed_over + stats.parsed + stats.malformed.count, stats
        assert needle or not stats.passed_over
        return found

    return run


def _parsed(record: RawRecord, stats: ScanStats) -> Any:
    value = as_object(record.raw)
    if value is None:
        stats.bad_record(record, "not a JSON object")
    else:
        stats.parsed += 1
    return value


def as_object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None

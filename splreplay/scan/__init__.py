"""Finds candidate records at the speed of the disk: what a search cannot match is never parsed.

    for batch in scan(["trail/"], needle=Needle((b"JobCreated",)), earliest=None, latest=None, stats=stats):
        ...

Reads NDJSON, JSON arrays and `{"Records": [...]}`, plain or gzip, from files, folders, globs and `-`. Memory
stays flat whatever the size. Nothing malformed stops it and nothing vanishes: see ScanStats.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence

from splreplay.scan.inputs import File, Period, discover
from splreplay.scan.lines import looked_at
from splreplay.scan.matcher import Matcher, best_matcher
from splreplay.scan.memory import keep_freed
from splreplay.scan.model import Lines, Needle, Note, Notes, RawRecord, ScanStats
from splreplay.scan.tasks import SEGMENT, as_tasks
from splreplay.scan.threads import in_order

__all__ = ["Lines", "Needle", "Note", "Notes", "RawRecord", "ScanStats", "records_of", "scan"]

MOST_WORKERS = 16


def scan(  # noqa: PLR0913  (by keyword)
    inputs: Sequence[str],
    *,
    needle: Needle | None,
    earliest: float | None = None,
    latest: float | None = None,
    stats: ScanStats,
    workers: int | None = None,
) -> Generator[list[RawRecord | Lines], None, None]:
    """Batches of the records that may match, in the order of the inputs; `stats` grows meanwhile.

    The first batch is empty and comes at once, when the threads have begun to read. Without a needle, lines
    come as they are: records_of says what they hold.

    `earliest` and `latest` leave out files whose names say that no record of theirs lies between.
    Closed early, or stopped by an exception, it leaves `stats.partial` true.
    """
    stats.partial = True
    keep_freed()
    files = _found(inputs, Period(earliest, latest), stats)
    parts = in_order(as_tasks(files), lambda: _matcher(needle), workers or _workers(files))
    try:
        for part in parts:
            stats.take(part)
            yield part.records
        stats.partial = False
    finally:
        parts.close()


def records_of(items: Iterable[RawRecord | Lines], stats: ScanStats) -> Iterator[RawRecord]:
    """The records of a batch; of lines only now is said, and counted, what each is."""
    for item in items:
        if isinstance(item, Lines):
            part = looked_at(item)
            stats.take(part)
            yield from records_of(part.records, stats)
        else:
            yield item


def _found(inputs: Sequence[str], period: Period, stats: ScanStats) -> list[File]:
    files: list[File] = []
    for entry in discover(inputs, period):
        if isinstance(entry, File):
            files.append(entry)
        else:
            stats.skipped.add(entry)
    stats.total_bytes = sum(file.size for file in files)
    return files


def _matcher(needle: Needle | None) -> Matcher | None:
    return best_matcher(needle) if needle else None


def _workers(files: Sequence[File]) -> int:
    """One thread a processor; one for little data, where starting more takes longer than reading."""
    if sum(file.size for file in files) < SEGMENT // 8 and len(files) < 8:
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_WORKERS, usable)

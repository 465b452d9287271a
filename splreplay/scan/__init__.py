"""Finds candidate records at the speed of the disk: what a search cannot match is never parsed.

    for batch in scan(["trail/"], needle=Needle((b"JobCreated",)), earliest=None, latest=None, stats=stats):
        ...

Reads NDJSON, JSON arrays, `{"Records": [...]}` and what carries these (docs/inputs.md) from files, folders, globs and
`-`. Memory stays flat whatever the size. Nothing malformed stops it and nothing vanishes: see ScanStats.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Any

from splreplay.scan.inputs import File, Period, discover
from splreplay.scan.model import Candidate, Needle, Note, Notes, RawRecord, ScanStats, Stretch
from splreplay.scan.native import binding
from splreplay.scan.sieve import best_sieve
from splreplay.scan.tasks import SEGMENT, as_tasks
from splreplay.scan.threads import in_order

if TYPE_CHECKING:
    from splreplay.scan.native import Fields

__all__ = ["Candidate", "Needle", "Note", "Notes", "RawRecord", "ScanStats", "Stretch", "scan", "scan_records"]

MOST_WORKERS = 16
REBUILD = "run 'make replay', or install it again"


def scan(  # noqa: PLR0913  (by keyword)
    inputs: Sequence[str],
    *,
    needle: Needle | None = None,
    fields: Fields | None = None,
    earliest: float | None = None,
    latest: float | None = None,
    stats: ScanStats,
    workers: int | None = None,
) -> Generator[list[Candidate], None, None]:
    """Batches of the records that may match, in the order of the inputs; `stats` grows meanwhile.

    Where `fields` are asked for, and the C of splreplay.scan.native is built, they are read on the threads of the scan.

    `earliest` and `latest` leave out files whose names say that no record of theirs lies between.
    Closed early, or stopped by an exception, it leaves `stats.partial` true.
    """
    stats.partial = stats.begun = True
    if (built := binding.built()).reason:
        stats.slow(built.path, f"{built.reason}, so Python reads instead; {REBUILD}")
    files = _found(inputs, Period(earliest, latest), stats)
    locked = binding.library() is None and needle is None  # Python looks at each record, and only one thread can
    workers = workers or (1 if locked else _workers(files))
    parts = in_order(as_tasks(files), lambda: best_sieve(needle, fields), workers)
    try:
        for part in parts:
            stats.take(part)
            yield part.records
        stats.partial = False
    finally:
        parts.close()


def scan_records(inputs: Sequence[str], **options: Any) -> Generator[RawRecord, None, None]:
    """Each record as its text; the options are those of scan() without `fields`."""
    with closing(scan(inputs, **options)) as batches:
        for item in chain.from_iterable(batches):
            assert isinstance(item, RawRecord)
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


def _workers(files: Sequence[File]) -> int:
    """One thread a processor; one for little data, where starting more takes longer than reading."""
    if sum(file.size for file in files) < SEGMENT // 8 and len(files) < 8:
        return 1
    return min(MOST_WORKERS, processors())


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

"""What a person at a terminal sees of a scan: a progress bar, and afterwards what was left out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from splreplay.cli import process
from splreplay.scan import ScanStats
from splreplay.scan.files import FileSource
from splreplay.sql.session import Message


@contextmanager
def scanned(inputs: Sequence[str]) -> Iterator[FileSource]:
    """A source over these inputs; on a terminal its reading is shown."""
    process.set_for_scans()
    if not inputs or not sys.stderr.isatty():
        yield FileSource(inputs)
        return
    from rich.console import Console, RenderableType
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    source = FileSource(inputs)

    class Bar(Progress):
        def get_renderables(self) -> Iterable[RenderableType]:
            """rich asks ten times a second, whether or not anything was found meanwhile."""
            for task in self.task_ids:
                self.update(task, completed=source.stats.bytes, total=source.stats.total_bytes or None)
            return super().get_renderables()

    columns = (
        TextColumn("scanning"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.add_task("scan", total=None)
        yield source


def stats_of(stats: ScanStats, seconds: float) -> dict[str, Any]:
    """The account of a scan; events == passed_over + parsed + malformed."""
    return {
        "files": stats.files,
        "bytes": stats.bytes,
        "events": stats.records,
        "passed_over": stats.passed_over,
        "parsed": stats.parsed,
        "malformed": stats.malformed.count,
        "skipped_files": stats.skipped.count,
        "damaged_files": stats.damaged.count,
        "envelopes": dict(stats.envelopes),
        "partial": stats.partial,
        "seconds": round(seconds, 3),
    }


def tell(stats: ScanStats, messages: Iterable[Message]) -> None:
    """Warnings of the search, then everything that was not read, on standard error."""
    for message in messages:
        print(f"{message.level}: {message.text}", file=sys.stderr)
    for what, notes in (
        ("malformed", stats.malformed),
        ("skipped", stats.skipped),
        ("damaged", stats.damaged),
        ("slower", stats.slowed),
        ("note", stats.notices),
    ):
        for note in notes.first:
            print(f"{what}: {note}", file=sys.stderr)
        if notes.count > len(notes.first):
            print(f"{what}: {notes.count - len(notes.first)} more", file=sys.stderr)
    if stats.envelopes:
        listed = ", ".join(f"{name} {count:,}" for name, count in stats.envelopes.items())
        print(f"records out of envelopes: {listed}", file=sys.stderr)
    if stats.partial:
        print("partial: the scan was ended early; this is what it had found so far", file=sys.stderr)

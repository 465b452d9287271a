"""What a person at a terminal sees of a scan: a progress bar, and afterwards what was left out."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from splreplay.cli import interrupts, process
from splreplay.cli.status import Status, TimeUp
from splreplay.scan import ScanStats
from splreplay.scan.files import FileSource
from splreplay.scan.source import DEFAULT_META
from splreplay.sql.session import Message
from splreplay.values.printable import printable

if TYPE_CHECKING:
    from splreplay.page.model import Scan

# Of stats_of, what a page shows, and under which name; what is nought is left out, but for these.
FIGURES = (
    ("files", "files"), ("bytes", "bytes"), ("events", "records"), ("passed_over", "passed over unread"),
    ("parsed", "parsed"), ("malformed", "malformed"), ("skipped_files", "files skipped"),
    ("damaged_files", "files damaged"),
)  # fmt: skip
ALWAYS = {"files", "bytes", "events"}
LEAST_GRACE = 5.0  # seconds that a search has, once its reading was ended, to answer from what was read


@contextmanager
def scanned(args: argparse.Namespace) -> Iterator[FileSource]:
    """A source over the files of the command line; on a terminal its reading is shown."""
    process.set_for_scans()
    meta = {**DEFAULT_META, **({"index": args.index} if args.index else {})}
    source = FileSource(args.files, meta=meta, any_index=not args.index)
    with interrupts.heard(), _limited(getattr(args, "timeout", None), source.stats):
        if not args.files or not sys.stderr.isatty():
            yield source
        else:
            with _shown(source):
                yield source


@contextmanager
def _limited(seconds: float | None, stats: ScanStats) -> Iterator[None]:
    if seconds is None:
        yield
        return

    def expire(number: int, _: object) -> None:
        interrupts.came.append(number)
        stats.late = True
        raise TimeUp

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds, max(seconds, LEAST_GRACE))
    try:
        yield
    except KeyboardInterrupt:  # DuckDB says one word for whatever a signal's handler raised
        if stats.late:
            raise TimeUp from None
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _shown(source: FileSource) -> Iterator[None]:
    from rich.console import Console, RenderableType
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

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
        yield


def status_of(stats: ScanStats, found: bool = False) -> Status:
    """How a run ends: what was not read goes before what was `found`."""
    if stats.partial and not stats.late:
        return Status.INTERRUPTED
    if stats.late or stats.faults:
        return Status.UNREAD
    return Status.FOUND if found else Status.OK


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
    for line in told(stats, messages):
        say(line)


def told(stats: ScanStats, messages: Iterable[Message]) -> Iterator[str]:
    """The same, a line each."""
    for message in messages:
        yield f"{message.level}: {message.text}"
    for what, notes in (
        ("malformed", stats.malformed),
        ("skipped", stats.skipped),
        ("damaged", stats.damaged),
        ("slower", stats.slowed),
        ("note", stats.notices),
    ):
        for note in notes.first:
            yield f"{what}: {note}"
        if notes.count > len(notes.first):
            yield f"{what}: {notes.count - len(notes.first)} more"
    if stats.envelopes:
        listed = ", ".join(f"{name} {count:,}" for name, count in stats.envelopes.items())
        yield f"records out of envelopes: {listed}"
    if stats.partial:
        ended = "at the time limit" if stats.late else "early"
        yield f"partial: the scan was ended {ended}; this is what it had found so far"


def scan_of(stats: ScanStats, messages: Iterable[Message]) -> Scan:
    """The account of a scan for a page."""
    from splreplay.page.model import Scan

    counts = stats_of(stats, 0)
    shown = {label: counts[key] for key, label in FIGURES if counts[key] or key in ALWAYS}
    return Scan(stats.records, tuple(shown.items()), tuple(told(stats, messages)), stats.partial)


def say(text: str) -> None:
    """One thing on standard error; what a log or a file's name puts into it cannot drive the terminal."""
    print(printable(text, "\n"), file=sys.stderr)

"""One file to its parts: open it, see what it is, read it to the end, account for all of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from splreplay.scan.documents import scan_document
from splreplay.scan.gunzip import MAGIC, Damage, gunzip
from splreplay.scan.inputs import STDIN, File, reason_of
from splreplay.scan.layout import HEAD, Shape, insight, layout, unmarked
from splreplay.scan.lines import Window, scan_lines, segment_windows, stream_windows
from splreplay.scan.model import Note, Part
from splreplay.scan.sieve import Sieve

READ = 1 << 20
SHRANK = "it shrank while it was read"


@dataclass
class _Meter:
    """Counts what is read since the last part; keeps the first damage met."""

    stored: int = 0
    expanded: int = 0
    damage: str = ""

    def reader(self, file: int) -> Callable[[int], bytes]:
        def read(size: int) -> bytes:
            data = os.read(file, size)
            self.stored += len(data)
            return data

        return read

    def chunks(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        """The text of the file; ends where it is damaged."""
        try:
            for chunk in _text(read):
                self.expanded += len(chunk)
                yield chunk
        except Damage as error:
            self.damage = str(error)
        except OSError as error:
            self.damage = reason_of(error)

    def windows(self, windows: Iterator[Window]) -> Iterator[Window]:
        for window in windows:
            self.stored += window.end
            self.expanded += window.end
            yield window

    def charge(self, part: Part) -> Part:
        part.bytes, part.expanded = self.stored, self.expanded
        self.stored = self.expanded = 0
        return part


def read_file(file: File, sieve: Sieve) -> Iterator[Part]:
    """The parts of a whole file."""
    try:
        with _opened(file.path) as descriptor:
            yield from _read_open(descriptor, file.path, sieve)
            if os.fstat(descriptor).st_size < file.size:
                yield Part(damaged=[Note(file.path, "", SHRANK)])
    except OSError as error:
        yield Part(skipped=[Note(file.path, "", reason_of(error))])


def read_segment(descriptor: int, path: str, begin: int, end: int, sieve: Sieve) -> Iterator[Part]:
    """The parts of the lines that begin in a part of an open file, which is closed at the end."""
    meter = _Meter()
    try:
        windows = meter.windows(segment_windows(descriptor, begin, end))
        for part in scan_lines(windows, path, sieve):
            yield meter.charge(part)
        if begin <= os.fstat(descriptor).st_size < end:
            yield Part(damaged=[Note(path, "", SHRANK)])
    except OSError as error:
        yield Part(damaged=[Note(path, f"byte {begin}", reason_of(error))])
    finally:
        os.close(descriptor)


def _read_open(descriptor: int, path: str, sieve: Sieve) -> Iterator[Part]:
    meter = _Meter()
    chunks = meter.chunks(meter.reader(descriptor))
    head = unmarked(_head(chunks))
    kind, reason = layout(head[:HEAD], os.path.basename(path))
    if kind is Shape.UNREADABLE:
        yield Part(skipped=[Note(path, "", reason)], bytes=meter.stored)
        return
    text = chain([head], chunks)
    reason = reason or insight(head, os.path.basename(path))
    yield Part(files=1, noticed=[Note(path, "", reason)] if reason else [])
    by_line = kind is Shape.LINES
    for part in scan_lines(stream_windows(text), path, sieve) if by_line else scan_document(text, path, sieve):
        if meter.damage:
            part.damaged.clear()  # the damage explains it
        yield meter.charge(part)
    if meter.damage:
        yield Part(damaged=[Note(path, "", meter.damage)])


def _head(chunks: Iterator[bytes]) -> bytes:
    head = b""
    while len(head) < HEAD and (chunk := next(chunks, b"")):
        head += chunk
    return head


def _text(read: Callable[[int], bytes]) -> Iterator[bytes]:
    data = read(READ)
    while len(data) < len(MAGIC) and (more := read(READ)):
        data += more
    if data.startswith(MAGIC):
        yield from gunzip(read, data)
        return
    while data:
        yield data
        data = read(READ)


@contextmanager
def _opened(path: str) -> Iterator[int]:
    if path == STDIN:
        yield 0
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)

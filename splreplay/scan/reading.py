"""One file to its parts: open it, see what it is, read it to the end, account for all of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from splreplay.scan import payloads
from splreplay.scan.documents import scan_document
from splreplay.scan.gunzip import BOMB_RATIO, BOMB_SIZE, Damage
from splreplay.scan.inputs import STDIN, File, reason_of
from splreplay.scan.layout import HEAD, Shape, insight, layout, unmarked
from splreplay.scan.lines import Window, scan_lines, segment_windows, stream_windows
from splreplay.scan.model import Note, Part
from splreplay.scan.packed import ENOUGH, ZIP, unpacked
from splreplay.scan.sieve import Opening, Sieve
from splreplay.scan.tables import scan_table

READ = 1 << 20
SHRANK = "it shrank while it was read"


@dataclass
class _Meter:
    """Counts what is read since the last part; keeps the first damage met."""

    stored: int = 0
    expanded: int = 0
    total: int = 0  # stored, of the whole file
    given: int = 0  # expanded, of the whole file
    damage: str = ""
    bomb: bool = False

    def reader(self, file: int) -> Callable[[int], bytes]:
        def read(size: int) -> bytes:
            data = os.read(file, size)
            self.stored += len(data)
            self.total += len(data)
            return data

        return read

    def chunks(self, read: Callable[[int], bytes], begin: bytes) -> Iterator[bytes]:
        """The text of the file, of which `begin` was read; ends where it is damaged."""
        try:
            for chunk in unpacked(read, begin or _begin(read)):
                self.expanded += len(chunk)
                self.given += len(chunk)
                yield chunk
                self.bomb = self.given > BOMB_SIZE and self.given > BOMB_RATIO * self.total
                if self.bomb:
                    raise Damage(f"a bomb? {self.total:,} bytes gave more than {self.given:,}; the rest was left alone")
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
            yield from _read_open(descriptor, file, sieve)
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


def _read_open(descriptor: int, file: File, sieve: Sieve) -> Iterator[Part]:
    path = file.path
    meter = _Meter()
    read = meter.reader(descriptor)
    begin = _begin(read)
    if not begin.startswith(ZIP):
        yield from _read_text(meter, meter.chunks(read, begin), file, sieve)
        return
    meter.stored = meter.total = os.fstat(descriptor).st_size

    def read_member(name: str, read: Callable[[int], bytes]) -> Iterator[Part]:
        return (
            iter(())
            if meter.bomb
            else _read_text(meter, meter.chunks(read, b""), file._replace(path=name, met=True), sieve)
        )

    from splreplay.scan import archives  # few files are archives

    yield from archives.members(descriptor, path, read_member)


def _read_text(meter: _Meter, chunks: Iterator[bytes], file: File, sieve: Sieve) -> Iterator[Part]:
    path, meter.damage = file.path, ""
    head = unmarked(_head(chunks))
    kind, reason, harmless = layout(head[:HEAD], os.path.basename(path))
    if kind is Shape.UNREADABLE:
        fault = harmless != "always" and not (harmless and file.met)
        yield Part(skipped=[Note(path, "", reason, fault)], bytes=meter.stored)
        return
    sieve = Opening(sieve) if payloads.SEEN.search(head) else sieve
    reason = reason or insight(head, os.path.basename(path))
    yield Part(files=1)
    for part in _parts(kind, chain([head], chunks), path, sieve):
        if meter.damage:
            part.damaged.clear()  # the damage explains it
        yield meter.charge(part)
    if meter.damage:
        yield Part(damaged=[Note(path, "", meter.damage)])
    elif reason:
        yield Part(noticed=[Note(path, "", reason)])


def _parts(kind: Shape, text: Iterator[bytes], path: str, sieve: Sieve) -> Iterator[Part]:
    if kind is Shape.LINES:
        return scan_lines(stream_windows(text), path, sieve)
    return scan_table(text, path, sieve) if kind is Shape.TABLE else scan_document(text, path, sieve)


def _head(chunks: Iterator[bytes]) -> bytes:
    head = b""
    while len(head) < HEAD and (chunk := next(chunks, b"")):
        head += chunk
    return head


def _begin(read: Callable[[int], bytes]) -> bytes:
    data = read(READ)
    while len(data) < ENOUGH and (more := read(READ)):
        data += more
    return data


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

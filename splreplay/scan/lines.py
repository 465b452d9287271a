"""A record a line (NDJSON): windows of whole lines, of which only those with a hit are cut out.

A line counts as one record unless it is looked at, so a line without a hit that wraps several records behind
another key (`{"id":1,"Records":[...]}`) counts as one. No record is missed by that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from splreplay.scan.documents import LONGEST
from splreplay.scan.layout import unmarked
from splreplay.scan.model import Note, Part
from splreplay.scan.opening import Item, look, part_of
from splreplay.scan.sieve import Sieve

WINDOW = 1 << 21
STEP = 1 << 16
BLANK = b" \t\r\n"


class Window(NamedTuple):
    """Text that begins with a line; whole lines reach to `end`. `at` is its place in the whole text."""

    at: int
    text: bytes
    end: int


def scan_lines(windows: Iterator[Window], source: str, sieve: Sieve) -> Iterator[Part]:
    """The parts of windows of whole lines."""
    for window in windows:
        if window.end > LONGEST and window.text.find(b"\n", 0, LONGEST) < 0:
            words = f"this line is longer than {LONGEST >> 20} MB"
            yield Part(malformed=[Note(source, f"byte {window.at}", words)])
        else:
            yield _found(window, source, sieve)


def _found(window: Window, source: str, sieve: Sieve) -> Part:
    found = sieve.lines(window.text, window.end, source)
    return part_of(
        found, (_look(window.text[begin:end], window.at + begin, source, sieve) for begin, end in found.spans)
    )


def stream_windows(chunks: Iterator[bytes]) -> Iterator[Window]:
    """Windows of whole lines from chunks that end anywhere; of a line beyond LONGEST only its beginning."""
    held: list[bytes] = []
    at = size = 0
    for chunk in chunks:
        begin = 0
        first = chunk.find(b"\n") + 1
        if first and size + first > LONGEST:
            yield _window(at, [*held, chunk[:first]])
            at, begin, held, size = at + size + first, first, [], 0
        cut = chunk.rfind(b"\n", begin) + 1
        if cut:
            yield _window(at, [*held, chunk[begin:cut]])
            at, begin, held, size = at + size + cut - begin, cut, [], 0
        if size <= LONGEST:
            held.append(chunk[begin:])
        size += len(chunk) - begin
    if size:
        yield _window(at, held)


def _window(at: int, pieces: list[bytes]) -> Window:
    text = b"".join(pieces)
    if len(text) > LONGEST and text.find(b"\n", 0, LONGEST) < 0:
        text = text[: LONGEST + 1]
    return Window(at, text, len(text))


def segment_windows(file: int, begin: int, end: int) -> Iterator[Window]:
    """Windows of the lines that begin in a part of an open file, read anew from where the last one ended."""
    at = _end_of_line(file, begin - 1, []) if begin else begin
    while at < end and (text := os.pread(file, min(WINDOW, end - at + STEP), at)):
        last = end - at - 1  # the last line to read holds this byte
        cut = (text.find(b"\n", last) if last < len(text) else text.rfind(b"\n")) + 1
        after = at + cut
        if not cut:
            pieces = [text]
            after = _end_of_line(file, at + len(text), pieces)
            text = b"".join(pieces)
        yield Window(at, text if at else unmarked(text), cut or len(text))
        at = after


def _end_of_line(file: int, at: int, pieces: list[bytes]) -> int:
    """Where the next line begins; what comes before goes into `pieces`, up to LONGEST."""
    size = 0
    while more := os.pread(file, STEP, at):
        cut = more.find(b"\n") + 1
        if size <= LONGEST:
            pieces.append(more[:cut] if cut else more)
        size += len(more)
        if cut:
            return at + cut
        at += len(more)
    return at


def _look(line: bytes, at: int, source: str, sieve: Sieve) -> Iterable[Item]:
    """What a line is; nothing, where it is blank."""
    text = line.strip(BLANK)
    return look(text, at + line.index(text[:1]), source, sieve) if text else ()

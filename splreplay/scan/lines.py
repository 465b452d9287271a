"""A record a line (NDJSON): windows of whole lines, of which only those with a hit are cut out.

A line counts as one record unless it is looked at, so a line without a hit that wraps several records behind
another key (`{"id":1,"Records":[...]}`) counts as one. No record is missed by that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from splreplay.scan import exact
from splreplay.scan.documents import LONGEST
from splreplay.scan.layout import ARRAY, unmarked
from splreplay.scan.model import Note, Part, RawRecord, handed_over
from splreplay.scan.sieve import Sieve

WINDOW = 1 << 21
STEP = 1 << 16
BLANK = b" \t\r\n"
WRAPPER = b'"Records"'


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
    part = Part(passed_over=found.total - len(found.spans) - len(found.rows or ()))
    records: list[tuple[int, RawRecord]] = []
    moves: list[tuple[int, int]] = []  # where a line turned out to hold several records
    more = 0
    for line, (begin, end) in zip(found.numbers, found.spans, strict=True):
        held: list[RawRecord] = []
        for item in _look(window.text[begin:end], window.at + begin, source, sieve):
            if isinstance(item, RawRecord):
                held.append(item)
            elif item:
                part.malformed.append(item)
            else:
                part.passed_over += 1
        records += enumerate(held, line + more)
        if len(held) > 1:
            moves.append((line, len(held) - 1))
            more += len(held) - 1
    if found.rows is not None and moves:
        found.rows.move(moves)
    part.records = handed_over(found._replace(total=found.total + more), records)
    return part


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


def _look(line: bytes, at: int, source: str, sieve: Sieve) -> Iterator[RawRecord | Note | None]:
    """What a line is: nothing, a record, several, or no JSON object; None for a record that lacks the needle."""
    text = line.strip(BLANK)
    if not text:
        return
    start = at + line.index(text[:1])
    for begin, end, reason in _items(text):
        if reason:
            yield Note(source, f"byte {start + begin}", reason)
        else:
            holds = sieve.holds(text[begin:end])
            yield RawRecord(text[begin:end], source, start + begin) if holds else None


def _items(line: bytes) -> Iterable[exact.Item]:
    if line.startswith(b"{"):
        return exact.items(line) if WRAPPER in line else (exact.Item(0, len(line)),)
    return exact.items(line) if ARRAY.match(line) else (exact.Item(0, len(line), exact.NO_OBJECT),)

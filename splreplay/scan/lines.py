"""A record a line (NDJSON): windows of whole lines, of which only those with a hit are cut out."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from splreplay.scan import exact
from splreplay.scan.documents import LONGEST
from splreplay.scan.layout import unmarked
from splreplay.scan.matcher import Matcher
from splreplay.scan.model import Note, Part, RawRecord

WINDOW = 1 << 18
STEP = 1 << 16
BLANK = b" \t\r\n"
_PLAIN_LINE = re.compile(rb'\{"[^R]')
_ODD_LINE = re.compile(rb'\n(?=.)(?!\{"[^R])', re.DOTALL)


class Window(NamedTuple):
    """Whole lines, and their place in the text."""

    at: int
    text: bytes


def scan_lines(windows: Iterator[Window], source: str, matcher: Matcher | None) -> Iterator[Part]:
    """The parts of windows of whole lines."""
    for at, window in windows:
        if len(window) > LONGEST and window.find(b"\n", 0, LONGEST) < 0:
            yield Part(malformed=[Note(source, f"byte {at}", f"this line is longer than {LONGEST >> 20} MB")])
        elif matcher is None:
            yield _every_line(window, at, source)
        else:
            yield _hit_lines(window, at, source, matcher)


def stream_windows(chunks: Iterator[bytes]) -> Iterator[Window]:
    """Windows of whole lines from chunks that end anywhere; of a line beyond LONGEST only its beginning."""
    held: list[bytes] = []
    at = size = 0
    for chunk in chunks:
        cut = chunk.rfind(b"\n") + 1
        if cut:
            window = b"".join([*held, chunk[:cut]])
            yield Window(at, window[: LONGEST + 1] if size > LONGEST else window)
            at += size + cut
            held, size = [], 0
        if size <= LONGEST:
            held.append(chunk[cut:])
        size += len(chunk) - cut
    if size:
        yield Window(at, b"".join(held))


def segment_windows(file: int, begin: int, end: int) -> Iterator[Window]:
    """Windows of the lines that begin in a part of an open file, read anew from where the last one ended."""
    at = begin
    if begin:
        at = _end_of_line(file, begin - 1, [])
    while at < end:
        window = os.pread(file, min(WINDOW, end - at), at)
        if not window:
            return
        cut = len(window) if at + len(window) >= end else window.rfind(b"\n") + 1
        pieces = [window[:cut] if 0 < cut < len(window) else window]
        after = at + len(pieces[0])
        if not pieces[0].endswith(b"\n"):
            after = _end_of_line(file, after, pieces)
        text = b"".join(pieces) if len(pieces) > 1 else pieces[0]
        yield Window(at, text if at else unmarked(text))
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


def _every_line(window: bytes, at: int, source: str) -> Part:
    part = Part()
    begin = 0
    for line in window.split(b"\n"):
        _look(line, at + begin, source, part, None)
        begin += len(line) + 1
    return part


def _hit_lines(window: bytes, at: int, source: str, matcher: Matcher) -> Part:
    part = Part()
    lines, odd = _odd_lines(window)
    looked, end = 0, -1
    for position in sorted([*odd, *matcher.find(window)]):
        if position <= end:
            continue
        begin = window.rfind(b"\n", 0, position) + 1
        end = window.find(b"\n", position)
        end = len(window) if end < 0 else end
        _look(window[begin:end], at + begin, source, part, matcher)
        looked += 1
    part.passed_over += lines - looked
    return part


def _odd_lines(window: bytes) -> tuple[int, list[int]]:
    """How many lines there are, and where those begin that are no plain `{"key`.

    Blank lines, arrays, whole documents (`{"Records":`) and no JSON: each is looked at, needle or not. numpy
    is faster and lets other threads run, but loading it takes longer than a small window does.
    """
    if len(window) < WINDOW and "numpy" not in sys.modules:
        odd = [match.end() for match in _ODD_LINE.finditer(window)]
        lines = window.count(b"\n") + (not window.endswith(b"\n"))
    else:
        lines, odd = _odd_lines_by_array(window)
    return lines, odd if _PLAIN_LINE.match(window) else [0, *odd]


def _odd_lines_by_array(window: bytes) -> tuple[int, list[int]]:
    import numpy as np

    chars = np.frombuffer(window, np.uint8)
    begins = np.flatnonzero(chars == 10) + 1
    lines = len(begins) + (window[-1] != 10)
    begins = begins[begins < len(window)]
    first, second, third = (chars.take(begins + i, mode="clip") for i in range(3))
    plain = (first == ord("{")) & (second == ord('"')) & (third != ord("R"))
    return lines, begins[~plain].tolist()


def _look(line: bytes, at: int, source: str, part: Part, matcher: Matcher | None) -> None:
    """Add what a line is: nothing, a record, several, or no JSON object."""
    text = line.strip(BLANK)
    if not text:
        return
    simple = text.startswith(b"{") and b'"Records"' not in text
    start = at + line.index(text[:1])
    for begin, end, reason in [exact.Item(0, len(text))] if simple else exact.items(text):
        if reason:
            part.malformed.append(Note(source, f"byte {start + begin}", reason))
        elif matcher is None or matcher.find(text[begin:end]):
            part.records.append(RawRecord(text[begin:end], source, start + begin))
        else:
            part.passed_over += 1

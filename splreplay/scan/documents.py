"""Texts that are not a record a line: `Records` files as AWS delivers them, arrays, pretty-printed JSON.

A text is taken in pieces of at most PIECE, so an array of any size needs no more memory than that.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from splreplay.scan import braces, exact
from splreplay.scan.matcher import Matcher
from splreplay.scan.model import Note, Part, RawRecord

PIECE = 32 << 20
LONGEST = 64 << 20  # no record is longer; what seems to be is damage
SMALL = 16 << 10  # below this the exact way is as fast
BATCH = 2_000
TOO_LONG = f"no record ends within {LONGEST >> 20} MB; the rest is not read"


@dataclass
class _Text:
    """A piece of a text: where it stands in its file, and whether the file ends with it."""

    text: bytes
    at: int
    final: bool
    depth: int | None


def scan_document(chunks: Iterator[bytes], source: str, matcher: Matcher | None) -> Iterator[Part]:
    """The parts of one text; without a matcher every record is a candidate."""
    piece = _Text(b"", 0, False, None)
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if len(piece.text) + size < PIECE:
            continue
        piece.text += b"".join(held)
        held, size = [], 0
        yield from _advance(piece, source, matcher)
        if len(piece.text) > LONGEST:
            note = Note(source, f"byte {piece.at}", TOO_LONG)
            yield Part(malformed=[note])
            return
    piece.text += b"".join(held)
    piece.final = True
    yield from _advance(piece, source, matcher)


def _advance(piece: _Text, source: str, matcher: Matcher | None) -> Iterator[Part]:
    """The records of the piece, which keeps what it has not given up."""
    found = braces.spans(piece.text, piece.depth, piece.final) if len(piece.text) > SMALL else None
    if found:
        rest, piece.depth = found.rest, found.depth
        yield from _parts(piece, source, matcher, found.begins.tolist(), found.ends.tolist())
    else:
        listed = list(exact.items(piece.text, 0, piece.final))
        rest = len(piece.text)
        if not piece.final and listed and listed[-1].end == rest:
            rest = listed.pop().begin
        good = [item for item in listed if not item.reason]
        bad = [Note(source, f"byte {piece.at + item.begin}", item.reason) for item in listed if item.reason]
        yield Part(malformed=bad)
        yield from _parts(piece, source, matcher, [item.begin for item in good], [item.end for item in good])
    piece.text, piece.at = piece.text[rest:], piece.at + rest


def _parts(
    piece: _Text, source: str, matcher: Matcher | None, begins: list[int], ends: list[int]
) -> Iterator[Part]:
    chosen = range(len(begins)) if matcher is None else _hit(matcher.find(piece.text), begins, ends)
    left = len(begins) - len(chosen)
    for start in range(0, len(chosen), BATCH):
        picked = chosen[start : start + BATCH]
        records = [RawRecord(piece.text[begins[i] : ends[i]], source, piece.at + begins[i]) for i in picked]
        yield Part(records)
    yield Part(passed_over=left)


def _hit(positions: list[int], begins: list[int], ends: list[int]) -> list[int]:
    """Which records these positions lie in, ascending."""
    nearest = ((position, bisect.bisect_right(begins, position) - 1) for position in positions)
    return sorted({i for position, i in nearest if i >= 0 and position < ends[i]})

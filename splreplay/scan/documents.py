"""Texts that are not a record a line: `Records` files as AWS delivers them, arrays, pretty-printed JSON.

A text is taken in pieces of at most PIECE, so an array of any size needs no more memory than that.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from splreplay.scan import braces, exact
from splreplay.scan.matcher import Matcher
from splreplay.scan.model import Note, Part, RawRecord

PIECE = 2 << 20
LONGEST = 64 << 20  # no record is longer; what seems to be is damage
SMALL = 16 << 10  # below this the exact way is as fast
BATCH = 2_000
TOO_LONG = f"no record ends within {LONGEST >> 20} MB; the rest is not read"
NOT_ENDED = "the text ends before its list does"
_LIST = re.compile(rb'\s*(?:\{\s*"Records"\s*:\s*)?\[')


@dataclass
class _Text:
    """A piece of a text: where it stands in its file, and whether the file ends with it."""

    text: bytes
    at: int
    final: bool
    depth: int | None
    listed: bool = False  # it began as a list, which must end


def scan_document(chunks: Iterator[bytes], source: str, matcher: Matcher | None) -> Iterator[Part]:
    """The parts of one text; without a matcher every record is a candidate."""
    piece = _Text(b"", 0, False, None)
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size < max(PIECE, len(piece.text)):  # a long record is looked at as it doubles
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


class _Found(NamedTuple):
    """Good records from `begins` to `ends`, what is none, and where the next piece begins."""

    begins: list[int]
    ends: list[int]
    bad: list[exact.Item]
    rest: int


def _advance(piece: _Text, source: str, matcher: Matcher | None) -> Iterator[Part]:
    """The records of the piece, which keeps what it has not given up."""
    piece.listed = piece.listed or (piece.at == 0 and _LIST.match(piece.text) is not None)
    found = _by_braces(piece) or _exactly(piece)
    yield Part(malformed=[Note(source, f"byte {piece.at + item.begin}", item.reason) for item in found.bad])
    yield from _parts(piece, source, matcher, found.begins, found.ends)
    if piece.final and _unended(piece, found):
        yield Part(damaged=[Note(source, "", NOT_ENDED)])
    piece.text, piece.at = piece.text[found.rest :], piece.at + found.rest


def _by_braces(piece: _Text) -> _Found | None:
    found = braces.spans(piece.text, piece.depth, piece.final) if len(piece.text) > SMALL else None
    if not found:
        return None
    piece.depth = found.depth
    return _Found(found.begins.tolist(), found.ends.tolist(), [], found.rest)


def _exactly(piece: _Text) -> _Found:
    found = list(exact.items(piece.text, 0, piece.final))
    rest = len(piece.text)
    if not piece.final and found and found[-1].end == rest:
        rest = found.pop().begin
    good = [item for item in found if not item.reason]
    bad = [item for item in found if item.reason]
    return _Found([item.begin for item in good], [item.end for item in good], bad, rest)


def _unended(piece: _Text, found: _Found) -> bool:
    """Whether a list is cut off between two records; one that is cut off itself has been named."""
    last = max([*found.ends[-1:], *(item.end for item in found.bad[-1:])], default=0)
    named = bool(found.bad) and found.bad[-1].reason == exact.CUT_OFF
    return piece.listed and not named and b"]" not in piece.text[last:]


def _parts(
    piece: _Text, source: str, matcher: Matcher | None, begins: list[int], ends: list[int]
) -> Iterator[Part]:
    chosen = range(len(begins)) if matcher is None else _hit(matcher.find(piece.text), begins, ends)
    left = len(begins) - len(chosen)
    for start in range(0, len(chosen), BATCH):
        spans = ((begins[i], ends[i]) for i in chosen[start : start + BATCH])
        yield Part([RawRecord(piece.text[begin:end], source, piece.at + begin) for begin, end in spans])
    yield Part(passed_over=left)


def _hit(positions: list[int], begins: list[int], ends: list[int]) -> list[int]:
    """Which records these positions lie in, ascending."""
    nearest = ((position, bisect.bisect_right(begins, position) - 1) for position in positions)
    return sorted({i for position, i in nearest if i >= 0 and position < ends[i]})

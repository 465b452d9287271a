"""Texts that are not a record a line: `Records` files as AWS delivers them, arrays, pretty-printed JSON.

A text is taken in pieces of at most PIECE, so an array of any size needs no more memory than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from splreplay.scan import exact
from splreplay.scan.model import Found, Note, Part, RawRecord
from splreplay.scan.opening import WRAPPER, look, part_of, unpacked
from splreplay.scan.sieve import Sieve

PIECE = 2 << 20
LONGEST = 64 << 20  # no record is longer; what seems to be is damage
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
    state: int | None = 0  # of the sieve; None: only exact.py knows
    listed: bool = False  # it began as a list, which must end

    def record(self, begin: int, end: int, source: str) -> RawRecord:
        return RawRecord(self.text[begin:end], source, self.at + begin)


def scan_document(chunks: Iterator[bytes], source: str, sieve: Sieve) -> Iterator[Part]:
    """The parts of one text."""
    piece = _Text(b"", 0, False)
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size < max(PIECE, len(piece.text)):  # a long record is looked at as it doubles
            continue
        piece.text += b"".join(held)
        held, size = [], 0
        yield from _advance(piece, source, sieve)
        if len(piece.text) > LONGEST:
            note = Note(source, f"byte {piece.at}", TOO_LONG)
            yield Part(malformed=[note])
            return
    piece.text += b"".join(held)
    piece.final = True
    yield from _advance(piece, source, sieve)


def _advance(piece: _Text, source: str, sieve: Sieve) -> Iterator[Part]:
    """The records of the piece, which keeps what it has not given up."""
    piece.listed = piece.listed or (piece.at == 0 and _LIST.match(piece.text) is not None)
    listed = None if piece.state is None else sieve.records(piece.text, piece.state, piece.final, source)
    if listed is None or not all(_is_sound(piece.text[begin:end]) for begin, end in listed.found.spans):
        piece.state = None
        yield from _exactly(piece, source, sieve)
        return
    yield _part(listed.found, piece, source, sieve)
    piece.state = listed.state
    _give_up(piece, listed.rest)


def _is_sound(record: bytes) -> bool:
    """Whether a record is no document itself, or a whole one: how far a damaged one goes, all of the text tells."""
    return WRAPPER not in record or exact.is_object(record)


def _part(found: Found, piece: _Text, source: str, sieve: Sieve) -> Part:
    return part_of(found, (look(piece.text[begin:end], piece.at + begin, source, sieve) for begin, end in found.spans))


def _give_up(piece: _Text, rest: int) -> None:
    piece.text, piece.at = piece.text[rest:], piece.at + rest


def _exactly(piece: _Text, source: str, sieve: Sieve) -> Iterator[Part]:
    found = list(exact.items(piece.text, 0, piece.final))
    rest = len(piece.text)
    if not piece.final and found and found[-1].end == rest:
        rest = found.pop().begin
    for start in range(0, max(1, len(found)), BATCH):
        yield _counted(found[start : start + BATCH], piece, source, sieve)
    if piece.final and _unended(piece, found):
        yield Part(damaged=[Note(source, "", NOT_ENDED)])
    _give_up(piece, rest)


def _counted(found: Sequence[exact.Item], piece: _Text, source: str, sieve: Sieve) -> Part:
    part = Part()
    for begin, end, reason in found:
        if reason:
            part.malformed.append(Note(source, f"byte {piece.at + begin}", reason))
        else:
            part.records += part.sort(unpacked(piece.record(begin, end, source), sieve))
    return part


def _unended(piece: _Text, found: Sequence[exact.Item]) -> bool:
    """Whether a list is cut off between two records; one that is cut off itself has been named."""
    last = found[-1].end if found else 0
    named = bool(found) and found[-1].reason == exact.CUT_OFF
    return piece.listed and not named and b"]" not in piece.text[last:]

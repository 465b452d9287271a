"""Texts that are not a record a line: `Records` files as AWS delivers them, arrays, pretty-printed JSON.

A text is taken in pieces of at most PIECE, so an array of any size needs no more memory than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from splreplay.scan import exact
from splreplay.scan.envelopes import LISTS
from splreplay.scan.model import Found, Note, Part, RawRecord
from splreplay.scan.opening import WRAPPER, look, part_of, unpacked
from splreplay.scan.sieve import Sieve

PIECE = 2 << 20
LONGEST = 64 << 20  # no record is longer; what seems to be is damage
BATCH = 2_000
TOO_LONG = (
    f"no record ends within {LONGEST >> 20} MB; the rest is not read. Of an export that is one object, "
    "write the elements of its list one a line, as with jq -c '.results[]'"
)
NOT_ENDED = "the text ends before its list does"
_AS_RECORDS = b'{"Records":'
_LIST = re.compile(rb'\s*(?:\{\s*"Records"\s*:\s*)?\[')


@dataclass
class _Text:
    """A piece of a text: where it stands in its file, and whether the file ends with it."""

    text: bytes
    at: int
    final: bool
    state: int | None = 0  # of the sieve; None: only exact.py knows
    listed: bool = False  # where it begins a list has begun, which must end

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
        if len(piece.text) > LONGEST and _long_list(piece):
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


def _long_list(piece: _Text) -> bool:
    """Whether an envelope's list is longer than a record may be; then it is read as one of records."""
    key, begin = exact.last_member(piece.text) if piece.at == 0 else (b"", 0)
    found = key.strip(b'"').decode("utf-8", "replace") in LISTS and piece.text.startswith(b"[", begin)
    if found:
        piece.text = _AS_RECORDS + piece.text[begin:]
        piece.at = begin - len(_AS_RECORDS)
        piece.state, piece.listed = 0, True
    return found


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
    piece.listed = _within_list(piece, found, rest)
    for start in range(0, max(1, len(found)), BATCH):
        yield _counted(found[start : start + BATCH], piece, source, sieve)
    if piece.final and piece.listed and not (found and found[-1].reason == exact.CUT_OFF):  # which has been named
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


def _within_list(piece: _Text, found: Sequence[exact.Item], rest: int) -> bool:
    """Whether a list has begun and not ended where the rest begins, by the brackets around the records."""
    places = [0, *(place for item in found for place in (item.begin, item.end)), rest]
    gaps = (piece.text[begin:end] for begin, end in zip(places[::2], places[1::2], strict=True))
    listed = piece.listed
    for gap in gaps:
        opened, closed = gap.rfind(b"["), gap.rfind(b"]")
        listed = opened > closed if opened != closed else listed
    return listed

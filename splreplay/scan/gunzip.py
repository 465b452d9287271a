"""gzip to text in bounded steps: concatenated members, what is whole of a damaged file, no bombs.

A file that gzip blew up (a few kilobytes that expand without end) is read up to a limit and then left alone.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 31  # zlib.h: 15 bits of window, plus 16 for gzip's header and check sum
STORED_STEP = 1 << 18
STEP = 2 << 20
KEPT = 4 << 20
BOMB_SIZE = 1 << 30  # what expands beyond this...
BOMB_RATIO = 500  # ...and this many times is no log. Deflate reaches 1,032; real trails 10 to 30


class Damage(Exception):
    """The rest of a file could not be read; what was read before stands."""


class _Codec(NamedTuple):
    decompressobj: Callable[[int], Any]
    error: tuple[type[Exception], ...]


@cache
def codec() -> _Codec:
    """isal, four times as fast, where it is installed; else zlib."""
    try:
        isal = importlib.import_module("isal.isal_zlib")
    except ImportError:
        return _Codec(zlib.decompressobj, (zlib.error,))
    return _Codec(isal.decompressobj, (zlib.error, isal.error))


def gunzip(read: Callable[[int], bytes], head: bytes = b"") -> Iterator[bytes]:
    """The text of a gzip stream in pieces of at most STEP; raises Damage behind the last good byte."""
    stored = expanded = 0
    member = _Member()
    data = head or read(STORED_STEP)
    while data:
        stored += len(data)
        for piece in member.expand(data, stored):
            expanded += len(piece)
            yield piece
            _refuse_bomb(expanded, stored)
        if not member.stream.eof:
            data = read(STORED_STEP)
            continue
        stored -= len(member.stream.unused_data)
        data = _next_member(member.stream.unused_data, read, stored)
        member = _Member()
        if not data:
            return
    raise Damage(f"the gzip data ends early, after {stored:,} bytes; fetch the file again")


class _Member:
    """A member being read, and what was read of it for as long as that is little."""

    def __init__(self) -> None:
        self.stream = codec().decompressobj(GZIP_WINDOW)
        self.kept = b""
        self.given = 0

    def expand(self, data: bytes, stored: int) -> Iterator[bytes]:
        if len(self.kept) < KEPT:
            self.kept += data
        try:
            while True:
                piece = self.stream.decompress(data, STEP)
                self.given += len(piece)
                if piece:
                    yield piece
                data = self.stream.unconsumed_tail
                if self.stream.eof or (not data and len(piece) < STEP):
                    return
        except codec().error as error:
            yield self.up_to_the_damage()
            raise Damage(f"damaged gzip data before byte {stored:,} ({error}); fetch the file again") from error

    def up_to_the_damage(self) -> bytes:
        """What the call that failed has kept for itself: zlib gives it if it is fed byte by byte."""
        stream = zlib.decompressobj(GZIP_WINDOW)
        text = bytearray()
        with suppress(zlib.error):
            for byte in self.kept:
                text += stream.decompress(bytes((byte,)))
        return bytes(text[self.given :])


def _next_member(rest: bytes, read: Callable[[int], bytes], stored: int) -> bytes:
    """The beginning of the next member; padding with zeros, as tapes and block devices leave it, is none."""
    while True:
        rest = rest.lstrip(b"\0")
        if len(rest) >= 2 or not (more := read(STORED_STEP)):
            break
        rest += more
    if rest and not rest.startswith(MAGIC):
        raise Damage(f"something that is not gzip follows the gzip data, at byte {stored:,}")
    return rest


def _refuse_bomb(expanded: int, stored: int) -> None:
    if expanded > BOMB_SIZE and expanded > BOMB_RATIO * stored:
        raise Damage(f"a gzip bomb? {stored:,} bytes gave more than {expanded:,}; the rest was left alone")

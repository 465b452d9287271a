"""What a file's bytes are packed in, taken off layer by layer: gzip, bzip2, xz, zstd; then UTF-16 or UTF-32.

Every step is bounded, and what expands too far is left alone: see gunzip.py. zstd is in Python 3.14; before, it needs
the package backports.zstd, which is the same code.
"""

from __future__ import annotations

import bz2
import codecs
import importlib
import lzma
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from splreplay.scan import gunzip
from splreplay.scan.gunzip import STORED_STEP, Damage

LAYERS = 3
ENOUGH = 8  # bytes that tell what a text is packed in
MOST_MEMORY = 256 << 20
ZIP = b"PK\x03\x04"
NO_ZSTD = "zstd data, which this Python cannot read: run 'pip install backports.zstd', or expand it with zstd -d"
Read = Callable[[int], bytes]


class _Packing(NamedTuple):
    magic: bytes
    expand: Callable[[Read, bytes], Iterator[bytes]]


def unpacked(read: Read, head: bytes) -> Iterator[bytes]:
    """The text of a file of which `head` was read, as UTF-8; raises Damage behind the last good byte."""
    chunks = _all(read, head)
    for _ in range(LAYERS):
        packing = next((row for row in _PACKINGS if head.startswith(row.magic)), None)
        if not packing:
            break
        inner = packing.expand(read, head)
        head = _beginning(inner)
        chunks = chain([head], inner)
        read = _reader(inner)
    return _decoded(head, chunks)


def is_packed(head: bytes) -> bool:
    return head.startswith((ZIP, *(row.magic for row in _PACKINGS)))


def _all(read: Read, head: bytes) -> Iterator[bytes]:
    while head:
        yield head
        head = read(STORED_STEP)


def _beginning(chunks: Iterator[bytes]) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= ENOUGH:
            break
    return head


def _reader(chunks: Iterator[bytes]) -> Read:
    return lambda _size: next(filter(None, chunks), b"")


# --- layers -----------------------------------------------------------------------------------------------
def _zstd() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise Damage(NO_ZSTD)


def _expand_zstd(read: Read, data: bytes) -> Iterator[bytes]:
    module = _zstd()
    yield from _expand("zstd", module.ZstdDecompressor, module.ZstdError, read, data)


def _expand_bz2(read: Read, data: bytes) -> Iterator[bytes]:
    yield from _expand("bzip2", bz2.BZ2Decompressor, OSError, read, data)


def _expand_xz(read: Read, data: bytes) -> Iterator[bytes]:
    yield from _expand("xz", lambda: lzma.LZMADecompressor(memlimit=MOST_MEMORY), lzma.LZMAError, read, data)


def _expand(name: str, make: Callable[[], Any], error: type[Exception], read: Read, data: bytes) -> Iterator[bytes]:
    """Streams one behind another."""
    stream, stored, _begun = make(), len(data), True
    while True:
        try:
            piece = stream.decompress(data, gunzip.STEP)
        except (error, EOFError) as caught:
            raise Damage(f"damaged {name} data before byte {stored:,} ({caught}); fetch the file again") from caught
        if piece:
            yield piece
        if stream.eof:
            data = stream.unused_data.lstrip(b"\0") or read(STORED_STEP).lstrip(b"\0")
            if not data:
                return
            stream = make()
        elif stream.needs_input:
            data = read(STORED_STEP)
            stored += len(data)
            if not data:
                raise Damage(f"the {name} data ends early, after {stored:,} bytes; fetch the file again")
        else:
            data = b""


_PACKINGS = (
    _Packing(gunzip.MAGIC, gunzip.gunzip),
    _Packing(b"BZh", _expand_bz2),
    _Packing(b"\xfd7zXZ\0", _expand_xz),
    _Packing(b"\x28\xb5\x2f\xfd", _expand_zstd),
)

# --- encodings --------------------------------------------------------------------------------------------
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    # without a mark, as JSON or a log's time stamp begins
    *((bytes((char, 0)), "utf-16-le") for char in b'{["0123456789'),
    *((bytes((0, char)), "utf-16-be") for char in b'{["0123456789'),
)


def _decoded(head: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    if not encoding:
        yield from filter(None, chunks)
        return
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    for chunk in chunks:
        yield decode(chunk).encode("utf-8", "replace")
    yield decode(b"", True).encode("utf-8", "replace")

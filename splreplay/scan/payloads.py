"""What a base64 string carries: CloudWatch Logs hands gzip to Lambda, Kinesis and Firehose hand whatever was put in.

A search's text is not seen in base64: a record with a long string that begins so is looked at whatever its text, and
a file that begins with such records is read record by record.
"""

from __future__ import annotations

import binascii
import io
import re
from base64 import b64decode
from dataclasses import dataclass, field

from splreplay.scan import gunzip
from splreplay.scan.gunzip import Damage

LAYERS = 2  # of gzip
LITTLE = 8 << 20
MOST = 64 << 20
RATIO = 100  # gzip makes a tenth to a thirtieth of real trails
# gzip, `{"`, `{ `, `{` and a line, `[{` in base64; within JSON in JSON the quotes have backslashes.
BEGINS = rb"(?:H4sI|ey|ew|W3|Wy)"
SEEN = re.compile(rb'\\*"[dD]ata\\*"\s*:\s*\\*"' + BEGINS)
PACKED = re.compile(b'"(?=' + BEGINS + rb')[^"\\\x00-\x1f]{128}')  # the C of scan/native/src/text.c finds the same


@dataclass
class Load:
    """How many bytes may still come out of a record, and what could not be read in it.

    `every`: whether every record of the file is looked at, whatever it holds.
    """

    left: int
    every: bool
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, size: int, every: bool) -> Load:
        return cls(min(MOST, max(LITTLE, size * RATIO)), every)

    def opens(self, written: str) -> bool:
        """Whether a string, as it is written, is opened: all ways of reading see the same ones."""
        return self.every or bool(PACKED.match(written.encode("utf-8", "replace")))


def text_of(value: str, load: Load) -> str:
    """The JSON in a base64 string, which may be gzip; nothing where it holds something else."""
    try:
        data = b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    for _ in range(LAYERS):
        if data.startswith(gunzip.MAGIC):
            data = _expanded(data, load)
    return data.decode("utf-8", "replace") if data.lstrip()[:1] in (b"{", b"[") else ""


def _expanded(data: bytes, load: Load) -> bytes:
    """What is whole of it, and no more than may come out of its record."""
    found: list[bytes] = []
    try:
        for piece in gunzip.gunzip(io.BytesIO(data).read):
            load.left -= len(piece)
            if load.left < 0:
                raise Damage("a gzip bomb? it expands too far; the rest was left alone")
            found.append(piece)
    except Damage as error:
        load.faults.append(f"base64 data: {error}")
    return b"".join(found)

"""What kind of text a file holds, told by its beginning and not by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Literal, NamedTuple

from splreplay.scan import exact, tables
from splreplay.scan.opening import logged, members
from splreplay.scan.packed import is_packed
from splreplay.values.printable import printable

HEAD = 1 << 16
LINES_LOOKED_AT = 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WRAPPER = re.compile(rb'\s*\{\s*"Records"\s*:')
_DIGEST_NAME = re.compile(r"_CloudTrail-Digest_")
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
_DIGEST_KEYS = {"awsAccountId", "digestStartTime"}
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html
_INSIGHT_NAME = re.compile(r"_CloudTrail-Insight_")
_INSIGHT = re.compile(rb'"eventCategory"\s*:\s*"Insight"')
EMPTY = "it is empty"
INSIGHT = "insight events: they tell of unusual numbers of calls and are no calls themselves"

# What else logs are kept in, and what to do with it: how it begins, at which byte.
_BINARY = (
    (b"PAR1", 0, "Parquet, which is not read; write its rows as JSON first"),
    (b"Obj\x01", 0, "Avro, which is not read; write its rows as JSON first"),
    (b"ORC", 0, "ORC, which is not read; write its rows as JSON first"),
    (b"\xff\x06\0\0sNaPpY", 0, "Snappy, which is not read; expand it first"),
    (b"ustar", 257, "a tar archive; unpack it and name the folder"),
)


class Shape(Enum):
    LINES = "a record a line"
    DOCUMENT = "JSON documents"
    TABLE = "CSV"
    EMPTY = "empty"
    UNREADABLE = "something else"


class Layout(NamedTuple):
    """`reason` says why a file is passed over; `harmless`: nothing is missed where it lies in a folder, or ever."""

    kind: Shape
    reason: str = ""
    harmless: Literal["", "in a folder", "always"] = ""


def layout(head: bytes, name: str) -> Layout:
    """The kind of a text that begins with `head`, or why the file is passed over."""
    return next(found for rule in _RULES if (found := rule(head, name)))


def _wide(head: bytes, _name: str) -> Layout | None:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return Layout(Shape.UNREADABLE, "UTF-16 text") if wide else None


def _packed(head: bytes, _name: str) -> Layout | None:
    """Gzip that does not compress (level 0) shows its text: what begins as gzip is never lines."""
    if is_packed(head):
        return Layout(Shape.UNREADABLE, "packed too often, or an archive in another file; expand it once")
    known = next((words for magic, at, words in _BINARY if head.startswith(magic, at)), "")
    return Layout(Shape.UNREADABLE, known) if known else None


def _csv(head: bytes, _name: str) -> Layout | None:
    if head.lstrip()[:1] in (b"{", b"["):
        return None
    columns = tables.header(head)
    if tables.holds_records(columns):
        return Layout(Shape.TABLE)
    return Layout(Shape.UNREADABLE, tables.NO_RECORDS) if tables.is_trail(columns) else None


def _empty(head: bytes, _name: str) -> Layout | None:
    return None if head.strip() else Layout(Shape.EMPTY, EMPTY)


def _document(head: bytes, _name: str) -> Layout | None:
    return Layout(Shape.DOCUMENT) if exact.ARRAY.match(head) or _WRAPPER.match(head) else None


def _digest(head: bytes, name: str) -> Layout | None:
    digest = _DIGEST_NAME.search(name) or members(head[:4096].decode("utf-8", "replace")).keys() >= _DIGEST_KEYS
    return Layout(Shape.UNREADABLE, "a CloudTrail digest file, which holds no events", "always") if digest else None


def _lines(head: bytes, _name: str) -> Layout | None:
    first = len(head) - len(head.lstrip())
    if head.startswith(b"{", first) and exact.goes_on(head, first):
        return None
    lines = head.split(b"\n", LINES_LOOKED_AT)[:LINES_LOOKED_AT]
    return Layout(Shape.LINES) if any(map(_is_object, lines)) else None


def _other(head: bytes, _name: str) -> Layout:
    if head.lstrip()[:1] == b"{":
        return Layout(Shape.DOCUMENT)
    begun = printable(head[:16].decode("utf-8", "backslashreplace"))
    return Layout(Shape.UNREADABLE, f"no JSON: it begins with '{begun}'", "in a folder")


_RULES: tuple[Callable[[bytes, str], Layout | None], ...] = (
    _wide,
    _packed,
    _empty,
    _document,
    _digest,
    _csv,
    _lines,
    _other,
)


def _is_object(line: bytes) -> bool:
    line = line.strip()
    if not line.startswith((b"{", b"[")):
        return bool(logged(line))
    if not (line.startswith(b'{"') and line.endswith(b"}")):
        return False
    found = list(exact.items(line))
    return len(found) == 1 and not found[0].reason


def insight(head: bytes, name: str) -> str:
    """What to say of a file of insight events; it is read as any other."""
    return INSIGHT if _INSIGHT_NAME.search(name) or _INSIGHT.search(head[:4096]) else ""


def unmarked(head: bytes) -> bytes:
    """Without a byte order mark, each byte still in its place."""
    return b"   " + head[3:] if head.startswith(BYTE_ORDER_MARK) else head

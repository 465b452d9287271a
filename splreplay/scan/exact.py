"""Records in a JSON text of any layout, found by reading every string and bracket; no recursion.

Slow (80 MB/s) and sure: it serves small and unusual texts, and those in which something is damaged. A text
may hold several documents: `{"Records": [...]}`, arrays, bare objects. What frames the records is skipped, so
a document that is cut off in the middle still gives the records that are whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_BRACKET = re.compile(rb'[^"{}\[\]]*(?:' + _STRING + rb'[^"{}\[\]]*)*([{}\[\]])', re.DOTALL)
_FRAME = re.compile(rb'(?:[\s,\[\}]|\](?!\s*,\s*")|\{\s*"Records"\s*:\s*\[)*')
_FURTHER_KEYS = re.compile(rb'\]\s*,\s*(?=")')
_RECORDS = re.compile(rb'"Records"\s*:\s*(?=\[)')
_SCALAR = re.compile(_STRING + rb'|[^\s,{}\[\]"]+|"', re.DOTALL)
_RESUME = re.compile(rb'\{"eventVersion":|(?<=\n)\{')

NO_OBJECT = "this is no JSON object"
CUT_OFF = "the text ends, or a quote or bracket is missing, within this record"


class Item(NamedTuple):
    """A record at text[begin:end], or with a reason something that stands where a record should."""

    begin: int
    end: int
    reason: str = ""


def items(text: bytes, begin: int = 0, final: bool = True) -> Iterator[Item]:
    """Every record and every thing that is none, in order.

    A text that is not final may end within an item: the last one then reaches to the text's end.
    """
    at = _frame(text, begin)
    while at < len(text):
        item = _item(text, at)
        if item.reason is CUT_OFF and final and (resumed := _RESUME.search(text, at + 1)):
            item = item._replace(end=resumed.start())
        inner = _wrapped(text, item)
        if inner is None:
            yield item
        else:
            yield from items(text[: inner.end], inner.begin)
        at = _frame(text, item.end)


def _frame(text: bytes, at: int) -> int:
    """Past all that is around and between records; the further keys of a wrapper are none."""
    while True:
        at = _FRAME.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        further = _FURTHER_KEYS.match(text, at)
        if not further:
            return at
        at = _close(text, further.end(), 1)


def _item(text: bytes, at: int) -> Item:
    if text[at : at + 1] == b"{":
        end = _close(text, at, 0)
        return Item(at, end, "" if _closed(text, at, end) else CUT_OFF)
    scalar = _SCALAR.match(text, at)
    return Item(at, scalar.end() if scalar else at + 1, NO_OBJECT)


def _close(text: bytes, at: int, depth: int) -> int:
    """Behind the bracket that brings the depth to 0, or the end of the text."""
    while match := _BRACKET.match(text, at):
        at = match.end()
        depth += 1 if match.group(1) in b"{[" else -1
        if depth == 0:
            return at
    return len(text)


def _closed(text: bytes, begin: int, end: int) -> bool:
    return end < len(text) or (text[end - 1 : end] == b"}" and _depth(text, begin, end) == 0)


def _wrapped(text: bytes, item: Item) -> Item | None:
    """The inside of a wrapper whose `Records` is not its first key."""
    for match in _RECORDS.finditer(text, item.begin, item.end):
        if not item.reason and _depth(text, item.begin, match.start()) == 1:
            return Item(match.end(), _close(text, match.end(), 0))
    return None


def _depth(text: bytes, begin: int, end: int) -> int:
    """How many brackets are open at `end`; -1 within a string."""
    depth, at = 0, begin
    while (match := _BRACKET.match(text, at, end)) is not None:
        at = match.end()
        depth += 1 if match.group(1) in b"{[" else -1
    quotes = re.sub(rb"\\.", b"", text[at:end], flags=re.DOTALL).count(b'"')
    return -1 if quotes % 2 else depth

"""Reads the CSV text of a chunk where Python's csv module or splunklib would end the search.

Plain functions without Splunk. What csv cannot hold is replaced: NUL for good, a lone carriage return for the
time of the parse.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Iterable, Iterator, List

Record = Dict[str, Any]

REPLACEMENT = "\ufffd"
# Unicode keeps this code point out of all text, so it can stand for a carriage return.
STAND_IN = "\ufdd0"
LONE_RETURN = re.compile(r"\r(?!\n)")


def safe_lines(lines: Iterable[str]) -> Iterator[str]:
    """The lines without a NUL (csv refuses it before Python 3.11) or a carriage return outside of quotes."""
    for line in lines:
        yield LONE_RETURN.sub(STAND_IN, line.replace("\0", REPLACEMENT).replace(STAND_IN, REPLACEMENT))


def restored(record: Dict[str, Any]) -> Dict[str, Any]:
    """A parsed record with its carriage returns, in names and values."""

    def text(cell: Any) -> Any:
        if isinstance(cell, list):
            return [text(value) for value in cell]
        return cell.replace(STAND_IN, "\r")

    return {text(name): text(cell) for name, cell in record.items()}


def adding(added: Callable[[List[Record]], Iterable[Record]]) -> Callable[[Iterable[Record]], Iterator[Record]]:
    """A function over the records of a chunk that gives each with the fields that `added` has for it, and all with the
    same keys: splunklib writes only those columns that a chunk's first record has."""

    def add(records: Iterable[Record]) -> Iterator[Record]:
        chunk = list(records)
        blank = dict.fromkeys((name for record in chunk for name in record), "")
        for record, more in zip(chunk, added(chunk)):
            yield {**blank, **record, **more}

    return add


def decode_multivalue(cell: str) -> List[str]:
    """The values of an __mv_ cell, each wrapped in $ and followed by ;, a $ inside doubled.

    splunklib's own pattern takes 1 GB for a value of 10 MB, and the square of its length for a cell that is never
    closed. From where a cell does not follow the form, it is one value as it stands.
    """
    values: List[str] = []
    at = 0
    while at < len(cell):
        end = _closing(cell, at + 1) if cell[at] == "$" else -1
        if end < 0 or cell[end + 1 : end + 2] not in ("", ";"):
            return [*values, cell[at:]]
        values.append(cell[at + 1 : end].replace("$$", "$"))
        at = end + 2
    return values


def _closing(cell: str, at: int) -> int:
    """The place of the first $ that is not one of a pair; -1 where there is none."""
    at = cell.find("$", at)
    while at >= 0 and cell.startswith("$", at + 1):
        at = cell.find("$", at + 2)
    return at

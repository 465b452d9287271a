"""Reads the CSV text of a chunk where Python's csv module or splunklib would end the search.

Plain functions without Splunk. What csv cannot hold is replaced: NUL for good, a lone carriage return for the
time of the parse.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, Iterator, List

REPLACEMENT = "\ufffd"
# Unicode keeps this code point out of all text, so it can stand for a carriage return.
STAND_IN = "\ufdd0"

LONE_RETURN = re.compile(r"\r(?!\n)")
# Values are wrapped in $ and joined by ;, a $ inside is doubled.
ENCODED_VALUE = re.compile(r"\$([^$]*(?:\$\$[^$]*)*)\$(?:;|$)")


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


def decode_multivalue(cell: str) -> List[str]:
    """The values of an __mv_ cell; splunklib's own pattern takes 1 GB of memory for a value of 10 MB."""
    return [value.replace("$$", "$") for value in ENCODED_VALUE.findall(cell)]

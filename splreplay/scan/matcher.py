"""The seam between the scan and whatever finds bytes: hyperscan where it is installed, else `re` and `find`.

Both give the same answer. A matcher belongs to one thread.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol

from splreplay.scan.model import Needle
from splreplay.scan.pattern import Pattern

CASELESS = 1  # hyperscan.HS_FLAG_CASELESS, without importing it
TAIL = 256
PREFIX = len(rb"\u00")
# Lines that are no plain `{"key`: blank ones, arrays, whole documents (`{"Records":`), no JSON.
PLAIN_LINE = re.compile(rb'\{"[^R]')
ODD_LINE = rb'\n(?:[^{]|\{[^"]|\{"R)'


class Matcher(Protocol):
    def find(self, text: bytes) -> list[int]:
        """Where the needle is: a place within each match, ascending; a match may give several."""

    def find_lines(self, text: bytes) -> list[int]:
        """The same, and a place in each line that is no plain object: those are looked at, needle or not."""


class ReMatcher:
    """The standard library alone: the plain core of each literal by `find`, then `re` around it."""

    def __init__(self, needle: Needle) -> None:
        self.pattern = Pattern(needle)
        self.escaped = re.compile(self.pattern.escaped)
        self.direct = [re.compile(expression, re.IGNORECASE) for expression in self.pattern.direct]
        self.odd = re.compile(ODD_LINE.replace(b"(?:", b"(?="))

    def find(self, text: bytes) -> list[int]:
        found = {match.start() for match in self.escaped.finditer(text)} if b"\\u" in text else set()
        low = text.lower()
        for direct, core in zip(self.direct, self.pattern.cores, strict=True):
            if core in low:
                found.update(match.start() for match in direct.finditer(text))
        return sorted(found)

    def find_lines(self, text: bytes) -> list[int]:
        odd = (match.end() for match in self.odd.finditer(text))
        return sorted([*_first_line(text), *odd, *self.find(text)])


class HyperscanMatcher:
    """All literals in one pass, by hyperscan, which lets other threads run meanwhile.

    Escapes have a pass of their own: one plain literal is found four times as fast as it is beside others.
    """

    def __init__(self, needle: Needle) -> None:
        pattern = Pattern(needle)
        direct = [(expression, CASELESS) for expression in pattern.direct]
        self.direct = _database(direct)
        self.lines = _database([*direct, (ODD_LINE, 0)])
        self.prefixes = _database([(prefix, 0) for prefix in pattern.escape_prefixes])
        self.escaped = re.compile(pattern.escaped)

    def find(self, text: bytes) -> list[int]:
        return sorted([*_ends(self.direct, text), *self._escapes(text)])

    def find_lines(self, text: bytes) -> list[int]:
        return sorted([*_first_line(text), *_ends(self.lines, text), *self._escapes(text)])

    def _escapes(self, text: bytes) -> Iterator[int]:
        return (at for at in _ends(self.prefixes, text) if self.escaped.match(text, at + 1 - PREFIX))


def _first_line(text: bytes) -> list[int]:
    return [] if PLAIN_LINE.match(text) else [0]


def _ends(database: Any, text: bytes) -> list[int]:
    """The last byte of each match."""
    found: list[int] = []
    database.scan(text, match_event_handler=lambda _which, _begin, end, *_: found.append(end - 1))
    return found


def _database(expressions: list[tuple[bytes, int]]) -> Any:
    import hyperscan

    database = hyperscan.Database()
    patterns, flags = zip(*expressions, strict=True)
    database.compile(expressions=list(patterns), ids=list(range(len(patterns))), flags=list(flags))
    return database


class Finder(threading.local):
    """Where any of some patterns matches, for each thread that asks.

    Literals, with classes that have no star: `,[ ]*}` is missed by hyperscan 0.9.1 now and then, and `,}` at the
    very end of a text (see tests/scan/test_matcher.py), where `re` looks once more.
    """

    def __init__(self, expressions: Sequence[str]) -> None:
        self.expressions = [expression.encode() for expression in expressions]

    @cached_property
    def database(self) -> Any:
        """Made by the thread that first asks: many searches never do."""
        try:
            return _database([(expression, 0) for expression in self.expressions])
        except ImportError:
            return None

    def ends(self, text: bytes) -> list[int] | None:
        """The last byte of each match; None, not known, without hyperscan."""
        if self.database is None:
            return None
        begin = max(0, len(text) - TAIL)
        exact = map(re.compile, self.expressions)
        last = (match.end() - 1 for pattern in exact for match in pattern.finditer(text, begin))
        return [*_ends(self.database, text), *last]


def best_matcher(needle: Needle) -> Matcher:
    """hyperscan has wheels for common platforms only, and refuses processors without SSSE3."""
    try:
        return HyperscanMatcher(needle)
    except ImportError:
        return ReMatcher(needle)

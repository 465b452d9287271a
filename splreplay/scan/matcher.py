"""The seam between the scan and whatever finds bytes: hyperscan where it is installed, else `re` and `find`.

Both give the same answer. A matcher belongs to one thread.
"""

from __future__ import annotations

import re
from typing import Any, Protocol

from splreplay.scan.model import Needle
from splreplay.scan.pattern import Pattern


class Matcher(Protocol):
    def find(self, text: bytes) -> list[int]:
        """Where the needle is: a place within each match, ascending; a match may give several."""


class ReMatcher:
    """The standard library alone: the plain core of each literal by `find`, then `re` around it."""

    def __init__(self, needle: Needle) -> None:
        self.pattern = Pattern(needle)
        self.escaped = re.compile(self.pattern.escaped)
        self.direct = [re.compile(expression, re.IGNORECASE) for expression in self.pattern.direct]

    def find(self, text: bytes) -> list[int]:
        found = {match.start() for match in self.escaped.finditer(text)} if b"\\u" in text else set()
        low = text.lower()
        for direct, core in zip(self.direct, self.pattern.cores, strict=True):
            if core in low:
                found.update(match.start() for match in direct.finditer(text))
        return sorted(found)


class HyperscanMatcher:
    """All patterns in one pass, by hyperscan, which lets other threads run meanwhile."""

    def __init__(self, needle: Needle) -> None:
        import hyperscan

        pattern = Pattern(needle)
        self.escaped = re.compile(pattern.escaped)
        self.prefix_length = len(b"\\u00")
        self.needles = len(pattern.direct)
        direct = [(expression, hyperscan.HS_FLAG_CASELESS) for expression in pattern.direct]
        prefixes = [(prefix, 0) for prefix in pattern.escape_prefixes]
        self.database = _database(hyperscan, direct + prefixes)

    def find(self, text: bytes) -> list[int]:
        ends: list[tuple[int, int]] = []
        self.database.scan(text, match_event_handler=lambda which, _begin, end, *_: ends.append((which, end)))
        return sorted(end - 1 for which, end in ends if which < self.needles or self._is_escape(text, end))

    def _is_escape(self, text: bytes, end: int) -> bool:
        return self.escaped.match(text, end - self.prefix_length) is not None


def _database(hyperscan: Any, expressions: list[tuple[bytes, int]]) -> Any:
    database = hyperscan.Database()
    patterns, flags = zip(*expressions, strict=True)
    database.compile(expressions=list(patterns), ids=list(range(len(patterns))), flags=list(flags))
    return database


def best_matcher(needle: Needle) -> Matcher:
    """hyperscan has wheels for common platforms only, and refuses processors without SSSE3."""
    try:
        return HyperscanMatcher(needle)
    except ImportError:
        return ReMatcher(needle)

"""The seam between the scan and whatever looks at bytes: the C of splreplay.scan.native where it is built, else `re`.

Both find the same records. A sieve belongs to one thread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from splreplay.scan import native
from splreplay.scan.forms import Forms
from splreplay.scan.model import Found, Place
from splreplay.scan.payloads import PACKED

if TYPE_CHECKING:
    from splreplay.scan.model import Needle
    from splreplay.scan.native import Fields

# Lines that are no plain `{"key`: blank ones, arrays, whole documents (`{"Records":`), no JSON.
ODD_LINE = re.compile(rb'(?:\A|\n)(?!\{"[^R])')

NAME = "eventName"  # whoever has a hit and no name is looked at, and named


class Listed(NamedTuple):
    """The records of a piece of a document, where the rest of it begins, and in which state."""

    found: Found
    rest: int
    state: int


class Sieve(Protocol):
    every: bool  # whether every line and record is looked at, since they carry base64

    def holds(self, text: bytes) -> bool:
        """Whether the needle is in it; without a needle, always."""

    def lines(self, text: bytes, end: int, source: str) -> Found:
        """The lines up to `end` that hold the needle, are no plain object, or may hold base64 of records.

        Without a needle all lines.
        """

    def records(self, text: bytes, state: int, final: bool, source: str) -> Listed | None:
        """The records of a piece of a document to look at, as of lines(); None where that is not certain.

        `state` is 0 at the document's beginning, later what the piece before gave.
        """


class PlainSieve:
    """The standard library alone: the plain core of each literal by `find`, then `re` around it."""

    every = False

    def __init__(self, needle: Needle | None) -> None:
        self.needle = needle
        if needle:
            forms = Forms(needle)
            self.escaped = re.compile(forms.escaped)
            self.direct = [(re.compile(one, re.IGNORECASE), core)
                           for one, core in zip(forms.direct, forms.cores, strict=True)]  # fmt: skip

    def holds(self, text: bytes) -> bool:
        return not self.needle or bool(self.find(text))

    def find(self, text: bytes) -> list[int]:
        """Where the needle is: a place within each match, ascending; a match may give several."""
        found = {match.start() for match in self.escaped.finditer(text)} if b"\\u" in text else set()
        low = text.lower()
        for direct, core in self.direct:
            if core in low:
                found.update(match.start() for match in direct.finditer(text))
        return sorted(found)

    def lines(self, text: bytes, end: int, source: str) -> Found:
        text = text[:end]
        count = text.count(b"\n") + (text[-1:] not in (b"", b"\n"))
        if self.needle:
            odd = [match.end() for match in ODD_LINE.finditer(text)]
            packed = [match.start() for match in PACKED.finditer(text)]
            spans = self._hit(text, sorted([*odd, *packed, *self.find(text)]))
        else:
            ends = [match.start() for match in re.finditer(rb"\n", text)]
            spans = list(zip([0, *(at + 1 for at in ends)], [*ends, len(text)], strict=True))[:count]
        return Found(count, spans, range(len(spans)))

    def _hit(self, text: bytes, places: Sequence[int]) -> list[Place]:
        spans: list[Place] = []
        end = -1
        for place in places:
            if end < place < len(text):
                begin = text.rfind(b"\n", 0, place) + 1
                end = text.find(b"\n", place)
                end = len(text) if end < 0 else end
                spans.append((begin, end))
        return spans

    def records(self, text: bytes, state: int, final: bool, source: str) -> Listed | None:
        return None


class NativeSieve:
    """With `fields` it also reads them, where it is certain what they are."""

    every = False

    def __init__(self, needle: Needle | None, fields: Fields | None) -> None:
        forms = Forms(needle) if needle else None
        self.needle = native.NativeNeedle(forms.literals, forms.letters) if forms else None
        self.hits = native.NativeNeedle(forms.literals, forms.letters, packed=True) if forms else None
        self.reader = native.Reader(fields, NAME if needle else "") if fields else None
        self.spans = native.Spans()

    def holds(self, text: bytes) -> bool:
        return not self.needle or bool(self.needle.find(text))

    def lines(self, text: bytes, end: int, source: str) -> Found:
        return self._found(text, source, native.lines(text, end, self.hits, self.spans))

    def records(self, text: bytes, state: int, final: bool, source: str) -> Listed | None:
        listed = native.records(text, state, final, self.spans)
        if listed is None:
            return None
        count = len(self.spans)
        if self.hits:
            self.hits.keep(text, self.spans)
        return Listed(self._found(text, source, count), *listed)

    def _found(self, text: bytes, source: str, count: int) -> Found:
        if not self.reader:
            return Found(count, list(self.spans), range(len(self.spans)))
        rows = self.reader.read(text, self.spans, source)
        spans, numbers = list(self.spans) if rows.left else [], rows.left
        return Found(count, [spans[number] for number in numbers], numbers, rows)


class Opening:
    """Each line and record is looked at: what it carries can only be told once it is opened."""

    every = True

    def __init__(self, sieve: Sieve) -> None:
        self.holds = sieve.holds
        whole = best_sieve(None)
        self.lines, self.records = whole.lines, whole.records


def best_sieve(needle: Needle | None, fields: Fields | None = None) -> Sieve:
    """`fields` are read where that can be done here; then the others remain, as if there were none."""
    if native.binding.library() and not (needle and None in map(native.rarest, Forms(needle).literals)):
        return NativeSieve(needle, fields)
    return PlainSieve(needle)

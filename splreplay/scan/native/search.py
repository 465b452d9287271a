"""Lines and records of a text, and which of them hold a needle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ctypes import byref, c_int32, c_int64
from itertools import accumulate
from typing import Any

from splreplay.scan.native.binding import CLiteral, CNeedle, CSpans, loaded

# The characters beyond ASCII that equal these without case are src/text.c's; `/` may be written `\/`.
SEVERAL_FORMS = "iks/"
# Of CloudTrail's characters from the most frequent to the least, letters without case; those not listed are rare.
FREQUENT = 'ea"nsitro0,c:1d2ulm5p-3469.78/'


class Spans:
    """Places in a text, each from a byte to before another. One thread uses the same ones over and over."""

    def __init__(self) -> None:
        self.library = loaded()
        self.c = CSpans()

    def __len__(self) -> int:
        return int(self.c.count)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        count = self.c.count
        return zip(self.c.begins[:count], self.c.ends[:count], strict=True) if count else iter(())

    def cleared(self) -> CSpans:
        self.c.count = 0
        return self.c

    def __del__(self) -> None:
        if hasattr(self, "c"):  # Ctrl-C may come while it is made
            self.library.spans_free(byref(self.c))


class Places:
    """Places that Python knows."""

    def __init__(self, ends: Any) -> None:
        """Those of texts that end here and begin where the one before ends."""
        begins = (c_int64 * len(ends))(*[0, *ends][: len(ends)])
        self.c = CSpans(begins, ends, len(ends), len(ends))


def ends_of(texts: Sequence[bytes]) -> Any:
    """Where each ends in all of them joined, as C wants it."""
    return (c_int64 * len(texts))(*accumulate(map(len, texts)))


def joined(texts: Sequence[bytes]) -> tuple[bytes, Places]:
    """Texts as one, and where each is in it."""
    return b"".join(texts), Places(ends_of(texts))


class NativeNeedle:
    """Literals in lower case, printable ASCII, each with a rarest().

    `letters` are the characters whose escapes may be part of one. `packed`: what may be base64 of records, too.
    """

    def __init__(self, literals: Sequence[str], letters: Iterable[str], packed: bool = False) -> None:
        encoded = [literal.encode("ascii") for literal in literals]
        anchors = [rarest(literal) or (0, 0) for literal in literals]
        found = [CLiteral(text, len(text), *pair) for text, pair in zip(encoded, anchors, strict=True)]
        self.kept = (encoded, (CLiteral * len(found))(*found))
        self.c = CNeedle(self.kept[1], len(found), packed=packed)
        for letter in letters:
            self.c.letters[ord(letter)] = True

    def find(self, text: bytes) -> list[int]:
        """Where it is: a place within each match, ascending."""
        spans = Spans()
        _checked(loaded().find(loaded().best, text, len(text), byref(self.c), byref(spans.c)))
        return [begin for begin, _ in spans]

    def keep(self, text: bytes, spans: Spans) -> None:
        """Drop those of the spans, which ascend, that do not hold it."""
        loaded().keep(loaded().best, text, len(text), byref(self.c), byref(spans.c))


def lines(text: bytes, end: int, needle: NativeNeedle | None, spans: Spans) -> int:
    """Sets `spans` to the lines up to `end`; with a needle to those that hold it or are no plain `{"key`.

    Returns how many lines there are.
    """
    count: int = loaded().lines(loaded().best, text, end, byref(needle.c) if needle else None, byref(spans.cleared()))
    _checked(count >= 0)
    return count


def records(text: bytes, state: int, final: bool, spans: Spans) -> tuple[int, int] | None:
    """Sets `spans` to the whole records of a piece of a document; returns where the rest begins, and its state.

    None where the text is not as a list of records is expected to be. The state of a document's beginning is 0.
    """
    after = c_int32(state)
    rest: int = loaded().records(loaded().best, text, len(text), final, byref(after), byref(spans.cleared()))
    return (rest, after.value) if rest >= 0 else None


def rarest(literal: str) -> tuple[int, int] | None:
    """The places of two rare characters between which everything has one form; None where there is no such."""

    def rarity(place: int) -> int:
        return FREQUENT.find(literal[place]) % (len(FREQUENT) + 1)

    runs: list[list[int]] = [[]]
    for place, char in enumerate(literal):
        if char in SEVERAL_FORMS:
            runs.append([])
        else:
            runs[-1].append(place)
    best = [sorted(sorted(run, key=rarity)[-2:]) for run in runs if run]
    if not best:
        return None
    pair = max(best, key=lambda places: (len(places), sum(map(rarity, places))))
    return pair[0], pair[-1]


def _checked(good: bool) -> None:
    if not good:
        raise MemoryError

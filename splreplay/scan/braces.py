"""Records in a JSON text, found by its braces alone at 2 GB/s, or not at all.

An array operation lists every brace. Braces within strings are told from the others by what follows them: in
JSON an opening brace is followed by a quote and a key, a line break or its closing brace. If all that counts
as opening then is structural and the depth ends at zero, no closing brace was in a string either, and the
records are where they seem to be. Whatever speaks against it makes the answer None: read exact.py's instead.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Positions = NDArray[np.int64]

BLOCK = 1 << 18  # what is computed of it fits the second-level cache
OPEN, CLOSE, QUOTE = b'{}"'
_HEAD = re.compile(rb'\s*(?:(\{\s*"Records"\s*:\s*)?\[\s*)?')
_GAP = re.compile(rb'\s*,?\s*|\s*\]\s*(?:\}\s*\{\s*"Records"\s*:\s*)?,?\s*\[\s*')
_TAIL = re.compile(rb"\s*(?:\]\s*\}?\s*)?")
_REST_OF_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SPACES = 4  # looked past behind a brace
_LOOKED_PAST = _SPACES + 2
_BLANK = list(b" \t")
_NO_KEY = list(b',:}]" \t\r\n')  # behind a quote these say that it closed a string
_BEHIND_OPEN = list(b"}\r\n")


class Spans(NamedTuple):
    """Record number i is text[begins[i]:ends[i]]; the next piece begins at `rest`, at this depth."""

    begins: Positions
    ends: Positions
    rest: int
    depth: int


def spans(text: bytes, depth: int | None, final: bool) -> Spans | None:
    """The records of a text; `depth` is None at its beginning, later that of the piece before.

    A piece that is not final keeps its last record for the next, since that one shows if it was whole.
    """
    import numpy as np

    head = _HEAD.match(text) if depth is None else None
    base = depth if depth is not None else 1 if head and head.group(1) else 0
    if base == 0 and b'"Records"' in text:
        return None  # a wrapper that begins with another key looks like a record
    places = _structural(text, len(text) if final else max(0, len(text) - _LOOKED_PAST))
    if places is None or not len(places):
        return None
    braces = np.frombuffer(text, np.uint8)[places]
    opening = braces == OPEN
    level = np.cumsum((OPEN + 1 - braces).view(np.int8), dtype=np.int32) + (depth or 0)
    begins, ends = places[opening & (level == base + 1)], places[~opening & (level == base)] + 1
    if not final:
        begins = begins[: len(ends)]
    if not (len(begins) == len(ends) > 0 and level.min() >= 0 and (not final or level[-1] == 0)):
        return None
    if begins[0] != (head.end() if head else 0) or not _framed(text, begins, ends):
        return None
    if final:
        return Spans(begins, ends, len(text), base) if _TAIL.fullmatch(text, int(ends[-1])) else None
    return Spans(begins[:-1], ends[:-1], int(begins[-1]), base)


def _structural(text: bytes, end: int) -> Positions | None:
    """The braces outside strings, up to `end`; None if that cannot be told."""
    import numpy as np

    chars = np.frombuffer(text, np.uint8)
    places = _all_braces(chars[:end])
    opens = places[chars[places] == OPEN]
    first, second = (chars.take(opens + i, mode="clip") for i in (1, 2))
    if (((first == QUOTE) & _may_begin_key()[second]) | (first == CLOSE)).all():
        return places
    return _sorted_out(text, places, opens)


def _sorted_out(text: bytes, places: Positions, opens: Positions) -> Positions | None:
    """The same where some opening braces are followed by blanks, or stand in strings."""
    import numpy as np

    chars = np.frombuffer(text, np.uint8)
    behind = opens + 1
    for _ in range(_SPACES):
        behind += np.isin(chars.take(behind, mode="clip"), _BLANK)
    first, second = chars.take(behind, mode="clip"), chars.take(behind + 1, mode="clip")
    quoted = first == QUOTE
    if np.isin(first, _BLANK).any() or (quoted & ~_may_begin_key()[second]).any():
        return None
    in_string = opens[~(quoted | np.isin(first, _BEHIND_OPEN))]
    return _outside(text, places, in_string.tolist()) if len(in_string) else places


def _all_braces(chars: NDArray[np.uint8]) -> Positions:
    import numpy as np

    blocks = range(0, max(1, len(chars)), BLOCK)
    places = np.concatenate([np.flatnonzero(chars[at : at + BLOCK] >= OPEN) + at for at in blocks])
    found = chars[places]
    braces: Positions = places[(found == OPEN) | (found == CLOSE)]
    return braces


@cache
def _may_begin_key() -> NDArray[np.bool_]:
    import numpy as np

    allowed = np.ones(256, bool)
    allowed[_NO_KEY] = False
    return allowed


def _outside(text: bytes, places: Positions, in_string: list[int]) -> Positions:
    """The braces without those of the strings that hold these."""
    import numpy as np

    strings, end = [], 0
    for begin in in_string:
        if begin < end:
            continue
        match = _REST_OF_STRING.match(text, begin)
        end = match.end() if match else len(text)
        strings.append((begin, end))
    keep = np.ones(len(places), bool)
    for low, high in np.searchsorted(places, strings).tolist():
        keep[low:high] = False
    return places[keep]


def _framed(text: bytes, begins: Positions, ends: Positions) -> bool:
    """Between the records is nothing but what belongs there."""
    import numpy as np

    chars = np.frombuffer(text, np.uint8)
    plain = (begins[1:] - ends[:-1] == 1) & (chars[ends[:-1]] == ord(","))
    odd = np.flatnonzero(~plain).tolist()
    return all(_GAP.fullmatch(text, int(ends[i]), int(begins[i + 1])) for i in odd)

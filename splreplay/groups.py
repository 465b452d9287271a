"""Texts of records by the thousand, in the form that DuckDB reads: cut out, or whole lines that it splits.

Each record has a place, a number that grows with the order of arrival. A line has room for MOST_IN_LINE, since
it may turn out to hold several records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, ClassVar, cast

from splreplay.columns import LOOSE
from splreplay.scan.matcher import Finder
from splreplay.scan.model import Lines, RawRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Item = RawRecord | Lines

GROUP = 8_192
GROUP_BYTES = 16 << 20
MOST_IN_LINE = 1 << 20
LINE_FEED = 10
FINDER = Finder(LOOSE)


@dataclass
class _Group:
    """`start` is the place of the first, `size` the bytes of all."""

    start: int
    items: Sequence[Item]
    size: int

    step: ClassVar[int]  # from the place of a record or line to that of the next

    def placed(self) -> Iterator[tuple[int, Item]]:
        """The items as they came. None is empty, so the bytes before it make a place."""
        before = accumulate((len(item[0]) for item in self.items), initial=0)
        return zip((self.start + size * self.step for size in before), self.items, strict=False)

    @property
    def end(self) -> int:
        """Beyond every place: lines are counted on a thread, but none is shorter than a byte."""
        return self.start + (self.size + 1) * self.step


@dataclass
class Records(_Group):
    """Records that were cut out: those of documents, and what is odd."""

    items: Sequence[RawRecord]

    of_lines: ClassVar[bool] = False
    step: ClassVar[int] = 1
    # A SELECT of o, x0, source and loose, from the columns and values that given() names.
    select: ClassVar[str] = "SELECT * FROM given"

    @property
    def count(self) -> int:
        return len(self.items)

    def given(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Arrays that DuckDB reads where they are (its string is the string of Python, if that is ASCII)."""
        import numpy as np

        raws, sources, _ = zip(*self.items, strict=True)
        arrays = {
            "o": np.arange(self.start, self.start + len(raws)),
            "x0": np.array([raw.decode("utf-8", "replace") for raw in raws], object),
            "source": np.array(sources, object),
            "loose": self._loose(raws),
        }
        return arrays, {}

    def _loose(self, raws: Sequence[bytes]) -> NDArray[np.bool_]:
        import numpy as np

        places = FINDER.ends(b"\n".join(raws))
        found = np.full(len(raws), places is None)
        found[np.searchsorted(np.cumsum([len(raw) + 1 for raw in raws]), places or [], "right")] = True
        return found

    def item(self, index: int) -> Item:
        return self.items[index]


@dataclass
class Text(_Group):
    """Whole lines that follow one another in a file. Python makes no object of each, DuckDB splits them."""

    items: Sequence[Lines]

    of_lines: ClassVar[bool] = True
    step: ClassVar[int] = MOST_IN_LINE
    select: ClassVar[str] = (
        "SELECT $start::BIGINT + (i - 1) * $step::BIGINT AS o, x0, $source::VARCHAR AS source, "
        "coalesce(list_contains($loose::BIGINT[], i - 1), TRUE) AS loose FROM ("
        r"SELECT i, CASE WHEN prefix(x, '{') AND suffix(x, '}') THEN x ELSE trim(x, E' \t\r') END AS x0 FROM ("
        "SELECT generate_subscripts(listed, 1) AS i, unnest(listed) AS x FROM ("
        "SELECT string_split(x, chr(10)) AS listed FROM given))) WHERE prefix(x0, '{')"
    )

    @cached_property
    def text(self) -> bytes:
        *others, last = (item.text for item in self.items)
        return b"".join([*others, last.removesuffix(b"\n")])

    @cached_property
    def breaks(self) -> NDArray[np.int64]:
        import numpy as np

        return np.flatnonzero(np.frombuffer(self.text, np.uint8) == LINE_FEED)

    @property
    def count(self) -> int:
        return len(self.breaks) + 1

    def given(self) -> tuple[dict[str, Any], dict[str, Any]]:
        import numpy as np

        places = FINDER.ends(self.text)
        loose = None if places is None else np.searchsorted(self.breaks, places).tolist()
        values = {"start": self.start, "step": self.step, "source": self.items[0].source, "loose": loose}
        return {"x": np.array([self.text.decode("utf-8", "replace")], object)}, values

    def item(self, index: int) -> Item:
        begin = int(self.breaks[index - 1]) + 1 if index else 0
        end = int(self.breaks[index]) if index < len(self.breaks) else len(self.text)
        first = self.items[0]
        return Lines(self.text[begin:end], first.source, first.at + begin)


Group = Records | Text


def groups(batches: Iterable[Sequence[Item]]) -> Iterator[Group]:
    """Groups of about GROUP_BYTES; after Ctrl-C one of what was already there."""
    held: list[Item] = []
    start = size = 0
    with suppress(KeyboardInterrupt):
        for item in chain.from_iterable(batches):
            if held and (size >= GROUP_BYTES or len(held) >= GROUP or not _follows(held[-1], item)):
                yield (group := _group(start, held, size))
                held, size, start = [], 0, group.end
            held.append(item)
            size += len(item[0])
    if held:
        yield _group(start, held, size)


def _group(start: int, items: Sequence[Item], size: int) -> Group:
    if isinstance(items[0], Lines):
        return Text(start, cast("Sequence[Lines]", items), size)
    return Records(start, cast("Sequence[RawRecord]", items), size)


def _follows(one: Item, other: Item) -> bool:
    """Whether both fit into a group."""
    if isinstance(one, Lines) and isinstance(other, Lines):
        return one.source == other.source and one.at + len(one.text) == other.at
    return type(one) is type(other)

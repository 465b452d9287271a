"""Where a table goes: how wide it is, whether it shows colours, and how wide a text is on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import IO, NamedTuple

PIPE = 160  # columns where nobody says how many
LEAST = 20


class Screen(NamedTuple):
    width: int
    colour: bool

    @classmethod
    def of(cls, out: IO[str]) -> Screen:
        """$COLUMNS, else the terminal's width; https://no-color.org is heeded."""
        terminal = out.isatty()
        width = shutil.get_terminal_size((80 if terminal else PIPE, 24)).columns
        if not terminal and not os.environ.get("COLUMNS", "").isdecimal():
            width = PIPE
        return cls(max(width, LEAST), terminal and not os.environ.get("NO_COLOR"))

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.colour else text

    def dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self.colour else text

    def name(self, text: str) -> str:
        return f"\x1b[36m{text}\x1b[0m" if self.colour else text


def cells(text: str) -> int:
    """The columns that a text takes: wide characters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def folded(text: str, width: int, most: int) -> Iterator[str]:
    """Lines of a printable text, at most so many; what is left out is counted in the last."""
    for count, (start, end) in enumerate(_lines(text, width)):
        if count + 1 >= most and end < len(text):
            yield _more(len(text) - start, width)
            return
        yield text[start:end]


def _more(count: int, width: int) -> str:
    words = f"... {count:,} more characters"
    return words if len(words) <= width else f"... +{count:,}"


def _lines(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Begin and end of each line; broken behind a comma or blank where one stands in its second half."""
    start, length = 0, len(text)
    while start < length:
        end = _fitting(text, start, width)
        if end < length:
            gap = max(text.rfind(",", start + width // 2, end), text.rfind(" ", start + width // 2, end))
            end = gap + 1 if gap >= 0 else end
        yield start, end
        start = end


def _fitting(text: str, start: int, width: int) -> int:
    """How far a line may go; at least one character, however wide."""
    end = min(len(text), start + width)
    while end > start + 1 and cells(text[start:end]) > width:
        end -= max(1, (cells(text[start:end]) - width) // 2)
    return end

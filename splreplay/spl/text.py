"""The text of a search, and where each piece of it was written.

Macros put text from macros.conf into the middle of a search. The lexer sees one string; an error must
still name the file and line that its author can edit.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from splreplay.spl.errors import CompileError, Span, SplError

EXCERPT = 100  # characters of a source line that a message shows


@dataclass(frozen=True)
class Origin:
    """A text as written: `name` is a file or `search`, `line` and `column` (from 1) are its beginning.

    `macro` is the name of the macro that it defines.
    """

    name: str
    text: str
    line: int = 1
    column: int = 1
    macro: str = ""

    def place(self, offset: int) -> tuple[int, int]:
        before = self.text[:offset]
        row = before.count("\n")
        column = offset - (before.rfind("\n") + 1) + 1
        return self.line + row, column + (self.column - 1 if row == 0 else 0)


@dataclass(frozen=True)
class Piece:
    """From `start` on, the expanded text stands in `origin` at `offset`; `fixed`: all of it at one place."""

    start: int
    origin: Origin
    offset: int
    fixed: bool = False


@dataclass(frozen=True)
class Text:
    text: str
    pieces: tuple[Piece, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, text: str, name: str = "search", line: int = 1, column: int = 1) -> Text:
        return cls(text, (Piece(0, Origin(name, text, line, column), 0),))

    def locate(self, offset: int) -> tuple[Origin, int]:
        index = bisect.bisect_right([piece.start for piece in self.pieces], offset) - 1
        piece = self.pieces[max(index, 0)]
        return piece.origin, piece.offset + (0 if piece.fixed else offset - piece.start)

    def labelled(self, macro: str) -> Text:
        """The same text, known to be of that macro."""
        pieces = (replace(piece, origin=replace(piece.origin, macro=macro)) for piece in self.pieces)
        return Text(self.text, tuple(pieces))

    def macro_at(self, offset: int) -> str:
        """The macro whose text stands there, or nothing."""
        return self.locate(offset)[0].macro

    def point(self, span: Span) -> list[str]:
        """The lines `--> file:line:column`, the source line and the caret under the span."""
        origin, offset = self.locate(min(span.start, max(len(self.text) - 1, 0)))
        offset += max(span.start - max(len(self.text) - 1, 0), 0)
        line, column = origin.place(offset)
        begin = origin.text.rfind("\n", 0, offset) + 1
        stop = origin.text.find("\n", offset)
        shown = origin.text[begin : stop if stop >= 0 else len(origin.text)]
        at = offset - begin
        left = max(0, at - EXCERPT // 2)
        shown = shown[left : left + EXCERPT]
        width = max(1, min(span.end - span.start, len(shown) - (at - left)))
        caret = " " * (at - left) + "^" * width
        return [f"  --> {origin.name}:{line}:{column}", f"   | {_printable(shown)}", f"   | {caret}"]

    @contextmanager
    def located(self) -> Iterator[None]:
        """Errors that leave this block know their text."""
        try:
            yield
        except SplError as error:
            if error.source is None:
                error.source = self
                error.advice = error.advice or self._other_macro(error)
            raise

    def _other_macro(self, error: SplError) -> str:
        """What can be done about words that do not run here and are not the author's."""
        macro = self.macro_at(error.span.start) if isinstance(error, CompileError) and error.span else ""
        advice = f"it is in the macro {macro}: give [{macro}] another definition in local/macros.conf, such as search *"
        return advice if macro else ""


def _printable(text: str) -> str:
    return "".join(
        char if char.isprintable() else " " if char in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for char in text
    )

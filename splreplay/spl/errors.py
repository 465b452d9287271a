"""The three ways a search can fail, each with its place in the author's text.

SplError
  ParseError     the text is not SPL as we know it
  CompileError   it is SPL, and this engine or its tables refuse it
    UnknownError
    MissingMacroError
  RunError       it ran into its data or its surroundings
    MissingLookupError
    LostError    something that was named could not be read, or was not written
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from splreplay.spl.text import Text


class Span(NamedTuple):
    """Half-open range of characters in the expanded text of a search."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        return Span(self.start, other.end)


class SplError(Exception):
    """A failure with the words, the place and the next step.

    `str(error)` gives all lines; `source` is filled in by whoever knows the text, `warnings` by whoever knows
    what else was odd before it.
    """

    kind = "error"
    lost = False  # the input or the output failed, and not what was asked

    def __init__(self, message: str, span: Span | None = None, advice: str = "") -> None:
        super().__init__(message)
        self.message, self.span, self.advice = message, span, advice
        self.source: Text | None = None
        self.warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.kind}: {self.message}"]
        if self.source is not None and self.span is not None:
            lines += self.source.point(self.span)
        if self.advice:
            lines.append(f"  help: {self.advice}")
        return "\n".join(lines)


class ParseError(SplError):
    kind = "parse error"


class CompileError(SplError):
    kind = "compile error"


class RunError(SplError):
    kind = "run error"


class UnknownError(CompileError):
    """A name that Splunk does not know either, as far as can be told, or a pattern that is none: a slip, no limit."""


class MissingMacroError(CompileError):
    """A macro that no app defines; `name` is without the number of its arguments."""

    def __init__(self, name: str, arguments: int, span: Span, advice: str) -> None:
        super().__init__(f"unknown macro '{name[:60]}' with {arguments} arguments", span, advice)
        self.name = name


class MissingLookupError(RunError):
    """A lookup that no app defines, or whose file is not there."""

    def __init__(self, name: str, span: Span | None, advice: str) -> None:
        super().__init__(f"there is no lookup '{name[:100]}'", span, advice)
        self.name = name


class LostError(RunError):
    lost = True


def installing(package: str) -> str:
    """Advice that works wherever this runs: our own name is not ours on the package index, so no extra of it."""
    return f"{sys.executable} -m pip install '{package}'"


LISTED = "docs/language.md lists what runs here"


def nearest(word: str, known: Iterable[str]) -> str:
    """Advice that names the closest known word, or nothing."""
    import difflib  # for an error only

    close = difflib.get_close_matches(word[:80].lower(), list(known), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else ""

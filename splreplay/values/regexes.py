r"""Regular expressions of a search: PCRE in, with a bound on the time that a hostile one can take.

Where RE2 gives the same answer, DuckDB tests the pattern in linear time (`Pattern.re2`); for all else
there is the `regex` package, which backtracks as PCRE does and stops when the pattern's time is used up.

>>> pattern(r"user=(?<who>\w+)").search("user=eve").group("who")
'eve'
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from splreplay.spl.errors import CompileError, RunError, Span, UnknownError

if TYPE_CHECKING:
    from splreplay.values.pcre import Translation

SECONDS_A_VALUE = 2.0
SECONDS = 20.0  # for one pattern over all values of a run that take it longer than an ordinary one
ORDINARY = 0.01
AS_PCRE = "it is read as PCRE; a backslash before a character takes its meaning away"
SLOW = "write it without nested repeats such as (a+)+, or anchor it"


@dataclass
class Pattern:
    """A compiled pattern. `groups` is their number, `names` maps the named ones to theirs.

    `re2` tells whether there is a match, where DuckDB can; `exact`: it also matches the same text.
    """

    text: str
    re2: str | None
    exact: bool
    compiled: Any
    left: float = field(default=SECONDS, compare=False)

    @property
    def groups(self) -> int:
        return int(self.compiled.groups)

    @property
    def names(self) -> dict[str, int]:
        return dict(self.compiled.groupindex)

    def search(self, value: str) -> Any:
        """The first match or None."""
        return self._timed(lambda limit: self.compiled.search(value, timeout=limit))

    def finditer(self, value: str) -> Iterator[Any]:
        """Every match, from left to right."""
        return iter(self._timed(lambda limit: list(self.compiled.finditer(value, timeout=limit))))

    def replace(self, value: str, template: str, count: int = 0) -> str:
        r"""Every match (or the first `count`) replaced; `\1` in the template is the first group."""
        parts = _template(template)

        def fill(match: Any) -> str:
            return _filled(match, parts)

        return str(self._timed(lambda limit: self.compiled.sub(fill, value, count, timeout=limit)))

    def fill(self, match: Any, template: str) -> str:
        """What `replace` puts in the place of this match."""
        return _filled(match, _template(template))

    def _timed(self, run: Any) -> Any:
        start = time.thread_time()
        try:
            if self.left <= 0:
                raise TimeoutError
            return run(min(self.left, SECONDS_A_VALUE))
        except TimeoutError:
            raise RunError(f"the regular expression {self.text[:60]!r} takes too long", advice=SLOW) from None
        finally:
            spent = time.thread_time() - start
            self.left -= spent if spent > ORDINARY else 0


def pattern(text: str, span: Span | None = None) -> Pattern:
    """Compile a pattern that a search spells out; the error names the place within it."""
    import regex  # it and our reading of PCRE load slowly, and most searches have no pattern

    from splreplay.values.pcre import read

    reading = read(text)
    try:
        compiled = _compiled(reading)
    except (regex.error, RecursionError, OverflowError) as error:
        message, place = _explained(error, reading)
        words = f"{text[:60]!r} is no regular expression: {message}"
        raise UnknownError(words, _within(span, text, place), AS_PCRE) from None
    return Pattern(text, reading.re2, not reading.ends, compiled)


@lru_cache(maxsize=256)
def of_value(text: str) -> Pattern | None:
    """Compile a pattern that a field holds; None where it is none."""
    try:
        return pattern(text)
    except CompileError:
        return None


def _compiled(reading: Translation) -> Any:
    import regex

    # Version 1 lets `(?i)` in the middle hold from there on, as PCRE does.
    version = regex.VERSION1 if reading.scoped else regex.VERSION0
    compiled = regex.compile(reading.python, version)
    names = re.findall(r"\(\?P<(\w+)>", reading.python)
    if len(names) != len(set(names)):
        raise regex.error("two groups have the same name", reading.python, 0)
    return compiled


def _explained(error: Exception, reading: Translation) -> tuple[str, int | None]:
    if isinstance(error, RecursionError | OverflowError):
        return "it nests too deeply", None
    place = getattr(error, "pos", None)
    return str(getattr(error, "msg", error)), None if place is None else reading.place(place)


def _within(span: Span | None, text: str, place: int | None) -> Span | None:
    """The character at `place`, where the quoted text stands in the search as it is."""
    if span is None or place is None or span.end - span.start != len(text) + 2:
        return span
    at = min(span.start + 1 + place, span.end - 1)
    return Span(at, at + 1)


def _template(template: str) -> list[str | int]:
    r"""Literal text and group numbers; `\\` is a backslash."""
    parts: list[str | int] = []
    for match in re.finditer(r"\\(\d\d?)|\\(\\)|([^\\]+|\\)", template):
        number, backslash, text = match.groups()
        parts.append(int(number) if number else backslash or text)
    return parts


def _filled(match: Any, parts: list[str | int]) -> str:
    return "".join(part if isinstance(part, str) else _group(match, part) for part in parts)


def _group(match: Any, number: int) -> str:
    return match.group(number) or "" if number <= match.re.groups else ""

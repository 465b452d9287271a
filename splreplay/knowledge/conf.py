"""Splunk's .conf files: stanzas of key = value, continued by a backslash that ends the line.

A line that Splunk passes over, or reads otherwise than it looks, is warned about: most often a backslash is missing,
and the rest of a search is lost.
https://help.splunk.com/en/splunk-enterprise/administer/admin-manual/9.4/administer-splunk-enterprise-with-configuration-files
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from splreplay.spl.booleans import truth
from splreplay.spl.errors import RunError, Span
from splreplay.spl.text import Text


@dataclass(frozen=True)
class Value:
    """A setting and where it stands; `text` has its line breaks, without the backslashes."""

    text: str
    file: str = ""
    line: int = 1
    column: int = 1

    def source(self) -> Text:
        return Text.of(self.text, self.file or "search", self.line, self.column)

    def truth(self, empty: bool = False) -> bool:
        """Whether the setting is on; RunError with its place where it says neither. An empty one is not made."""
        with self.source().located():
            try:
                return truth(self.text) if self.text.strip() else empty
            except ValueError:
                span, advice = Span(0, len(self.text)), "write 1 or 0"
                raise RunError("this setting is neither true nor false", span, advice) from None


NOT_SET = Value("")
Stanza = Mapping[str, Value]
Stanzas = dict[str, dict[str, Value]]


Warn = Callable[[str], None]
_BREAK = re.compile(r"\r\n|\r|\n")
# What begins like a line of a search is no name of a setting. EXTRACT-, LOOKUP- and their like end in any text.
_KEY = re.compile(r"""[^\s|"'`(),<>\[\]]+|[A-Za-z]+-[^|]*""")


def read_conf(text: str, file: str = "", warn: Warn = lambda message: None) -> Stanzas:
    """Stanza name to its keys; keys before the first stanza belong to `default`."""
    stanzas: Stanzas = {}
    name = "default"
    lines = _Lines(text, file, warn)
    for number, line in lines:
        stripped = line.strip()
        if stripped.startswith("[") and "]" in stripped:
            name = stripped[1 : stripped.rindex("]")]
            stanzas.setdefault(name, {})
        elif "=" in line and not is_comment(stripped):
            key, _, first = line.partition("=")
            column = len(key) + 2 + len(first) - len(first.lstrip())
            lines.check_key(key.strip())
            stanzas.setdefault(name, {})[key.strip()] = Value(lines.continued(first.lstrip()), file, number, column)
        elif stripped and not is_comment(stripped):
            lines.warn(f"{_shown(stripped)} is neither a stanza, a setting nor a comment, and is passed over{MISSING}")
    return stanzas


MISSING = "; is there a backslash missing at the end of the line before it?"


def lines_of(text: str) -> list[str]:
    """The lines of a conf file: what other characters str.splitlines() breaks at are part of a value."""
    *lines, rest = _BREAK.split(text)
    return [*lines, rest] if rest else lines


def is_comment(line: str) -> bool:
    return line.startswith(("#", ";"))


def continues(line: str) -> bool:
    """Whether the value goes on in the next line: with a blank behind it, a backslash is one of its letters."""
    return line.endswith("\\")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}...")


class _Lines:
    """The lines of a file with their numbers; warnings name the one that was taken last."""

    def __init__(self, text: str, file: str, warn: Warn) -> None:
        self._lines = enumerate(lines_of(text.lstrip("\ufeff")), 1)
        self._file, self._warn, self._number = file, warn, 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        while (following := next(self._lines, None)) is not None:
            self._number, line = following
            yield self._number, line

    def warn(self, message: str) -> None:
        self._warn(f"{self._file}:{self._number}: {message}")

    def check_key(self, key: str) -> None:
        if not _KEY.fullmatch(key):
            self.warn(f"{_shown(key)} is taken for the name of a setting{MISSING}")

    def continued(self, line: str) -> str:
        """A value and the lines that go on with it, without their backslashes."""
        found = [line]
        while continues(found[-1]):
            self._number, following = next(self._lines, (self._number, ""))
            if is_comment(following.strip()):
                self.warn(f"{_shown(following.strip())} goes on with the value above it, so it is no comment")
            found.append(following)
        if continues(found[-1].rstrip()):
            self.warn("a backslash with a blank behind it does not continue the line")
        return "\n".join([*(part[:-1].rstrip() for part in found[:-1]), found[-1].rstrip()])


def read_file(path: Path) -> str:
    """The text of a conf file; none where there is no such file."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"cannot read {path.name}: {error}") from error


def split_list(text: str) -> list[str]:
    """`a;b` or `a,b`, as Splunk writes lists in conf files."""
    return [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]

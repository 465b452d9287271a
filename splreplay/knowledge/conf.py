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

from splreplay.spl.errors import RunError
from splreplay.spl.text import Text

LAYERS = ("default", "local")  # the later one wins, key by key


@dataclass(frozen=True)
class Value:
    """A setting and where it stands; `text` has its line breaks, without the backslashes."""

    text: str
    file: str = ""
    line: int = 1
    column: int = 1

    def source(self) -> Text:
        return Text.of(self.text, self.file or "search", self.line, self.column)


Stanza = Mapping[str, Value]


Warn = Callable[[str], None]
# What begins like a line of a search is no name of a setting. EXTRACT-, LOOKUP- and their like end in any text.
_KEY = re.compile(r"""[^\s|"'`(),<>\[\]]+|[A-Za-z]+-[^|]*""")


def read_conf(text: str, file: str = "", warn: Warn = lambda message: None) -> dict[str, dict[str, Value]]:
    """Stanza name to its keys; keys before the first stanza belong to `default`."""
    stanzas: dict[str, dict[str, Value]] = {}
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
        self._lines = enumerate(text.lstrip("\ufeff").splitlines(), 1)
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


def read_layers(app: Path, name: str, warn: Warn) -> dict[str, dict[str, Value]]:
    """`<name>.conf` of an app as Splunk merges it: local over default, one key at a time."""
    merged: dict[str, dict[str, Value]] = {}
    for layer in LAYERS:
        path = app / layer / f"{name}.conf"
        if path.is_file():
            for stanza, keys in read_conf(_read(path), f"{layer}/{name}.conf", warn).items():
                merged.setdefault(stanza, {}).update(keys)
    return merged


def oddities(app: Path) -> list[str]:
    """What is odd in any of an app's conf files."""
    found: list[str] = []
    for layer in LAYERS:
        for path in sorted((app / layer).glob("*.conf")):
            read_conf(_read(path), f"{app.name}/{layer}/{path.name}", found.append)
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"cannot read {path.name}: {error}") from error

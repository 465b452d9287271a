"""Splunk's .conf files: stanzas of key = value, continued by a backslash at the end of a line.

https://help.splunk.com/en/splunk-enterprise/administer/admin-manual/9.4/administer-splunk-enterprise-with-configuration-files
"""

from __future__ import annotations

from collections.abc import Mapping
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


def read_conf(text: str, file: str = "") -> Stanzas:
    """Stanza name to its keys; keys before the first stanza belong to `default`."""
    stanzas: Stanzas = {}
    name = "default"
    lines = iter(enumerate(text.lstrip("\ufeff").splitlines(), 1))
    for number, line in lines:
        stripped = line.strip()
        if stripped.startswith("[") and "]" in stripped:
            name = stripped[1 : stripped.rindex("]")]
            stanzas.setdefault(name, {})
        elif stripped and not stripped.startswith(("#", ";")) and "=" in line:
            key, _, first = line.partition("=")
            column = len(key) + 2 + len(first) - len(first.lstrip())
            value = _continued(first.strip(), lines)
            stanzas.setdefault(name, {})[key.strip()] = Value(value, file, number, column)
    return stanzas


def _continued(value: str, lines: object) -> str:
    while value.endswith("\\"):
        following = next(lines, None)  # type: ignore[call-overload]
        value = value[:-1].rstrip() + "\n" + (following[1].rstrip() if following else "")
        if following is None:
            break
    return value


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

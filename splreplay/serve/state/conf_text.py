"""Edits to the text of a conf file, in place: comments, order and all other settings stay as they are.

Pure functions; `splreplay.knowledge.conf` reads the same form. What the form cannot say is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from splreplay.knowledge.conf import continues, is_comment, lines_of

NAME = re.compile(r"[^\x00-\x1f\x7f\]\[]{1,1024}")
KEY = re.compile(r"[^\x00-\x20\x7f=#;\[][^\x00-\x1f\x7f=]{0,511}")


class ConfError(ValueError):
    """Something that a conf file has no way to write."""


class _Line(NamedTuple):
    """One logical line: where it is in the physical lines, and the stanza or the key that it begins."""

    start: int
    end: int
    stanza: str | None = None
    key: str | None = None


def set_keys(text: str, stanza: str, values: Mapping[str, str]) -> str:
    """The text with these keys of one stanza set; all else as it was."""
    check_name(stanza)
    lines = lines_of(text)
    places = {line.key: line for line in _of_stanza(lines, stanza) if line.key is not None}
    new = {key: [write_value(key, value)] for key, value in values.items()}
    for key in sorted(set(new) & set(places), key=lambda name: -places[name].start):
        lines[places[key].start : places[key].end] = new[key]
    added = [line for key in new if key not in places for line in new[key]]
    at = _end_of_stanza(lines, stanza)
    if at is None:
        lines += [*([""] if lines else []), f"[{stanza}]", *added]
    else:
        lines[at:at] = added
    return "\n".join(lines) + "\n"


def remove_stanza(text: str, stanza: str) -> str:
    lines = lines_of(text)
    inside = [*_of_stanza(lines, stanza)]
    for line in reversed(inside):
        del lines[line.start : line.end]
    return "\n".join(lines) + "\n" if lines else ""


def check_name(stanza: str) -> None:
    if not NAME.fullmatch(stanza) or stanza != stanza.strip() or not _is_plain(stanza):
        raise ConfError("a stanza name has no brackets, control characters or outer spaces, and 1024 at most")


def write_value(key: str, value: str) -> str:
    if not KEY.fullmatch(key) or key != key.strip() or not _is_plain(key):
        raise ConfError(f"{key[:80]!r} cannot be the name of a setting")
    lines = value.replace("\r\n", "\n").split("\n")
    if not all(map(_is_plain, lines)):
        raise ConfError(f"the value of {key[:80]!r} has a line that ends in a backslash, or control characters")
    return f"{key} = " + "\\\n".join(lines)


def _is_plain(line: str) -> bool:
    """One line to every reader, and not one that goes on."""
    return line.splitlines() in ([], [line]) and not line.rstrip().endswith("\\") and "\0" not in line


def _logical(lines: list[str]) -> Iterator[_Line]:
    at = 0
    while at < len(lines):
        start, text = at, lines[at]
        at += 1
        bare = text.strip()
        if not bare or is_comment(bare):
            continue
        if bare.startswith("[") and "]" in bare:
            yield _Line(start, at, stanza=bare[1 : bare.rindex("]")])
        elif "=" in bare:
            while continues(lines[at - 1]) and at < len(lines):
                at += 1
            yield _Line(start, at, key=bare.partition("=")[0].strip())


def _of_stanza(lines: list[str], stanza: str) -> Iterator[_Line]:
    inside = False
    for line in _logical(lines):
        if line.stanza is not None:
            inside = line.stanza == stanza
        if inside:
            yield line


def _end_of_stanza(lines: list[str], stanza: str) -> int | None:
    """Where a further key goes: after the stanza's last line."""
    return max((line.end for line in _of_stanza(lines, stanza)), default=None)

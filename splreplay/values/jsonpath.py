"""Paths into JSON text, as `spath` and the JSON functions of eval write them: `a.b`, `a{}`, `a{0}.b`.

A value comes back as Splunk shows it: a string without quotes, anything else as it stands in the text, with
the digits and spaces that its author wrote. The document is scanned, not rebuilt.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/spath
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]

from splreplay.values import flatten

Step = str | int | None  # a key, a place in an array, or every place

_SCAN = json.JSONDecoder(strict=False).scan_once  # type: ignore[attr-defined]
_SPACE = re.compile(r"[ \t\n\r]*")
_STEP = re.compile(r"([^.{}]+)|\{([^{}]*)\}|(\.)")


def parse_path(path: str) -> tuple[Step, ...] | None:
    """The steps of a path, None where it is none. Braces hold nothing, a number, or a key with dots."""
    steps: list[Step] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            return None
        at = match.end()
        key, inside, _ = match.groups()
        if key is not None:
            steps.append(key)
        elif inside is not None:
            steps.append(int(inside) if inside.isdecimal() and len(inside) < 10 else inside or None)
    return tuple(steps)


def find(document: str, path: str) -> list[str]:
    """Every value at the path, in the order of the text; none where the document is not JSON."""
    steps = parse_path(path)
    if steps is None:
        return []
    try:
        return list(_walk(document, _skip(document, 0), steps))
    except (ValueError, IndexError, RecursionError):
        return []


def fields(document: str) -> dict[str, flatten.Value]:
    """All fields of an object or array, named as KV_MODE=json does; none where the text is neither."""
    found = flatten.parse_any(document)
    return {} if found is None else flatten.flatten(found)


def members(document: str) -> dict[str, list[str]]:
    """The values of each key of an object, those of an array one by one; what holds others is its text."""
    found: dict[str, list[str]] = {}
    try:
        at = _skip(document, 0)
        for key, place in _keys(document, at):
            places = _elements(document, place, None) if document[place] == "[" else iter([place])
            found.setdefault(key, []).extend(value for each in places for value in _walk(document, each, ()))
    except (ValueError, IndexError, RecursionError):
        return {}
    return found


def _walk(text: str, at: int, steps: tuple[Step, ...]) -> Iterator[str]:
    if not steps:
        value, end = _value(text, at)
        yield value if isinstance(value, str) else text[at:end]
        return
    step = steps[0]
    places = _member(text, at, step) if isinstance(step, str) else _elements(text, at, step)
    for place in places:
        yield from _walk(text, place, steps[1:])


def _member(text: str, at: int, name: str) -> Iterator[int]:
    """Where the values of this key begin; an object may have it twice."""
    return (place for key, place in _keys(text, at) if key == name)


def _keys(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The keys of an object, and where their values begin."""
    if text[at] != "{":
        return
    at = _skip(text, at + 1)
    while text[at] == '"':
        key, at = scanstring(text, at + 1, False)
        at = _skip(text, at)
        if text[at] != ":":
            raise ValueError("no colon")
        at = _skip(text, at + 1)
        yield key, at
        at = _next(text, at)


def _elements(text: str, at: int, index: int | None) -> Iterator[int]:
    """Where the elements begin: all, or the one at this place; an object counts as an array of one."""
    if text[at] == "{" and index in (None, 0):
        yield at
    if text[at] != "[":
        return
    at, place = _skip(text, at + 1), 0
    while text[at] != "]":
        if index is None or index == place:
            yield at
        at, place = _next(text, at), place + 1


def _next(text: str, at: int) -> int:
    """Behind the value that begins here and its comma."""
    at = _skip(text, _value(text, at)[1])
    return _skip(text, at + 1) if text[at] == "," else at


def _value(text: str, at: int) -> tuple[object, int]:
    try:
        found: tuple[object, int] = _SCAN(text, at)
    except StopIteration:
        raise ValueError("no value") from None
    return found


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at

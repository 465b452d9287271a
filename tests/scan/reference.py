"""A slow reader of its own, which says what a scan must find and count: json.loads, value by value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

MARK = "\ufeff"


class Reference(NamedTuple):
    objects: list[Any]
    malformed: int

    @property
    def records(self) -> int:
        return len(self.objects) + self.malformed

    def holding(self, needle: str | None) -> list[Any]:
        return [value for value in self.objects if needle is None or holds(value, needle)]


def by_line(stored: bytes) -> Reference:
    """Each line that is not blank is a record, or malformed; a whole document in a line is its records, and so are
    objects without anything between."""
    text = stored.decode("utf-8", "replace").removeprefix(MARK)
    lines = [line.strip(" \t\r") for line in text.split("\n")]
    return _summed(item for line in lines if line for value in _joined(line) for item in _records(value))


def by_value(stored: bytes) -> Reference:
    """JSON texts one after another: objects, arrays, `Records`."""
    text = stored.decode("utf-8", "replace").removeprefix(MARK).strip()
    return _summed(item for value in _values(text) for item in _records(value))


def holds(value: Any, needle: str) -> bool:
    """Whether some string in it contains the needle without case."""
    if isinstance(value, dict):
        return any(holds(part, needle) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(holds(part, needle) for part in value)
    return isinstance(value, str) and needle.lower() in value.lower()


def _summed(items: Iterator[Any]) -> Reference:
    listed = list(items)
    objects = [item for item in listed if isinstance(item, dict)]
    return Reference(objects, len(listed) - len(objects))


def _records(value: Any) -> Iterator[Any]:
    """The records of a whole JSON value."""
    if isinstance(value, dict) and isinstance(value.get("Records"), list):
        value = value["Records"]
    if not isinstance(value, list):
        yield value
        return
    for item in value:
        yield from _records(item) if isinstance(item, list) else [item]


def _joined(line: str) -> list[Any]:
    """The line's value, or the objects that it is made of; else None, which is no record either."""
    try:
        values = list(_values(line))
    except (ValueError, RecursionError):
        return [_logged(line)]
    return values if len(values) == 1 or all(isinstance(value, dict) for value in values) else [None]


def _logged(line: str) -> Any:
    """A record of CloudTrail's behind a log's time stamp and the like."""
    before, sign, behind = line.partition('{"')
    try:
        value = json.loads(sign + behind)
    except (ValueError, RecursionError):
        return None
    is_record = isinstance(value, dict) and {"eventName", "eventSource", "eventTime"} <= value.keys()
    return value if is_record and before and "}" not in before and before[0] not in "{[" else None


def _values(text: str) -> Iterator[Any]:
    at = 0
    while at < len(text):
        value, end = json.JSONDecoder().raw_decode(text, at)
        yield value
        at = end + len(text[end:]) - len(text[end:].lstrip())

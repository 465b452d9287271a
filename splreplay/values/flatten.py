"""A JSON record to fields, as Splunk's KV_MODE=json names them.

`{"a": {"b": 1}, "c": [{"d": "x"}]}` gives `a.b` and `c{}.d`. Numbers keep the digits they were written with,
true and false are words, null is the word null, empty arrays and objects give no field. A field that occurs
more than once holds a list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Value = str | list[str]
MAX_LEVELS = 200


@dataclass(frozen=True)
class Wanted:
    """The fields that are read of a record. `heads` are the paths on the way to them: all others are not gone into."""

    names: frozenset[str]
    heads: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> Wanted:
        """`a.b{}.c` is met by way of `a`, `a.b` and `a.b{}`; an empty key adds nothing to a path."""
        names = frozenset(names)
        return cls(names, names | {""} | {name[:at] for name in names for at in _ends_of_parts(name)})


def _ends_of_parts(name: str) -> list[int]:
    return [at for at in range(len(name)) if name[at] == "." or name.startswith("{}", at)]


class Pairs(list[tuple[str, Any]]):
    """An object as pairs: a key that stands twice keeps both values."""


# parse_float and parse_int keep the text: 1.50 stays 1.50, a 20-digit id keeps its last digit.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, object_pairs_hook=Pairs)


def parse(raw: str) -> Pairs | None:
    """The record's pairs, or None where the text is no JSON object or nests beyond Python's stack."""
    found = parse_any(raw)
    return found if isinstance(found, Pairs) else None


def parse_any(raw: str) -> Pairs | list[Any] | None:
    """The pairs of an object, the elements of an array, None where the text is neither."""
    try:
        found = _DECODER.decode(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def flatten(record: Pairs | list[Any] | Mapping[str, Any], wanted: Wanted | None = None) -> dict[str, Value]:
    """Field name to value, or to a list of at least two values; only what is wanted, where that is known."""
    fields: dict[str, Any] = {}
    todo: list[tuple[str, Any, int]] = [("", record, 0)]
    while todo:
        path, value, level = todo.pop()
        children = _children(path, value, wanted)
        if children is None:
            if wanted is None or path in wanted.names:
                _add(fields, path, _text(value))
        elif level < MAX_LEVELS:
            todo += [(name, child, level + 1) for name, child in reversed(children)]
    return fields


def _children(path: str, value: Any, wanted: Wanted | None) -> list[tuple[str, Any]] | None:
    """The named parts of a container that lead to what is wanted, None for a value."""
    if isinstance(value, str):
        return None
    if isinstance(value, Pairs):
        return _members(path, value, wanted)
    if isinstance(value, Mapping):
        return _members(path, ((str(key), child) for key, child in value.items()), wanted)
    if isinstance(value, list):
        name = path + "{}"
        return [(name, child) for child in value] if wanted is None or name in wanted.heads else []
    return None


def _members(path: str, pairs: Iterable[tuple[str, Any]], wanted: Wanted | None) -> list[tuple[str, Any]]:
    before = f"{path}." if path else ""
    if wanted is None:
        return [(before + key, child) for key, child in pairs]
    heads = wanted.heads
    return [(name, child) for key, child in pairs if (name := before + key) in heads]


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _add(fields: dict[str, Any], name: str, value: str) -> None:
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]

"""A JSON record to fields, as Splunk's KV_MODE=json names them.

`{"a": {"b": 1}, "c": [{"d": "x"}]}` gives `a.b` and `c{}.d`. Numbers keep the digits they were written with,
true and false are words, null is the word null, empty arrays and objects give no field. A field that occurs
more than once holds a list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import repeat
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
    _add_parts(fields, "", record, 1, wanted)
    return fields


def _add_parts(fields: dict[str, Any], path: str, container: Any, level: int, wanted: Wanted | None) -> None:
    """What a container holds; hot, so no call is made for a plain text that is the first of its name."""
    for name, value in _children(path, container):
        if wanted is not None and name not in wanted.heads:
            continue
        if not isinstance(value, str) and isinstance(value, list | Mapping):
            if level < MAX_LEVELS:
                _add_parts(fields, name, value, level + 1, wanted)
        elif wanted is None or name in wanted.names:
            text = value if isinstance(value, str) else _text(value)
            if name in fields:
                _add(fields, name, text)
            else:
                fields[name] = text


def _children(path: str, container: Any) -> Iterable[tuple[str, Any]]:
    """The named parts of an object or an array; those of an array all have one name."""
    before = f"{path}." if path else ""
    if isinstance(container, Pairs):
        return [(before + key, value) for key, value in container]
    if isinstance(container, list):
        return zip(repeat(path + "{}"), container)
    return [(f"{before}{key}", value) for key, value in container.items()]


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _add(fields: dict[str, Any], name: str, value: str) -> None:
    if isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]

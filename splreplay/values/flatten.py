"""A JSON record to fields, as Splunk's KV_MODE=json names them.

`{"a": {"b": 1}, "c": [{"d": "x"}]}` gives `a.b` and `c{}.d`. Numbers keep the digits they were written with,
true and false are words, null is the word null, empty arrays and objects give no field. A field that occurs
more than once holds a list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
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
        return cls(names, names | {""} | {name[:at] for name in names for at in ends_of_parts(name)})


def ends_of_parts(name: str) -> list[int]:
    """Where a part of a path ends, but for the last: behind it an object's key or a list's element follows."""
    return [at for at in range(len(name)) if name[at] == "." or name.startswith("{}", at)]


class Pairs(list[tuple[str, Any]]):
    """An object as pairs: a key that stands twice keeps both values."""

    __slots__ = ()


# parse_float and parse_int keep the text: 1.50 stays 1.50, a 20-digit id keeps its last digit.
_decode = json.JSONDecoder(parse_float=str, parse_int=str, object_pairs_hook=Pairs).raw_decode
_BLANKS = " \t\n\r"  # JSON's


def parse(raw: str) -> Pairs | None:
    """The record's pairs, or None where the text is no JSON object or nests beyond Python's stack."""
    found = parse_any(raw)
    return found if isinstance(found, Pairs) else None


def parse_any(raw: str) -> Pairs | list[Any] | None:
    """The pairs of an object, the elements of an array, None where the text is neither."""
    text = raw.strip(_BLANKS)
    try:
        found, end = _decode(text)
    except (ValueError, RecursionError):
        return None
    return found if end == len(text) and isinstance(found, list) else None


def flatten(record: Pairs | list[Any] | Mapping[str, Any], wanted: Wanted | None = None) -> dict[str, Value]:
    """Field name to value, or to a list of at least two values; only what is wanted, where that is known."""
    fields: dict[str, Any] = {}
    _gather(fields, "", record, wanted, MAX_LEVELS)
    return fields


def _gather(fields: dict[str, Any], path: str, container: Any, wanted: Wanted | None, levels: int) -> None:
    for name, value in _parts(path, container, wanted):
        if isinstance(value, str) or not isinstance(value, list | Mapping):
            if wanted is None or name in wanted.names:
                _add(fields, name, _text(value))
        elif levels > 1:
            _gather(fields, name, value, wanted, levels - 1)


def _parts(path: str, container: Any, wanted: Wanted | None) -> Sequence[tuple[str, Any]]:
    """The named parts of a container that lead to what is wanted."""
    if isinstance(container, list) and not isinstance(container, Pairs):
        name = path + "{}"
        return [(name, value) for value in container] if wanted is None or name in wanted.heads else ()
    pairs = container if isinstance(container, list) else [(str(key), value) for key, value in container.items()]
    if path:
        pairs = [(f"{path}.{key}", value) for key, value in pairs]
    return pairs if wanted is None else [pair for pair in pairs if pair[0] in wanted.heads]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _add(fields: dict[str, Any], name: str, value: str) -> None:
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]

"""The body of HEC's /event: JSON envelopes one after another, with or without white space between.

`_raw` is the event exactly as it was sent: a string's text, or the very characters of an object, so that
numbers, key order and repeated keys stay as the sender wrote them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

META = ("index", "host", "source", "sourcetype")
SPACE = re.compile(r"[ \t\r\n]*")


class BadEnvelope(Exception):
    """HEC's error code, and which envelope (from 0)."""

    def __init__(self, code: int, number: int) -> None:
        super().__init__(f"code {code} in envelope {number}")
        self.code, self.number = code, number


@dataclass(frozen=True)
class Envelope:
    raw: str
    time: float | None = None
    meta: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)


def read_envelopes(body: bytes) -> Iterator[Envelope]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadEnvelope(6, 0) from error
    at, number = _skip(text, 0), 0
    while at < len(text):
        try:
            members, at = _members(text, at)
        except (ValueError, IndexError, RecursionError) as error:
            raise BadEnvelope(6, number) from error
        yield _envelope(members, number)
        at, number = _skip(text, at), number + 1


def _members(text: str, at: int) -> tuple[dict[str, tuple[Any, str]], int]:
    """One JSON object from `at` on: each key's value, with the text that it was written in."""
    members: dict[str, tuple[Any, str]] = {}
    at = _expect(text, at, "{")
    while text[at] != "}":
        name, at = _key(text, at)
        begin = _expect(text, _skip(text, at), ":")
        value, at = _DECODER.raw_decode(text, begin)
        members[name] = (value, text[begin:at])
        at = _skip(text, at)
        if text[at] != "}":
            at = _expect(text, at, ",")
            _key(text, at)
    return members, at + 1


def _key(text: str, at: int) -> tuple[str, int]:
    name, end = _DECODER.raw_decode(text, at)
    if not isinstance(name, str):
        raise ValueError(f"a key is expected at {at}")
    return name, end


def _expect(text: str, at: int, char: str) -> int:
    if text[at] != char:
        raise ValueError(f"{char} is expected at {at}")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _envelope(members: dict[str, tuple[Any, str]], number: int) -> Envelope:
    value, written = members.get("event", (None, ""))
    if value is None:
        raise BadEnvelope(12, number)
    if value in ("", {}, []):
        raise BadEnvelope(13, number)
    values = {name: member[0] for name, member in members.items()}
    try:
        meta = {name: _text(values[name]) for name in META if values.get(name) not in ("", None)}
        stamp = _time(values.get("time"))
    except ValueError as error:
        raise BadEnvelope(6, number) from error
    if not _is_flat(values.get("fields")):
        raise BadEnvelope(15, number)
    raw = _clean(value if isinstance(value, str) else written)
    return Envelope(raw, stamp, meta, values.get("fields") or {})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text is expected")
    return _clean(value)


def _clean(text: str) -> str:
    """Without lone surrogates, which JSON can write and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _time(value: Any) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("time must be a number")
    try:
        stamp = float(value)
    except OverflowError as error:
        raise ValueError("time is too large") from error
    if not math.isfinite(stamp) or abs(stamp) > 1e11:
        raise ValueError("time is not an epoch time")
    return stamp


def _is_flat(fields: Any) -> bool:
    """Indexed fields: a value or a list of values each, nothing nested."""
    if fields is None:
        return True
    if not isinstance(fields, dict):
        return False
    values = [item for value in fields.values() for item in (value if isinstance(value, list) else [value])]
    return not any(isinstance(value, (dict, list)) for value in values)

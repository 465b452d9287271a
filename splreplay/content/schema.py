"""Whether a file says what it may, by the table schema.yml: each problem with its line and what is allowed there."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from splreplay.content.documents import Document, Loader, Place, Problem
from splreplay.spl.errors import nearest

TABLE = Path(__file__).parent / "schema.yml"
REST = "..."  # the key that stands for all that are not listed
EACH = "*"


def problems(document: Document, kind: str) -> Iterator[Problem]:
    """What of a document is not as its kind has it."""
    return _check(document, (), document.value, f"@{kind}")


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    return yaml.load(TABLE.read_text("utf-8"), Loader)  # type: ignore[no-any-return]


def _check(document: Document, place: Place, value: Any, rule: Any) -> Iterator[Problem]:
    if isinstance(rule, dict) and "any" in rule:
        yield from _either(document, place, value, rule["any"])
    elif isinstance(rule, dict):
        yield from _mapping(document, place, value, rule)
    elif isinstance(rule, list):
        yield from _list(document, place, value, rule)
    elif rule.startswith("@"):
        yield from _mapping(document, place, value, table()[rule[1:]])
    elif not _is(rule, value):
        yield document.problem(place, f"{_named(place)} is {_shown(value)}", f"it must be {_words(rule)}")


def _either(document: Document, place: Place, value: Any, rules: list[Any]) -> Iterator[Problem]:
    """By the rules of its shape; where several are, or none, all of them are said."""
    tried = [list(_check(document, place, value, rule)) for rule in rules if _shape(rule) is _shape_of(value)]
    if len(tried) == 1:
        yield from tried[0]
    elif not tried or all(tried):
        words = " or ".join(map(_words, rules))
        yield document.problem(place, f"{_named(place)} is {_shown(value)}", f"it must be {words}")


def _shape(rule: Any) -> type:
    return dict if isinstance(rule, dict) or str(rule).startswith("@") else list if isinstance(rule, list) else str


def _shape_of(value: Any) -> type:
    return type(value) if isinstance(value, dict | list) else str


def _mapping(document: Document, place: Place, value: Any, rule: Mapping[str, Any]) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield document.problem(place, f"{_named(place)} is {_shown(value)}", "it must be keys with values")
        return
    keys = {name.removesuffix("!"): sub for name, sub in rule.items()}
    for name, item in value.items():
        sub = keys.get(name, keys.get(REST, keys.get(EACH)))
        if sub is None:
            advice = nearest(str(name), keys) or f"the keys are {', '.join(keys)}"
            yield document.problem((*place, name), f"{_named(place)} has no key '{str(name)[:60]}'", advice)
        elif sub != "any":
            yield from _check(document, (*place, name), item, sub)
    for name in (name.removesuffix("!") for name in rule if name.endswith("!")):
        if name not in value:
            yield document.problem(place, f"{_named(place)} has no key '{name}', and must have it")


def _list(document: Document, place: Place, value: Any, rule: list[Any]) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield document.problem(place, f"{_named(place)} is {_shown(value)}", f"it must be {_words(rule)}")
    elif not value and rule[-1] == "!":
        yield document.problem(place, f"{_named(place)} is empty", f"it must be {_words(rule)}")
    else:
        for number, item in enumerate(value):
            yield from _check(document, (*place, number), item, rule[0])


def _is(rule: str, value: Any) -> bool:
    if rule.endswith("?"):
        return value is None or _is(rule[:-1], value)
    if rule.startswith("/"):
        return isinstance(value, str) and re.fullmatch(rule[1:-1], value) is not None
    if rule.startswith("number "):
        low, _, high = rule.removeprefix("number ").partition("..")
        return _is_number(value) and int(low) <= value <= int(high)
    check = _TYPES.get(rule)
    return check(value) if check else value in _choices(rule)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_date(value: Any) -> bool:
    return isinstance(value, datetime.date) or (isinstance(value, str) and bool(_DATE.fullmatch(value)))


def _is_uuid(value: Any) -> bool:
    try:
        return bool(uuid.UUID(value))
    except (ValueError, AttributeError, TypeError):
        return False


def _is_value(value: Any) -> bool:
    """What a field of a row can be: text, a list of texts, or null for a field that is absent or empty."""
    items = value if isinstance(value, list) else [value]
    return value is None or all(isinstance(item, str) for item in items)


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TYPES: dict[str, Callable[[Any], bool]] = {
    "any": lambda value: True,
    "null": lambda value: value is None,
    "text": lambda value: isinstance(value, str),
    "number": _is_number,
    "flag": lambda value: isinstance(value, bool),
    "date": _is_date,
    "uuid": _is_uuid,
    "value": _is_value,
}
_WORDS = {
    "text": "text (in quotes where YAML would take it for something else)",
    "number": "a whole number",
    "flag": "true or false",
    "date": "a date as 2026-03-02",
    "uuid": "a UUID",
    "value": "text in quotes, a list of texts, or null",
    "null": "nothing",
}


def _choices(rule: str) -> list[str]:
    return [choice.strip() for choice in rule.split("|")]


def _words(rule: Any) -> str:
    """What is allowed, for people."""
    if isinstance(rule, list):
        return f"a list of {_words(rule[0]).removeprefix('a ')}"
    if isinstance(rule, dict):
        return " or ".join(map(_words, rule["any"])) if "any" in rule else "keys with values"
    if rule.startswith("@"):
        return "keys with values"
    if rule.startswith("/"):
        return f"as {rule[1:-1]}"
    if rule.startswith("number "):
        return f"a whole number from {rule.removeprefix('number ').replace('..', ' to ')}"
    return _WORDS.get(rule.removesuffix("?")) or f"one of {', '.join(_choices(rule))}"


def _named(place: Place) -> str:
    """A place in words: `tests[0].attack_data`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    return text[:100] or "the file"


def _shown(value: Any) -> str:
    kinds: dict[type, Callable[[Any], str]] = {dict: lambda _: "keys with values", list: lambda _: "a list"}
    if isinstance(value, dict | list):
        return "empty" if not value else kinds[type(value)](value)
    return "nothing" if value is None else repr(value)[:80]

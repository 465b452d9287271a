"""JSON functions of eval.

A document is text; a path is `a.b`, `a{}` (every element) or `a{0}`. Numbers come out in their shortest form.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/json-functions
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow
from splreplay.values.jsonpath import Step, parse_path

INVALID = object()
MAX_STEPS = 200


# --- text and values ---------------------------------------------------------------------------------------
def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity, which Python takes, are no JSON


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def load(text: str | None) -> Any:
    """The value of a JSON text, or INVALID."""
    if text is None:
        return INVALID
    try:
        return _DECODER.decode(text.strip(" \t\r\n"))
    except (ValueError, RecursionError):
        return INVALID


def dump(value: Any) -> str | None:
    """Compact JSON; 1.00 becomes 1."""
    try:
        return json.dumps(_shortened(value), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return None


def _shortened(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    return [_shortened(item) for item in value] if isinstance(value, list) else value


def native(value: Any) -> str | None:
    """As a field holds it: a string without quotes, null as null, anything else as JSON."""
    return value if isinstance(value, str) else None if value is None else dump(value)


def given(tagged: str | None) -> Any:
    """An argument of kind J: n number, b Boolean, m list of texts, s text of the search, f of a field."""
    if tagged is None:
        return None
    tag, text = tagged[0], tagged[1:]
    if tag == "b":
        return text == "True"
    value = INVALID if tag == "s" and text[:1] not in ("{", "[") else load(text)
    plain = tag in "sf" and isinstance(value, bool | None)
    return text if value is INVALID or plain else value


def is_array(text: str) -> bool:
    return isinstance(load(text), list)


def is_object(text: str) -> bool:
    return isinstance(load(text), dict)


# --- making ------------------------------------------------------------------------------------------------
def _object(members: list[str | None]) -> str | None:
    if len(members) % 2:
        return None
    keys = [None if key is None else key[1:] for key in members[::2]]
    return None if None in keys else dump(dict(zip(keys, map(given, members[1::2]), strict=True)))


def _array(values: list[str | None]) -> str | None:
    return dump([given(value) for value in values])


def _entries(text: str) -> str | None:
    value = load(text)
    return dump([{"key": key, "value": item} for key, item in value.items()]) if isinstance(value, dict) else None


def _keys(text: str) -> str | None:
    value = load(text)
    return dump(list(value)) if isinstance(value, dict) else None


def _json(text: str) -> str | None:
    value = load(text)
    return None if value is INVALID else dump(value)


def _valid(text: str) -> bool:
    return load(text) is not INVALID


# --- lists -------------------------------------------------------------------------------------------------
def array_to_list(text: str, quoted: bool = False) -> list[str] | None:
    value = load(text)
    if not isinstance(value, list):
        return None
    return [shown for item in value if (shown := dump(item) if quoted else _element(item)) is not None] or None


def _element(item: Any) -> str | None:
    return item if isinstance(item, str) else dump(item)


def list_to_array(values: list[str | None], infer: bool = False) -> str | None:
    """With `infer` a value that reads as JSON is that JSON, and anything else is null."""
    found = [load(value or "") if infer else value for value in values]
    return dump([None if item is INVALID else item for item in found])


# --- reading -----------------------------------------------------------------------------------------------
def _steps(path: str) -> tuple[Step, ...] | None:
    steps = parse_path(path)
    return None if steps is None or len(steps) > MAX_STEPS else steps


def _find(value: Any, steps: tuple[Step, ...]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    for key in _keys_at(value, steps[0]):
        yield from _find(value[key], steps[1:])


def _keys_at(value: Any, step: Step) -> list[Any]:
    """Where the step leads from here: a key, an index, every index."""
    if isinstance(step, str):
        return [step] if isinstance(value, dict) and step in value else []
    if not isinstance(value, list):
        return []
    return list(range(len(value))) if step is None else [step] if step < len(value) else []


def _extract(args: list[str | None]) -> str | None:
    value = load(args[0])
    if value is INVALID:
        return None
    found = [_at(value, path or "") for path in args[1:]]
    return native(value if not found else found[0] if len(found) == 1 else found)


def _at(value: Any, path: str) -> Any:
    """One value, or an array where the path has `{}`."""
    steps = _steps(path)
    if steps is None:
        return None
    if isinstance(value, dict) and path.startswith("{"):
        if path == "{}":
            return value
        value = next(iter(value.values())) if len(value) == 1 else value  # as in the examples of json_extract
    found = list(_find(value, steps))
    return found if None in steps and found else found[0] if found else None


def _extract_exact(args: list[str | None]) -> str | None:
    value, keys = load(args[0]), args[1:]
    if not keys:
        return None if value is INVALID else native(value)
    if not isinstance(value, dict):
        return None
    found = [value.get(key) for key in keys]
    return native(found[0] if len(found) == 1 else found)


def _has_key(text: str, key: str) -> bool:
    value = load(text)
    return isinstance(value, dict) and key in value


# --- changing ----------------------------------------------------------------------------------------------
Change = Callable[[Any, Any], Any]


def _changing(change: Change, create: bool = False) -> Callable[[str | None, list[str | None]], str | None]:
    """Over pairs of path and value, from left to right; a path that leads nowhere is passed over."""

    def python(text: str | None, pairs: list[str | None]) -> str | None:
        value = load(text)
        if value is INVALID or len(pairs) % 2:
            return None
        for path, new in zip(pairs[::2], pairs[1::2], strict=True):
            value = _changed(value, _steps((path or "f")[1:]), partial(change, given(new)), create)
        return dump(value)

    return python


def _changed(value: Any, steps: tuple[Step, ...] | None, change: Callable[[Any], Any], create: bool) -> Any:
    """The value with what lies at the path changed; the empty path is the value itself."""
    if not steps:
        return value if steps is None else change(value)
    step, rest = steps[0], steps[1:]
    keys = _keys_at(value, step)
    if not keys and create and isinstance(value, dict) and all(isinstance(part, str) for part in steps):
        value[step] = {} if rest else None
        keys = [step]
    for key in keys:
        value[key] = _changed(value[key], rest, change, create)
    return value


def _append(new: Any, old: Any) -> Any:
    return [*old, new] if isinstance(old, list) else [old, new]


def _extend(new: Any, old: Any) -> Any:
    if not isinstance(new, list):
        return old
    return [*(old if isinstance(old, list) else [old]), *new]


def _set(new: Any, old: Any) -> Any:
    return new


def _set_exact(text: str | None, pairs: list[str | None]) -> str | None:
    value = load(text)
    if not isinstance(value, dict) or len(pairs) % 2:
        return None
    for key, new in zip(pairs[::2], pairs[1::2], strict=True):
        value[(key or "f")[1:]] = given(new)
    return dump(value)


def _delete(text: str | None, keys: list[str | None]) -> str | None:
    value = load(text)
    if not isinstance(value, dict):
        return None
    for key in keys:
        names = given(key)
        for name in names if isinstance(names, list) else [names]:
            _remove(value, str(name).split("."))
    return dump(value)


def _remove(value: Any, names: list[str]) -> None:
    for name in names[:-1]:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, dict):
        value.pop(names[-1], None)


ROWS = (
    EvalRow("json", "T", udf=_json, example='json("{\\"animal\\": \\"pony\\"}")'),
    EvalRow("json_append", "TJJJ*", udf=_changing(_append), nulls=True,
            example='json_append(document, "names", "new")'),
    EvalRow("json_array", "J*", udf=_array, nulls=True, example='json_array("a", 1, true())'),
    EvalRow("json_array_to_mv", "TB?", Kind.MULTI, udf=array_to_list,
            example='json_array_to_mv("[\\"a\\", \\"b\\"]")'),
    EvalRow("json_delete", "TJJ*", udf=_delete, nulls=True, example='json_delete(document, "secret")'),
    EvalRow("json_entries", "T", udf=_entries, example="json_entries(document)"),
    EvalRow("json_extend", "TJJJ*", udf=_changing(_extend), nulls=True,
            example='json_extend(document, "names", json_array("x", "y"))'),
    EvalRow("json_extract", "TT*", udf=_extract, example='json_extract(_raw, "userIdentity.arn")'),
    EvalRow("json_extract_exact", "TT*", udf=_extract_exact, example='json_extract_exact(document, "a.b")'),
    EvalRow("json_has_key_exact", "TT", Kind.BOOL, udf=_has_key,
            example='json_has_key_exact(document, "name")'),
    EvalRow("json_keys", "T", udf=_keys, example="json_keys(document)"),
    EvalRow("json_object", "J*", udf=_object, nulls=True, example='json_object("name", user)'),
    EvalRow("json_set", "TJJJ*", udf=_changing(_set, create=True), nulls=True,
            example='json_set(document, "a.b", "new")'),
    EvalRow("json_set_exact", "TJJJ*", udf=_set_exact, nulls=True,
            example='json_set_exact(document, "a.b", "new")'),
    EvalRow("json_valid", "T", Kind.BOOL, udf=_valid, example="json_valid(_raw)"),
    EvalRow("mv_to_json_array", "MB?", udf=list_to_array, example='mv_to_json_array(split("a,b", ","))'),
)  # fmt: skip

"""The rules of SPL's values once more, slow and obvious: what the SQL must agree with.

A row is a dict of text or lists of at least two texts; an absent key is null. Nothing here imports the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Value = str | list[str]
Row = dict[str, Value]

NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


def number(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text) and abs(float(text)) != float("inf") else None


def text(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def values(row: Row, field: str) -> list[str]:
    value = row.get(field)
    return [] if value is None else value if isinstance(value, list) else [value]


def cell(found: Iterable[str]) -> Value | None:
    listed = list(found)
    return None if not listed else listed[0] if len(listed) == 1 else listed


def put(row: Row, field: str, value: Value | None) -> Row:
    rest = {key: old for key, old in row.items() if key != field}
    return rest if value is None else {**rest, field: value}


# --- search -------------------------------------------------------------------------------------------
def search_equal(value: str, wanted: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in wanted.lower().split("*"))
    return re.fullmatch(pattern, value.lower(), re.DOTALL) is not None


def search_compare(row: Row, field: str, op: str, wanted: str) -> bool:
    """Any value of the field; `!=` needs the field too."""
    return any(SEARCH[op](value, wanted) for value in values(row, field))


def search_order(compare: Callable[[object, object], bool]) -> Callable[[str, str], bool]:
    def test(value: str, wanted: str) -> bool:
        left, right = number(value), number(wanted)
        if left is not None and right is not None:
            return compare(left, right)
        return compare(value.lower(), wanted.lower())

    return test


SEARCH: dict[str, Callable[[str, str], bool]] = {
    "=": search_equal,
    "!=": lambda value, wanted: not search_equal(value, wanted),
    "<": search_order(lambda a, b: a < b),  # type: ignore[operator]
    ">": search_order(lambda a, b: a > b),  # type: ignore[operator]
    "<=": search_order(lambda a, b: a <= b),  # type: ignore[operator]
    ">=": search_order(lambda a, b: a >= b),  # type: ignore[operator]
}


# --- where and eval -----------------------------------------------------------------------------------
def where_single(left: str, op: str, right: str) -> bool:
    a, b = number(left), number(right)
    x, y = (a, b) if a is not None and b is not None else (left, right)
    return {"=": x == y, "!=": x != y, "<": x < y, ">": x > y, "<=": x <= y, ">=": x >= y}[op]  # type: ignore[operator]


def where_compare(row: Row, left: str, op: str, right: str) -> bool:
    """Two fields, any pair of their values; nothing where one is missing."""
    return any(where_single(a, op, b) for a in values(row, left) for b in values(row, right))


def plus(left: Value | None, right: Value | None) -> str | None:
    if not isinstance(left, str) or not isinstance(right, str):
        return None
    a, b = number(left), number(right)
    return text(a + b) if a is not None and b is not None else left + right


def arithmetic(left: Value | None, op: str, right: Value | None) -> str | None:
    a = number(left) if isinstance(left, str) else None
    b = number(right) if isinstance(right, str) else None
    if a is None or b is None or (op == "/" and b == 0):
        return None
    return text({"-": a - b, "*": a * b, "/": a / b if b else 0.0}[op])


# --- stats --------------------------------------------------------------------------------------------
def groups(rows: list[Row], by: str | None) -> list[tuple[str | None, list[Row]]]:
    """A row counts in a group for each time it has the value; rows without the field count nowhere."""
    if by is None:
        return [(None, rows)]
    pairs = [(value, row) for row in rows for value in values(row, by)]
    return [(key, [row for value, row in pairs if value == key]) for key in {value for value, _ in pairs}]


def by_number(value: str) -> tuple[bool, float, str]:
    """Numbers before other text, each in its own order."""
    as_number = number(value)
    return as_number is None, as_number or 0.0, value


AGGREGATES: dict[str, Callable[[list[str]], Value | None]] = {
    "count": lambda found: str(len(found)),
    "dc": lambda found: str(len(set(found))),
    "values": lambda found: cell(sorted(set(found))),
    "list": lambda found: cell(found[:100]),
    "min": lambda found: min(found, key=by_number, default=None),
    "max": lambda found: max(found, key=by_number, default=None),
    "sum": lambda found: _sum([n for value in found if (n := number(value)) is not None]),
    "first": lambda found: found[0] if found else None,
    "last": lambda found: found[-1] if found else None,
}


def _sum(numbers: list[float]) -> str | None:
    return text(sum(numbers)) if numbers else None

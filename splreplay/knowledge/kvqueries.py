"""Which documents a query of the KV store means, in which order, and with which fields.

The language is the part of MongoDB's that Splunk documents. Every query is read into a function over documents first,
so that a wrong one is refused before any document is looked at.
https://help.splunk.com/en/splunk-enterprise/leverage-rest-apis/rest-api-reference/9.4/kv-store-endpoints/kv-store-endpoint-descriptions
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from splreplay.knowledge.kvstore import KEY, Document, InvalidError

Test = Callable[[Any], bool]
DEEPEST = 20
MISSING = object()


def means(query: Any, depth: int = 0) -> Test:
    """Whether a document is meant; InvalidError where the query is none."""
    if not isinstance(query, dict) or depth > DEEPEST:
        raise InvalidError("A query is an object of fields and operators, not too deep.")
    tests = [_clause(name, value, depth) for name, value in query.items()]
    return lambda document: all(test(document) for test in tests)


def _clause(name: str, value: Any, depth: int) -> Test:
    if name in JOINED:
        if not isinstance(value, list) or not value:
            raise InvalidError(f"{name} takes a list of queries.")
        tests = [means(each, depth + 1) for each in value]
        join = JOINED[name]
        return lambda document: join(test(document) for test in tests)
    if name == "$not":
        inner = means(value, depth + 1)
        return lambda document: not inner(document)
    if name.startswith("$"):
        raise InvalidError(
            f"The operator {name[:40]} is not known; there are {', '.join([*JOINED, '$not', *COMPARED])}."
        )
    return _field(name, value)


def _field(name: str, wanted: Any) -> Test:
    """A field equal to a value, or under one or more operators."""
    if not isinstance(wanted, dict):
        return lambda document: _equal(_value(document, name), wanted)
    unknown = [key for key in wanted if key not in COMPARED]
    if unknown or not wanted:
        raise InvalidError(f"The field {name[:40]} needs one of {', '.join(COMPARED)}.")
    return lambda document: all(COMPARED[key](_value(document, name), value) for key, value in wanted.items())


def _value(document: Any, name: str) -> Any:
    """The value of a field, or of a field within it; MISSING where there is none."""
    for part in name.split("."):
        if not isinstance(document, dict) or part not in document:
            return MISSING
        document = document[part]
    return document


def _equal(found: Any, wanted: Any) -> bool:
    """A list has each of its values; a field that is not there is null."""
    if isinstance(found, list) and not isinstance(wanted, list):
        return any(_equal(item, wanted) for item in found)
    if found is MISSING:
        return wanted is None
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Numbers with numbers, text with text; values of two kinds have no order."""

    def test(found: Any, wanted: Any) -> bool:
        if isinstance(found, list):
            return any(test(item, wanted) for item in found)
        kind = _kind(found)
        return kind in (1, 2) and kind == _kind(wanted) and compare(found, wanted)

    return test


def _kind(value: Any) -> int:
    """The place of a value's kind in an order: nothing, numbers, text, all else."""
    if value is MISSING or value is None:
        return 0
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 1
    return 2 if isinstance(value, str) else 3


JOINED: Mapping[str, Callable[[Any], bool]] = {"$and": all, "$or": any}
COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "$gt": _ordered(operator.gt),
    "$gte": _ordered(operator.ge),
    "$lt": _ordered(operator.lt),
    "$lte": _ordered(operator.le),
    "$ne": lambda found, wanted: not _equal(found, wanted),
}


def sorted_by(documents: Sequence[Document], sort: str) -> list[Document]:
    """`sort` as "field" or "field:-1", several behind commas; -1 is downwards."""
    found = list(documents)
    for part in reversed([part.strip() for part in sort.split(",") if part.strip()]):
        name, _, way = part.partition(":")
        if way.strip() not in ("", "1", "-1"):
            raise InvalidError(f"Cannot sort by '{part[:60]}': write field:1 or field:-1.")
        found.sort(key=lambda document: _rank(_value(document, name.strip())), reverse=way.strip() == "-1")
    return found


def _rank(value: Any) -> tuple[int, Any]:
    kind = _kind(value)
    return kind, value if kind in (1, 2) else str(value) if kind else 0


def choosing(fields: str) -> Callable[[Document], Document]:
    """From a document to its fields that are wanted.

    `fields` as "a,b" or "a:1" for these alone, "a:0" for all but it; the key stays unless it is left out.
    """
    names = [part.strip().partition(":") for part in fields.split(",") if part.strip()]
    if any(way.strip() not in ("", "0", "1") for _, _, way in names):
        raise InvalidError("fields is a list of field:1, or of field:0, behind commas.")
    left_out = {name.strip() for name, _, way in names if way.strip() == "0"}
    wanted = {name.strip() for name, _, way in names if way.strip() != "0"}
    if wanted and left_out - {KEY}:
        raise InvalidError("fields either takes fields or leaves some out.")
    if wanted:
        return lambda document: {name: document[name] for name in document if name in ({KEY} | wanted) - left_out}
    return lambda document: {name: value for name, value in document.items() if name not in left_out}

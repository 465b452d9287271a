"""What a search says of index, host, source, sourcetype, time and index time, as a condition on the store's columns.

Only what narrows safely is taken; the engine tests the whole expression again. A search that names no
index looks in the default ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from splreplay.scan import Needle
from splreplay.serve.state.store import Condition
from splreplay.spl import ast
from splreplay.values.wildcards import like

COLUMNS = {"index": "index_name", "host": "host", "source": "source", "sourcetype": "sourcetype"}
TIMES = {"_time": "time", "_indextime": "floor(indexed)"}  # in whole seconds, as searches see it


def condition(node: Any, default_indexes: Sequence[str]) -> Condition:
    """Where the events of a search can be. `node` is its first expression, with its whole time range in it."""
    parts = [narrow(node)] if node is not None else []
    if node is None or not names_index(node):
        parts.append(any_of([_equals("index", name) for name in default_indexes]))
    return all_of([part for part in parts if part is not None])


def candidates(needle: Needle | None) -> Condition:
    """The events that may have one of the literals, in their text or in their indexed fields."""
    if needle is None:
        return Condition("true")
    parts = [Condition("contains(lower(raw), ?)", (literal.decode().lower(),)) for literal in needle.literals]
    # A backslash may begin the escape of any character.
    return any_of([*parts, Condition("contains(raw, '\\')"), Condition("fields IS NOT NULL")])


def narrow(node: ast.Node) -> Condition | None:
    """A condition that every matching event fulfils; None where there is none to be had."""
    if isinstance(node, ast.And):
        return all_of([part for part in map(narrow, node.items) if part is not None])
    if isinstance(node, ast.Or):
        parts = [narrow(item) for item in node.items]
        return None if None in parts else any_of([part for part in parts if part is not None])
    if isinstance(node, ast.TimeBound) and isinstance(node.value, float):
        return Condition(f"{TIMES[node.field]} {node.op} ?", (node.value,))
    if isinstance(node, ast.Compare) and node.op == "=" and node.field in COLUMNS:
        return _equals(node.field, node.value)
    if isinstance(node, ast.InList) and node.field in COLUMNS:
        return any_of([_equals(node.field, value) for value in node.values])
    return None


def names_index(node: ast.Node) -> bool:
    return any(isinstance(part, (ast.Compare, ast.InList)) and part.field == "index" for part in _parts(node))


def _parts(node: ast.Node) -> Iterator[ast.Node]:
    """The comparisons, terms and times of an expression."""
    children = node.items if isinstance(node, (ast.And, ast.Or)) else [node.item] if isinstance(node, ast.Not) else []
    for child in children:
        yield from _parts(child)
    if not children:
        yield node


def all_of(parts: Sequence[Condition]) -> Condition:
    return _joined(parts, " AND ", "true")


def any_of(parts: Sequence[Condition]) -> Condition:
    return _joined(parts, " OR ", "false")


def _joined(parts: Sequence[Condition], word: str, nothing: str) -> Condition:
    if not parts:
        return Condition(nothing)
    return Condition("(" + word.join(part.sql for part in parts) + ")", tuple(v for part in parts for v in part.values))


def _equals(field: str, value: str) -> Condition:
    """Without regard to case; `*` is a wildcard, and `index=*` leaves internal indexes out."""
    column = COLUMNS[field]
    if "*" not in value:
        return Condition(f"lower({column}) = lower(?)", (value,))
    match = Condition(f"{column} ILIKE ? ESCAPE '\\'", (like(value),))
    internal = field == "index" and not value.startswith("_")
    return Condition(f"({match.sql} AND NOT starts_with({column}, '_'))", match.values) if internal else match

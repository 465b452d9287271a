"""Whether what an analyst reads is filled: tokens of message, title, description, drilldowns; entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from splreplay.findings import object_fields, texts, tokens
from splreplay.knowledge.app import SavedSearch
from splreplay.values.rows import Row
from splreplay.verdicts.model import EMPTY, Fault

NULL = "null"  # what contentctl takes for an empty field too: the word that a search fills in


def empty_fields(saved: SavedSearch, rows: Sequence[Row], may_be_empty: Iterable[str]) -> Iterator[Fault]:
    """A fault for each field that is absent or empty in some row, unless the case says that it may be."""
    for name, uses in _used(saved).items():
        lacking = sum(is_empty(row.get(name)) or row[name] == NULL for row in rows)
        if lacking and name not in may_be_empty:
            which = "the row" if len(rows) == 1 else f"{lacking:,} of {len(rows):,} rows"
            absent = " or absent" if any(name not in row for row in rows) else ""
            yield Fault(EMPTY, f"{' and '.join(uses)}: {name} is empty{absent} in {which}")


def _used(saved: SavedSearch) -> dict[str, list[str]]:
    """Each field that must be filled, with where it is used."""
    found: dict[str, list[str]] = {}
    for what, text in texts(saved):
        for name in tokens(text):
            found.setdefault(name, []).append(f"token ${name}$ of the {what}")
    for name, what in object_fields(saved):
        found.setdefault(name, []).append(what)
    return found


def is_empty(value: object) -> bool:
    items = value if isinstance(value, list) else [value]
    return all(item is None or not str(item).strip() for item in items)

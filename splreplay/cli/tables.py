"""Rows for people: events with their text wrapped, tables that fit the screen, or a field a line.

The widths are chosen from the first rows and the others follow as they come: a table of thousands of rows with
hundreds of fields would take minutes to lay out at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from splreplay.cli.screen import Screen, cells, folded, padded
from splreplay.values.printable import printable

MEASURED = 200  # rows that the widths are chosen from
GAP = 2
LEGIBLE = 12  # a column that has more to show is not made narrower
MOST_LINES = 12  # of a cell
MOST_LINES_OF_EVENT = 60
MOST_NAMES = 8  # of the fields that a table has no room for
_KEY = re.compile(r'"(?:[^"\\]|\\.)*"(?=\s*:)')
Row = Mapping[str, Any]


def as_text(value: Any) -> str:
    """A list has a line for each value, as Splunk exports it."""
    if isinstance(value, list):
        return "\n".join(item if isinstance(item, str) else json.dumps(item) for item in value)
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def lines_of_events(fields: Sequence[str], rows: Iterable[Row], screen: Screen) -> Iterator[str]:
    """Each event as its time, what the search made of it, and its text."""
    extra = [field for field in fields if field not in ("_time", "_raw")]
    for row in rows:
        made = [f"{screen.name(printable(field))}={_line(row[field])}" for field in extra if field in row]
        yield "  ".join([screen.bold(_line(row.get("_time"))), *made])
        raw = printable(as_text(row.get("_raw")).replace("\n", " "))
        for line in folded(raw, screen.width - GAP, MOST_LINES_OF_EVENT):
            yield " " * GAP + _coloured(line, screen)


def _coloured(line: str, screen: Screen) -> str:
    return _KEY.sub(lambda match: screen.name(match[0]), line) if screen.colour else line


def _line(value: Any) -> str:
    return printable(as_text(value).replace("\n", " "))


def lines_of_table(fields: Sequence[str], rows: Iterable[Row], screen: Screen) -> Iterator[str]:
    """A table, of which the last columns are left out and counted where they do not fit."""
    rest = iter(rows)
    first = list(islice(rest, MEASURED))
    names = [printable(field) for field in fields]
    natural = [max([cells(name), *(_width(row.get(field), screen) for row in first)])
               for name, field in zip(names, fields, strict=True)]  # fmt: skip
    widths = _fitted(natural, screen.width)
    if len(widths) < len(fields) and len(first) == 1:
        yield from lines_of_record(fields, first[0], screen)
        return
    shown = fields[: len(widths)]
    yield from (screen.bold(line) for line in _laid(names[: len(widths)], widths))
    yield "  ".join("-" * width for width in widths)
    for row in chain(first, rest):
        yield from _laid([as_text(row.get(field)) for field in shown], widths)
    if len(shown) < len(fields):
        yield from map(screen.dim, folded(_left_out(names, len(shown)), screen.width, MOST_LINES))


def _left_out(names: Sequence[str], shown: int) -> str:
    out = names[shown:]
    more = f" and {len(out) - MOST_NAMES:,} more" if len(out) > MOST_NAMES else ""
    return (
        f"{shown:,} of {len(names):,} columns fit; not shown: {', '.join(out[:MOST_NAMES])}{more}. "
        "End the search with | table FIELDS, or write --format csv"
    )


def lines_of_record(fields: Sequence[str], row: Row, screen: Screen) -> Iterator[str]:
    """A field a line."""
    present = [field for field in fields if field in row]
    width = min(max((cells(printable(field)) for field in present), default=0), screen.width // 2)
    for field in present:
        value = list(_cell(as_text(row[field]), max(screen.width - width - GAP, LEGIBLE)))
        yield screen.name(padded(printable(field), width)) + " " * GAP + value[0]
        yield from (" " * (width + GAP) + line for line in value[1:])


def _width(value: Any, screen: Screen) -> int:
    """No more than fits is asked for, and a long text is not measured."""
    lines = as_text(value)[: screen.width * 4].split("\n")
    return min(screen.width, max(cells(printable(line)) for line in lines))


def _fitted(natural: Sequence[int], width: int) -> list[int]:
    """The widths of as many columns as stay legible; what room is left goes first to those that need little."""
    least = [min(size, LEGIBLE) for size in natural]
    count = len(least)
    while count > 1 and sum(least[:count]) + GAP * (count - 1) > width:
        count -= 1
    widths = least[:count]
    room = width - sum(widths) - GAP * (count - 1)
    for place in sorted(range(count), key=lambda place: natural[place] - widths[place]):
        given = min(room, natural[place] - widths[place])
        widths[place] += given
        room -= given
    return widths


def _laid(values: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """One row, as many lines as its longest cell."""
    columns = [list(_cell(value, width)) for value, width in zip(values, widths, strict=True)]
    for place in range(max(map(len, columns), default=0)):
        parts = (
            padded(lines[place] if place < len(lines) else "", width)
            for lines, width in zip(columns, widths, strict=True)
        )
        yield "  ".join(parts).rstrip()


def _cell(text: str, width: int) -> Iterator[str]:
    """A value to a line or more; what is cut is counted."""
    values = text.split("\n")
    for value in values[:MOST_LINES]:
        yield from folded(printable(value), width, MOST_LINES) if value else ("",)
    if len(values) > MOST_LINES:
        yield f"... {len(values) - MOST_LINES:,} more values"[:width]

"""Several values in one cell, as splunkd writes them into the `__mv_` column beside a field: `$a$;$b$`.

A `$` inside a value is doubled: `["a", "5$"]` is `$a$;$5$$$`. Time and memory of both ways grow with the length of the
cell, whatever is in it: a field of CloudTrail is the attacker's to fill.
https://github.com/splunk/splunk-sdk-python (splunklib/searchcommands/internals.py)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def encode(values: Sequence[str]) -> str:
    return ";".join("$" + value.replace("$", "$$") + "$" for value in values)


def cells(value: Any) -> tuple[str, str]:
    """What stands in a field's own column, and in the one beside it."""
    if isinstance(value, list):
        return "\n".join(value), encode(value)
    return ("" if value is None else str(value)), ""


def decode(cell: str) -> list[str]:
    """The values of a cell. From where it does not follow the form, it is one value as it stands: nothing is lost."""
    return list(_values(cell))


def _values(cell: str) -> Iterator[str]:
    at = 0
    while at < len(cell):
        end = _closing(cell, at + 1) if cell[at] == "$" else -1
        if end < 0 or cell[end + 1 : end + 2] not in ("", ";"):
            yield cell[at:]
            return
        yield cell[at + 1 : end].replace("$$", "$")
        at = end + 2


def _closing(cell: str, at: int) -> int:
    """The place of the first `$` that is not one of a pair; -1 where there is none."""
    at = cell.find("$", at)
    while at >= 0 and cell.startswith("$", at + 1):
        at = cell.find("$", at + 2)
    return at

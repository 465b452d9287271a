"""The exit codes: a contract with scripts and with CI, shown by --help."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Mapping
from enum import IntEnum


class Status(IntEnum):
    """How a run ended. UNREAD goes before FOUND: a finding beside a file that was not read is no clean answer."""

    OK = 0
    FOUND = 1
    USAGE = 2
    UNREAD = 3
    INTERRUPTED = 130
    CLOSED_PIPE = 141


class TimeUp(KeyboardInterrupt):
    """The time limit, met as Ctrl-C is: the first ends the reading, the second the search."""


MEANINGS: Mapping[int, str] = {
    Status.OK: "all was read",
    Status.FOUND: "a finding, or a risk event of a search that only adds risk, with --fail-on-finding",
    Status.USAGE: "wrong usage, search or conf",
    Status.UNREAD: "something was not read, damaged, lost, not written or stopped early; what was found is printed",
    Status.INTERRUPTED: "interrupted",
}


def listed(meanings: Mapping[int, str] = MEANINGS) -> str:
    """The table as help shows it."""
    return "exit codes:\n" + in_columns((f"{code:<3d}", text) for code, text in meanings.items())


def of_verb(finds: bool) -> Mapping[int, str]:
    """The codes that a verb can end with: that of a finding where it has --fail-on-finding."""
    return {code: text for code, text in MEANINGS.items() if finds or code is not Status.FOUND}


def in_columns(rows: Iterable[tuple[str, str]]) -> str:
    """Names and what they mean, wrapped to the terminal as argparse wraps options."""
    return "\n".join(filled(text, first=f"  {name}  ", indent=" " * (len(name) + 4)) for name, text in rows)


def filled(text: str, first: str = "", indent: str = "") -> str:
    width = max(40, shutil.get_terminal_size().columns - 2)
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=indent)

"""The exit codes: a contract with scripts and with CI, shown by --help."""

from __future__ import annotations

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


MEANINGS = {
    Status.OK: "all was read",
    Status.FOUND: "a finding, with --fail-on-finding",
    Status.USAGE: "wrong usage, search or conf",
    Status.UNREAD: "something was not read, damaged, lost, not written or stopped early; what was found is printed",
    Status.INTERRUPTED: "interrupted",
}


def listed() -> str:
    """The table as help shows it."""
    return "exit codes:\n" + "\n".join(f"  {code.value:<4} {meaning}" for code, meaning in MEANINGS.items())

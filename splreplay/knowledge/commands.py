"""The app's own search commands, as commands.conf defines them.

https://help.splunk.com/en/data-management/splunk-enterprise-admin-manual/9.4/configuration-file-reference/9.4.0-configuration-file-reference/commands.conf
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from splreplay.knowledge.conf import Stanza
from splreplay.spl.cursor import boolean

_ARGUMENT = re.compile(r"command\.arg\.(\d{1,9})")
_FILE = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class CommandFile:
    """A command and the file in the app's bin/ that runs it.

    args:    what it gets on its command line.
    maxwait: seconds without an answer after which it is ended; 0: the stanza does not say.
    problem: why it does not run here; empty: it does.
    """

    name: str
    path: Path
    args: tuple[str, ...] = ()
    maxwait: int = 0
    problem: str = ""


def command_file(name: str, keys: Stanza, folder: Path) -> CommandFile:
    """The command of a stanza; `folder` is the app's bin/."""
    text = {key: value.text for key, value in keys.items()}
    file = text.get("filename", "") or f"{name}.py"
    args = sorted((int(match[1]), value) for key, value in text.items() if (match := _ARGUMENT.fullmatch(key)))
    wait = text.get("maxwait", "")
    return CommandFile(
        name,
        folder / file,
        tuple(value for _, value in args),
        int(wait) if wait.isdecimal() and len(wait) < 10 else 0,
        _problem(text, file),
    )


def _problem(text: Mapping[str, str], file: str) -> str:
    if not _is_chunked(text):
        return (
            "commands.conf does not say chunked = true, so it speaks version 1 of the protocol for custom commands;"
            " only version 2 runs here"
        )
    if not _FILE.fullmatch(file):
        return f"its filename '{file[:60]}' is not that of a file in the app's bin/"
    if not file.endswith(".py"):
        return f"its filename '{file[:60]}' is no Python file (.py), and only those run here"
    return ""


def _is_chunked(text: Mapping[str, str]) -> bool:
    try:
        return boolean(text.get("chunked", "false"))
    except ValueError:
        return False

"""The file of a page: tried before there is a page, so that nobody waits for a search whose page cannot be written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from splreplay.cli.scanning import say
from splreplay.spl.errors import RunError


def check(path: str, inputs: Iterable[str]) -> None:
    """Leaves the file as it is. OSError where it cannot be written, RunError where it should not be."""
    file = Path(path)
    if path == "-":
        raise RunError("--html: a page goes to a file", advice="name a FILE; what is printed goes to standard output")
    if any(file.exists() and Path(name).exists() and file.samefile(name) for name in inputs):
        raise RunError(f"--html: {path} is one of the files to read", advice="name another FILE")
    new = not os.path.lexists(file)
    if new or file.is_file() or file.is_dir():  # what a pipe is opened for cannot be taken back
        file.open("a").close()
    if new:
        file.unlink()


def write(path: str, page: str) -> None:
    """The page, and on standard error where it is."""
    Path(path).write_text(page, encoding="utf-8")
    say(f"page: {path}")


def without(words: Sequence[str], *options: str) -> list[str]:
    """A command line without these options, each of which has a value."""
    pairs = zip(["", *words], words, strict=False)
    return [word for before, word in pairs if before not in options and word.partition("=")[0] not in options]

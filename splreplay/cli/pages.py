"""The file of a page: opened before there is a page, so that nobody waits for a search whose page cannot be written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from splreplay.cli.scanning import say


class PageFile:
    """What stood in the file stays until the page is written."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.written = False

    def write(self, text: str) -> None:
        if stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
            self._file.truncate(0)
        self._file.write(text)
        self._file.flush()
        self.written = True


def without(words: Sequence[str], *options: str) -> list[str]:
    """A command line without these options, each of which has a value."""
    pairs = zip(["", *words], words, strict=False)
    return [word for before, word in pairs if before not in options and word.partition("=")[0] not in options]


@contextmanager
def opened(path: str | None) -> Iterator[PageFile | None]:
    """The file to write a page to; None where none is asked for. OSError where it cannot be written.

    A file that was not there before is taken away again if no page comes.
    """
    if path is None:
        yield None
        return
    new = not os.path.lexists(path)
    with open(path, "a", encoding="utf-8") as file:
        page = PageFile(file)
        try:
            yield page
        finally:
            if new and not page.written:
                with suppress(OSError):
                    os.unlink(path)
    say(f"page: {path}")

"""What the library is built from, as a number that setup.py builds into it and binding.py compares."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

SOURCES = Path(__file__).parent / "src"


def digest() -> int:
    """Of the names and texts in src/.

    It tells one state of the sources from another, no more; a stronger one would take longer than loading the library.
    """
    found = 0
    for path in sorted(SOURCES.glob("*.[ch]")):
        found = crc32(path.read_bytes(), crc32(path.name.encode(), found))
    return found

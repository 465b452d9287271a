"""A library of the C of splreplay.scan.native, built as a test wants it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from splreplay.scan.native import sources


def build(path: Path, *flags: str, built_from: int | None = None) -> bool:
    """Whether the compiler did it; `built_from` is the number of its sources, if not of those that it is made of."""
    number = sources.digest() if built_from is None else built_from
    files = sorted(map(str, sources.SOURCES.glob("*.c")))
    command = ["cc", "-std=gnu11", "-fPIC", "-shared", f"-DSOURCES={number}u", *flags, *files, "-o", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0

"""What a person types, as a process of its own: at a terminal of a known width, or through pipes."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "cloudtrail.ndjson"
Typed = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def typed() -> Typed:
    """`splreplay ...` through pipes."""

    def run(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "splreplay", *map(str, words)]
        given = {"capture_output": True, "stdin": subprocess.DEVNULL, **options}
        return subprocess.run(command, cwd=ROOT, text=True, timeout=60, check=False, **given)

    return run


@pytest.fixture
def screen() -> Callable[..., str]:
    """What a terminal of 80 columns shows of `splreplay ...`."""

    def run(*words: object) -> str:
        master, terminal = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "splreplay", *map(str, words)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.PIPE,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        )
        os.close(terminal)
        shown = b"".join(iter(lambda: _read(master), b""))
        process.communicate(timeout=60)
        os.close(master)
        return shown.decode().replace("\r\n", "\n")

    return run


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65_536)
    except OSError:  # the other side is closed
        return b""


@pytest.fixture
def records(tmp_path: Path) -> Callable[[Iterable[Mapping[str, Any]]], Path]:
    """A file of these records, each with a time of its own."""
    import json

    def write(rows: Iterable[Mapping[str, Any]]) -> Path:
        about = {"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}
        lines = [
            json.dumps({"eventTime": f"2026-03-02T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z", **about, **row})
            for n, row in enumerate(rows)
        ]
        (tmp_path / "records.ndjson").write_text("\n".join([*lines, ""]))
        return tmp_path / "records.ndjson"

    return write

"""What a person types: at a terminal of a known width, or through pipes, which is a process of its own."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from splreplay.cli import main

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
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a terminal of 80 columns shows of `splreplay ...`, which runs in this process."""

    def run(*words: object) -> str:
        master, terminal = pty.openpty()
        with ThreadPoolExecutor(1) as beside, monkeypatch.context() as patched:
            shown = beside.submit(lambda: b"".join(iter(lambda: _read(master), b"")))
            with os.fdopen(terminal, "w", encoding="utf-8") as stdout:
                patched.setattr(sys, "stdout", stdout)
                patched.setattr(sys, "stderr", io.StringIO())
                patched.chdir(ROOT)
                for name, value in {"TERM": "xterm", "COLUMNS": "80"}.items():
                    patched.setenv(name, value)
                main([*map(str, words)])
            text = shown.result(timeout=60).decode()
        os.close(master)
        return text.replace("\r\n", "\n")

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

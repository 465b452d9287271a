"""`splreplay serve` as a process of its own, on free ports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.serve.embedded import APP, PASSWORD, TOKEN, Endpoint

LINES = 6  # that it prints once it answers


def command(folder: Path) -> list[str]:
    """Over the copy of the app in this folder."""
    serve = [sys.executable, "-m", "splreplay", "serve", "--port", "0", "--hec-port", "0"]
    return [*serve, "--app", str(folder / APP), "--data", str(folder / "data")]


def start(folder: Path, password: str = PASSWORD) -> tuple[subprocess.Popen[str], Endpoint, str]:
    """The process, which the caller ends; where it answers; and what it says of the login."""
    environment = {**os.environ, "SPLUNK_PASSWORD": password, "SPLUNK_HEC_TOKEN": TOKEN}
    child = subprocess.Popen(command(folder), stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    said = dict(map(str.strip, child.stdout.readline().split("  ", 1)) for _ in range(LINES))
    return child, Endpoint(said["REST"], said["HEC"], password, TOKEN, said["certificate"]), said["login"]

"""`splreplay serve` as a process of its own, on free ports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.serve.embedded import APP, PASSWORD, TOKEN, Endpoint

LINES = 6  # that it prints once it answers


def start(folder: Path) -> tuple[subprocess.Popen[str], Endpoint]:
    """Over the copy of the app in this folder; the caller ends the process."""
    command = [sys.executable, "-m", "splreplay", "serve", "--port", "0", "--hec-port", "0"]
    command += ["--app", str(folder / APP), "--data", str(folder / "data")]
    environment = {**os.environ, "SPLUNK_PASSWORD": PASSWORD, "SPLUNK_HEC_TOKEN": TOKEN}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    said = dict(map(str.strip, child.stdout.readline().split("  ", 1)) for _ in range(LINES))
    return child, Endpoint(said["REST"], said["HEC"], PASSWORD, TOKEN, said["certificate"])

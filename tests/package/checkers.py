"""Splunk's own checkers, each in an environment of its own under .cache/ that `make test-slow` fills."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def checker(name: str, program: str) -> Path:
    """The path of a checker's program; the test is skipped where it is missing, but not in CI."""
    path = ROOT / ".cache" / name / "bin" / program
    if path.exists():
        return path
    missing = f"{name} is not installed: run `make .cache/{name}/.made` (see tools/{name}.txt)"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def run(program: Path, *args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run it with `cwd` as its home too, so that what it keeps there is not the user's."""
    environment = {**os.environ, "HOME": str(cwd)}
    return subprocess.run([program, *args], cwd=cwd, env=environment, capture_output=True, text=True, check=False)

"""The Python interpreters that Splunk ships, where this machine has them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

# Splunk 9.0 to 9.2 run 3.7, 9.3 to 10.1 run 3.9, 10.2 and later prefer 3.13.
SPLUNK_PYTHONS = ("3.7", "3.9", "3.13")


def works(python: str, version: str) -> bool:
    """Whether it runs and is of this version; a pyenv shim may name a version that is not installed."""
    ask = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip() == version


@cache
def interpreter(version: str) -> str | None:
    """The path of a Python of this version: this one, one of pyenv's, or one on PATH."""
    pyenv = [str(path) for path in Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    found = [sys.executable, *pyenv, shutil.which(f"python{version}")]
    return next((python for python in found if python and works(python, version)), None)


def python_or_skip(version: str) -> str:
    found = interpreter(version)
    if not found:
        pytest.skip(f"Python {version} is not on this machine")
    return found

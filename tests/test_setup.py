"""What `make` does once, so that not every start of the program does it again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="no make is at hand")


def test_byte_code_is_made_where_python_may_not_write_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for folder in ("splreplay", ".venv/bin", ".venv/lib/site-packages"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    (tmp_path / "splreplay/ours.py").touch()
    (tmp_path / ".venv/lib/site-packages/theirs.py").touch()
    (tmp_path / ".venv/lib/site-packages/broken.py").write_text("print 'for Python 2'")
    (tmp_path / ".venv/.run").touch()
    made = ["make", "--old-file=.venv/.run", ".venv/.compiled"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(made, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")} == {"ours", "theirs"}


def test_native_code_that_was_damaged_is_built_anew(tmp_path: Path) -> None:
    """As the message of a refused library advises: run 'make replay'."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    native = tmp_path / "splreplay/scan/native"
    inputs = [*(tmp_path / name for name in ("pyproject.toml", "setup.py")), native / "src/text.c"]
    built = native / "_native.abi3.so"
    for age, path in enumerate((tmp_path / ".venv/.run", built, *inputs, tmp_path / ".venv/.made")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1_000_000_000 - age, 1_000_000_000 - age))
    os.utime(native / "src", (0, 0))

    def is_current() -> bool:
        asked = ["make", "--question", ".venv/.run"]
        return subprocess.run(asked, cwd=tmp_path, capture_output=True, check=False).returncode == 0

    assert is_current()
    built.write_bytes(b"cut off")
    assert not is_current()

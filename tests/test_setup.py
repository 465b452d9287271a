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

"""The C of splreplay.scan.native under the compiler's own checks: no byte beyond a text, no undefined behaviour."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from splreplay.scan.native import binding
from tests.scan.build import build

ROOT = Path(__file__).parents[2]
CHECKS = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
TESTS = ("test_sieve.py", "test_bulk.py", "test_mutated.py", "test_limits.py", "test_whole.py")

needs_cc = pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler is at hand")


@needs_cc
def test_it_is_built_where_a_compiler_is() -> None:
    """The build is optional, so an error of the compiler would go unnoticed."""
    assert binding.library() is not None


@needs_cc
@pytest.mark.slow
def test_hostile_input_under_the_sanitizers(tmp_path: Path) -> None:
    library = tmp_path / "checked.so"
    if not build(library, *CHECKS):
        pytest.skip("this compiler has no sanitizers")
    tests = [str(Path(__file__).parent / name) for name in TESTS]
    report = tmp_path / "report"
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-k",
            "not standard",
            "-m",
            "not corpus",
            "--native",
            str(library),
            *tests,
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "LD_PRELOAD": " ".join(map(_runtime, ("libasan.so", "libstdc++.so"))),  # DuckDB throws, which ASan watches
            "PYTHONMALLOC": "malloc",  # every text a block of its own
            "ASAN_OPTIONS": f"detect_leaks=0:log_path={report}",
            "UBSAN_OPTIONS": f"log_path={report}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = [path.read_text(errors="replace")[:3000] for path in tmp_path.glob("report*")]
    assert not said
    assert run.returncode == 0, run.stdout[-3000:]


def _runtime(name: str) -> str:
    found = subprocess.run(["cc", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return os.path.realpath(found.stdout.strip())

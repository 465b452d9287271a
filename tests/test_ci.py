"""`.ci/run` runs every suite to its end and fails if one of them did; and every mark of the tests has its suite."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.parts import PARTS

ROOT = Path(__file__).resolve().parents[1]
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
MARKS = set(re.findall(r'^    "(\w+)(?:\(.*\))?: .*`make test-\1`",$', PROJECT, re.MULTILINE))
TARGETS = set(re.findall(r"^(test[a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
OTHERS = {"lint", "detections"}
APART = {"test-splunk"}  # needs a Splunk: .github/workflows/splunk.yml runs it


def ci(folder: Path, failing: str) -> tuple[int, list[str]]:
    """Its exit status and the targets that it makes, with a `make` that only tells what is asked of it."""
    programs = {
        "make": f'echo "$1" >> made; test "$1" != "{failing}"',
        "ldconfig": "echo libmagic.so.1",
        "chromium": "",
    }
    (folder / ".ci").mkdir()
    (folder / ".ci" / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", folder / ".ci" / "run"], env=environment, capture_output=True, check=False)
    return done.returncode, (folder / "made").read_text().split()


@pytest.mark.parametrize("failing", ["", *sorted((TARGETS | OTHERS) - APART)])
def test_every_target_runs_and_none_fails_unnoticed(tmp_path, failing):
    status, made = ci(tmp_path, failing)
    assert set(made) == {*TARGETS, *OTHERS} - APART
    assert (status != 0) == bool(failing)


def test_every_mark_has_a_target_and_is_left_out_of_make_test():
    assert {f"test-{mark}" for mark in MARKS} == TARGETS - {"test"}
    assert re.search(r"-m '(.*)'", PROJECT)[1].split(" and ") == [f"not {mark}" for mark in ("slow", "splunk", *PARTS)]
    assert {"slow", "splunk", *PARTS} == MARKS


def test_a_module_without_its_part_is_a_skip_and_no_failure(pytester):
    pytester.makeconftest("from tests.conftest import *")
    pytester.makepyfile("import pytest\npytest.importorskip('no_such_part')\ndef test(): pass")
    assert pytester.runpytest_inprocess("-p", "no:xdist").ret == 0


def test_no_tests_at_all_stay_a_failure(pytester):
    pytester.makeconftest("from tests.conftest import *")
    assert pytester.runpytest_inprocess("-p", "no:xdist").ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize("part", PARTS)
def test_a_test_without_its_part_says_what_is_missing(pytester, part):
    pytester.makeconftest("from tests.conftest import *")
    pytester.makepyfile(f"import pytest\n@pytest.mark.{part}('no-such-file')\ndef test(): assert False")
    result = pytester.runpytest_inprocess("-p", "no:xdist", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines("*no-such-file*")

"""Whoever imports splreplay keeps the settings of his process; the command line may set those of its own."""

from __future__ import annotations

import ast
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

import splreplay
from splreplay.cli import process
from splreplay.cli.scanning import scanned
from splreplay.scan import ScanStats, scan, tasks

PACKAGE = Path(splreplay.__file__).parent
SETTINGS = {"mallopt", "setswitchinterval", "setrecursionlimit", "setlocale", "_exit", "putenv", "chdir", "umask"}


def _used(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute | ast.Name):
            yield node.attr if isinstance(node, ast.Attribute) else node.id


def test_only_the_command_line_sets_what_is_of_the_whole_process() -> None:
    found = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if SETTINGS & {*_used(path)}}
    own = {Path("__main__.py"), Path("verdicts/worker.py")}  # each is a process of ours
    assert {path for path in found if path.parts[0] != "cli"} == own


def test_a_scan_leaves_the_interpreters_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "GROUP_FILES", 1)
    for number in range(9):
        (tmp_path / f"{number}.log").write_text('{"a":1}\n')
    before = sys.getswitchinterval()
    during = [sys.getswitchinterval() for _ in scan([str(tmp_path)], stats=ScanStats(), workers=2)]
    assert {*during, sys.getswitchinterval()} == {before}


def test_the_command_line_sets_them() -> None:
    before = sys.getswitchinterval()
    process.set_for_scans.cache_clear()
    try:
        with scanned(Namespace(files=["log"], index=None)):
            assert sys.getswitchinterval() == pytest.approx(process.TURN)
    finally:
        sys.setswitchinterval(before)

"""ARCHITECTURE.md is true: every file, folder and name in it exists, and every room stands in it, in order."""

from __future__ import annotations

import importlib
import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.test_rooms import ORDER, ROOT

TOOL = ROOT / "splreplay"
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
MADE = ("lib/splunklib/",)  # by make, so not there in every checkout


def paths() -> Iterator[tuple[str, str]]:
    """Each path, and the folder whose row in a table it stands in."""
    for line in TEXT.splitlines():
        row = re.match(r"\| `([\w./]+)`", line)
        for word in re.findall(r"`([\w./*-]+)`", line):
            if re.search(r"/|\.(py|sql|md)$", word):
                yield word, row[1] if row else "."


@pytest.mark.parametrize(("path", "row"), list(paths()))
def test_every_path_exists(path, row):
    assert path in MADE or any((base / path).exists() for base in (ROOT, TOOL, ROOT / row, TOOL / row))


def test_every_room_has_its_row_in_order():
    rows = [row.removesuffix(".py") for row in re.findall(r"^\| `([\w.]+)/?` \|", TEXT, re.MULTILINE)]
    assert [row for row in rows if row in ORDER] == list(ORDER)


def test_every_folder_of_the_repository_is_named():
    files = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    folders = {f"{file.partition('/')[0]}/" for file in files if "/" in file and not file.startswith(".")}
    assert folders <= {path.partition("/")[0] + "/" for path, _ in paths()}


def test_every_folder_of_a_room_is_named():
    folders = {f"{path.parent.name}/" for path in TOOL.glob("*/*/__init__.py")}
    assert folders <= {path for path, _ in paths()}


@pytest.mark.parametrize("name", ["engine.search", "sql.relation.Kind", "commands.COMMANDS", "functions.EVAL"])
def test_every_name_of_a_module_is_there(name):
    module, _, thing = name.rpartition(".")
    assert f"`{name}`" in TEXT
    assert hasattr(importlib.import_module(f"splreplay.{module}"), thing)


def test_it_is_read_in_one_go():
    assert len(TEXT.splitlines()) < 70

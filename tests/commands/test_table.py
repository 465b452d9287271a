"""The command table names every row of every file, so that a file can be imported when it is needed."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

from splreplay import commands

HELPERS = {"__init__", "refused", "row", "walk"}


def test_every_row_is_in_the_table() -> None:
    files = {path.stem for path in Path(commands.__file__).parent.glob("*.py")} - HELPERS
    found = {file: {row.name for row in import_module(f"splreplay.commands.{file}").ROWS} for file in files}
    assert found == {file: set(names.split()) for file, names in commands.MODULES.items()}


def test_a_search_imports_only_its_own_commands() -> None:
    program = (
        "import sys, splreplay; splreplay.query('* | stats count', [{'a': '1'}]);"
        "print(*[name for name in sys.modules if name.startswith('splreplay.commands.')])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "splreplay.commands.stats" in shown
    assert "splreplay.commands.transaction" not in shown

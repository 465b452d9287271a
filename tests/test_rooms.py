"""The rooms of splreplay stand in the order in which data flows, and each imports only those before it.

Every import counts: those inside functions and those for types too. What a table names and imports when it is asked
for (`commands.COMMANDS`, `cli.VERBS`) is no import of the table's file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ORDER = (
    "spl", "values", "scan", "sql", "knowledge", "functions", "compiler", "commands", "load",
    "engine", "findings", "content", "verdicts", "page", "replay", "serve", "cli",
)  # fmt: skip
LARGEST_CIRCLE = 5  # files that import each other, around a ring


@cache
def files() -> dict[str, Path]:
    """Each module's name and file."""
    paths = (ROOT / "splreplay").rglob("*.py")
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in files() else str(node.module) for name in names)


@cache
def arrows() -> dict[str, set[str]]:
    """Each module and those of splreplay that it imports."""
    return {module: set(imported(path)) & set(files()) - {module} for module, path in files().items()}


def room(module: str) -> str:
    """The folder or file right below splreplay/; the package itself has none."""
    return [*module.split("."), ""][1]


def reached(module: str) -> set[str]:
    """The modules that it imports, and those that these import, and so on."""
    seen: set[str] = set()
    ahead = [module]
    while ahead:
        new = arrows()[ahead.pop()] - seen
        seen |= new
        ahead += new
    return seen


def test_every_room_has_its_place():
    assert {room(module) for module in files()} == {*ORDER, "", "__main__"}


def test_each_room_imports_only_those_before_it():
    place = {name: number for number, name in enumerate(ORDER)}
    back = [
        f"{module} imports {other}"
        for module, others in arrows().items()
        for other in others
        if {room(module), room(other)} <= set(place) and place[room(other)] > place[room(module)]
    ]
    assert back == []


def test_no_circle_of_files_is_large():
    circles = {frozenset(other for other in reached(module) if module in reached(other)) for module in files()}
    largest = max(circles, key=len)
    assert len(largest) <= LARGEST_CIRCLE, sorted(largest)

"""How serve is built: nothing in it imports in a circle, not even for types, and one file of it runs SPL."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]


def imports() -> dict[str, set[str]]:
    """Each module of serve, and what it imports from splreplay; `from package import module` is the module."""
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in ROOT.glob("splreplay/serve/**/*.py")
    }
    found: dict[str, set[str]] = {}
    for name, path in files.items():
        nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        named = {(f"{node.module}.{item.name}", str(node.module)) for node in nodes for item in node.names}
        found[name] = {inner if inner in files else outer for inner, outer in named}
    return found


def test_no_circle() -> None:
    graph = imports()
    assert list(TopologicalSorter({name: found & set(graph) for name, found in graph.items()}).static_order())


def test_one_file_runs_spl() -> None:
    assert [name for name, found in imports().items() if "splreplay.engine" in found] == ["splreplay.serve.search"]

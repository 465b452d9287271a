"""A file has no index: it stands in for whichever index a search names, unless it was given one to stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from splreplay.scan.files import FileSource
from splreplay.spl import ast

INDEX = "index"
TRUE = ast.And(())


def stand_in(source: FileSource, node: ast.Node) -> tuple[FileSource, ast.Node, str]:
    """The source under the name that the search asks for, the search without asking, and what to say of it.

    `index!=x` and `NOT index=x` are left: they ask for nothing.
    """
    named = list(_named(node))
    if not named or not source.any_index:
        return source, node, ""
    plain = [name for name in named if "*" not in name]
    source = replace(source, meta={**source.meta, INDEX: plain[0]}) if plain else source
    note = f"the files stand in for index={', '.join(dict.fromkeys(named))}; --index NAME makes that strict"
    return source, _without(node), note


def _named(node: ast.Node) -> Iterator[str]:
    """The indexes that a search asks for, in order."""
    if isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from _named(item)
    else:
        yield from _asked(node)


def _asked(node: ast.Node) -> tuple[str, ...]:
    if isinstance(node, ast.InList) and node.field == INDEX:
        return node.values
    return (node.value,) if isinstance(node, ast.Compare) and (node.field, node.op) == (INDEX, "=") else ()


def _without(node: ast.Node) -> ast.Node:
    if isinstance(node, ast.And | ast.Or):
        return ast.mapped(node, _without)
    return TRUE if _asked(node) else node

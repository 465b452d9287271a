"""A file has no index: it stands in for whichever index a search names, unless it was given one to stand for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from splreplay.scan.source import AnyIndexSource, Source
from splreplay.spl import ast

INDEX = "index"


def stand_in(source: AnyIndexSource, node: ast.Node) -> tuple[Source, ast.Node, str]:
    """The source as the index that the search names, the search that finds it there, and what to say of it.

    A record that tells its own index is searched by that. `index!=x` and `NOT index=x` ask for nothing.
    """
    named = list(dict.fromkeys(_named(node)))
    if not named or not source.any_index:
        return source, node, ""
    index = next((name for name in (text.replace("*", "") for text in named) if name), source.index)
    note = f"the files stand in for index={', '.join(named)}; --index NAME makes that strict"
    return source if index == source.index else source.standing_for(index), _widened(node, index), note


def _named(node: ast.Node) -> Iterator[str]:
    """The indexes that a search asks for, in order."""
    for part in ast.affirmed(node):
        yield from _asked(part)


def _asked(node: ast.Node) -> tuple[str, ...]:
    if isinstance(node, ast.InList) and node.field == INDEX:
        return node.values
    return (node.value,) if isinstance(node, ast.Compare) and (node.field, node.op) == (INDEX, "=") else ()


def _widened(node: ast.Node, index: str) -> ast.Node:
    """Where several indexes are named, the one that the files stand for will do for each."""
    if isinstance(node, ast.And | ast.Or):
        return ast.mapped(node, partial(_widened, index=index))
    if not (asked := _asked(node)) or index in asked or "*" in asked:
        return node
    return ast.Or((node, ast.Compare(INDEX, "=", index)), span=node.span)

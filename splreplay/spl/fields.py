"""Which fields an expression names, in `search` and in `eval`."""

from __future__ import annotations

from collections.abc import Iterator

from splreplay.spl import ast
from splreplay.spl.search import searched


def filter_fields(node: ast.Node) -> Iterator[str]:
    """Fields that a search expression names."""
    if isinstance(node, ast.Compare | ast.InList):
        yield node.field
    elif isinstance(node, ast.Term) and node.text.strip("*"):
        yield "_raw"
    elif isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from filter_fields(item)
    elif isinstance(node, ast.Not):
        yield from filter_fields(node.item)


def formula_fields(node: ast.Node) -> Iterator[str]:
    """Fields that an eval expression may read; of `a.b` also the field of that name, for the warning."""
    if isinstance(node, ast.FieldRef):
        yield node.name
    elif isinstance(node, ast.Binary):
        yield from (*formula_fields(node.left), *formula_fields(node.right))
        if node.op == "." and (name := dotted_name(node)) is not None:
            yield name
    elif isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from formula_fields(item)
    elif isinstance(node, ast.Not | ast.Negative):
        yield from formula_fields(node.item)
    elif isinstance(node, ast.Subsearch):
        yield "*"  # its answer may name any
    elif isinstance(node, ast.Call):
        yield from _call_fields(node)


def _call_fields(node: ast.Call) -> Iterator[str]:
    if node.name == "searchmatch":
        yield from filter_fields(searched(node))
        return
    for arg in node.args:
        yield from formula_fields(arg)


def dotted_name(node: ast.Node) -> str | None:
    """`a.b.c` where unquoted names are joined and nothing else."""
    if isinstance(node, ast.FieldRef) and not node.quoted:
        return node.name
    if isinstance(node, ast.Binary) and node.op == ".":
        left, right = dotted_name(node.left), dotted_name(node.right)
        return f"{left}.{right}" if left and right else None
    return None

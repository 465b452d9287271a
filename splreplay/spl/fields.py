"""Which fields an expression names, in `search` and in `eval`."""

from __future__ import annotations

from collections.abc import Iterator

from splreplay.spl import ast
from splreplay.spl.search import searched


def filter_fields(node: ast.Node) -> Iterator[str]:
    """Fields that a search expression names."""
    for part in ast.walk(node):
        if isinstance(part, ast.Compare | ast.InList | ast.TimeBound):
            yield part.field
        elif isinstance(part, ast.Term) and part.text.strip("*"):
            yield "_raw"


def formula_fields(node: ast.Node) -> Iterator[str]:
    """Fields that an eval expression may read; of `a.b` also the field of that name, for the warning."""
    for part in ast.walk(node):
        if isinstance(part, ast.FieldRef):
            yield part.name
        elif isinstance(part, ast.Binary) and part.op == "." and (name := dotted_name(part)) is not None:
            yield name
        elif isinstance(part, ast.Subsearch):
            yield "*"  # its answer may name any
        elif isinstance(part, ast.Call) and part.name == "searchmatch":
            yield from filter_fields(searched(part))


def dotted_name(node: ast.Node) -> str | None:
    """`a.b.c` where unquoted names are joined and nothing else."""
    if isinstance(node, ast.FieldRef) and not node.quoted:
        return node.name
    if isinstance(node, ast.Binary) and node.op == ".":
        left, right = dotted_name(node.left), dotted_name(node.right)
        return f"{left}.{right}" if left and right else None
    return None

"""What a pipeline needs of its events, found by reading it: which fields, which literal, which time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from splreplay import ast
from splreplay.commands.row import Reads
from splreplay.events import Needs

if TYPE_CHECKING:
    from splreplay.run import Run


def needs_of(run: Run, node: ast.Node, pipeline: ast.Pipeline) -> Needs:
    """The needs of a pipeline whose first search is `node` (its subsearches resolved)."""
    fields = event_fields(node, pipeline)
    named = fields or named_fields(node, pipeline)
    return Needs(fields, None, run.around.earliest, run.around.latest, node, named)


def event_fields(node: ast.Node, pipeline: ast.Pipeline) -> frozenset[str] | None:
    """Every field name that is read before the rows are no longer events; None: possibly all."""
    from splreplay.commands import COMMANDS

    found = set(filter_fields(node)) | {"_time", "_raw"}
    for command in pipeline.commands[1:]:
        part: Reads = COMMANDS[command.name].reads(command.args)
        if part.all:
            return None
        found |= part.names
        if part.closes:
            return frozenset(found)
    return None


def named_fields(node: ast.Node, pipeline: ast.Pipeline) -> frozenset[str]:
    """Every field name that the search spells out."""
    from splreplay.commands import COMMANDS

    parts = (COMMANDS[command.name].reads(command.args) for command in pipeline.commands[1:])
    return frozenset(filter_fields(node)).union(*(part.names for part in parts))


def filter_fields(node: ast.Node) -> Iterator[str]:
    """Fields that a search expression names."""
    if isinstance(node, ast.Compare | ast.InList):
        yield node.field
    elif isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from filter_fields(item)
    elif isinstance(node, ast.Not):
        yield from filter_fields(node.item)


def formula_fields(node: ast.Node) -> Iterator[str]:
    """Fields that an eval expression may read; a dotted concatenation may also mean the dotted field."""
    if isinstance(node, ast.FieldRef):
        yield node.name
    elif isinstance(node, ast.Binary):
        yield from (*formula_fields(node.left), *formula_fields(node.right))
    elif isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from formula_fields(item)
    elif isinstance(node, ast.Not | ast.Negative):
        yield from formula_fields(node.item)
    elif isinstance(node, ast.Call):
        for arg in node.args:
            yield from formula_fields(arg)

"""What a pipeline needs of its events, found by reading it: which fields, which literal, which time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from splreplay.commands.row import Reads
from splreplay.load.prefilter import needle_for
from splreplay.scan.source import Needs
from splreplay.spl import ast
from splreplay.spl.search import searched
from splreplay.spl.times import own_bounds

if TYPE_CHECKING:
    from splreplay.sql.session import Session


def needs_of(session: Session, node: ast.Node, pipeline: ast.Pipeline) -> Needs:
    """The needs of a pipeline whose first search is `node` (its subsearches resolved)."""
    fields = event_fields(node, pipeline)
    named = fields or named_fields(node, pipeline)
    return replace(scan_needs(session, node), fields=fields, behind=fields_behind(pipeline), named=named)


def scan_needs(session: Session, node: ast.Node) -> Needs:
    """What the scan needs to know: nothing that comes behind the first search."""
    from splreplay.load.addon import is_written

    needle, session.scan_note = needle_for(node, lambda name: is_written(session, name))
    own = own_bounds(node)
    earliest = None if "earliest" in own else session.around.earliest
    latest = None if "latest" in own else session.around.latest
    return Needs(needle=needle, earliest=earliest, latest=latest, filter=node)


def event_fields(node: ast.Node, pipeline: ast.Pipeline) -> frozenset[str] | None:
    """Every field name that is read before the rows are no longer events; None: possibly all."""
    behind = fields_behind(pipeline)
    return None if behind is None else behind.union(filter_fields(node))


def fields_behind(pipeline: ast.Pipeline) -> frozenset[str] | None:
    """Every field of the events that is read behind the first search; None: possibly all."""
    from splreplay.commands import COMMANDS

    found = {"_time"}
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

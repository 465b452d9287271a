"""What a pipeline needs of its events, found by reading it: which fields, which literal, which time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from splreplay.commands.row import Reads
from splreplay.load.prefilter import needle_for
from splreplay.scan.source import Needs
from splreplay.spl import ast
from splreplay.spl.fields import filter_fields

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
    earliest = None if bounds_itself(node) else session.around.earliest
    latest = None if bounds_itself(node) else session.around.latest
    return Needs(needle=needle, earliest=earliest, latest=latest, filter=node)


def bounds_itself(node: ast.Node) -> bool:
    """Whether a search gives a time range of its own, which goes before the one that it is run with."""
    if isinstance(node, ast.And | ast.Or):
        return any(map(bounds_itself, node.items))
    return isinstance(node, ast.TimeBound)


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

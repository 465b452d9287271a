"""What a pipeline needs of its events, found by reading it: which fields, which literal, which time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from splreplay.commands import COMMANDS
from splreplay.commands.row import Reads
from splreplay.load.prefilter import needle_for
from splreplay.load.search_time import is_written
from splreplay.scan.source import Needs
from splreplay.spl import ast
from splreplay.spl.bounds import bounded, widest
from splreplay.spl.fields import filter_fields

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk


def needs_of(node: ast.Node, pipeline: ast.Pipeline, walk: Walk) -> Needs:
    """The needs of a pipeline whose first search is `node` (its subsearches resolved)."""
    node = bounded(node, walk.bounds, walk.now, walk.tz)
    needle, note = needle_for(node, lambda name: is_written(walk.addon.field_rules, name))
    behind = fields_behind(pipeline, walk.shown)
    if behind is not None and walk.watched:
        behind = behind.union(filter_fields(node))
    fields = event_fields(node, pipeline, walk.shown)
    return Needs(
        fields=fields,
        behind=behind,
        needle=needle,
        earliest=widest(node, "earliest"),
        latest=widest(node, "latest"),
        filter=node,
        named=fields or named_fields(node, pipeline),
        newest=walk.newest,
        note=note,
    )


def event_fields(node: ast.Node, pipeline: ast.Pipeline, shown: frozenset[str] | None = None) -> frozenset[str] | None:
    """Every field name that is read before the rows are no longer events; None: possibly all."""
    behind = fields_behind(pipeline, shown)
    return None if behind is None else behind.union(filter_fields(node))


def fields_behind(pipeline: ast.Pipeline, shown: frozenset[str] | None = None) -> frozenset[str] | None:
    """Every field of the events that is read behind the first search; None: possibly all.

    `shown` is what is looked at of rows that still are events at the end.
    """
    found = {"_time"}
    for command in pipeline.commands[1:]:
        part: Reads = COMMANDS[command.name].reads(command.args)
        if part.all:
            return None
        found |= part.names
        if part.closes:
            return frozenset(found)
    return None if shown is None else shown.union(found)


def named_fields(node: ast.Node, pipeline: ast.Pipeline) -> frozenset[str]:
    """Every field name that the search spells out."""
    parts = (COMMANDS[command.name].reads(command.args) for command in pipeline.commands[1:])
    return frozenset(filter_fields(node)).union(*(part.names for part in parts))

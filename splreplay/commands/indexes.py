"""What an index knows of its events: `eventcount` counts them, `metadata` lists hosts, sources and source types.

Splunk reads both from the files of an index; here the events are read, so the rows are the same and the speed is not.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/eventcount
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/metadata
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow
from splreplay.scan.source import DEFAULT_META
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, Cursor, boolean, one_of
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.text import Text
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser

EVENTCOUNT: dict[str, Converter] = {
    "index": str,
    "summarize": boolean,
    "report_size": boolean,
    "list_vix": boolean,
    "list_federated_remote": boolean,
}
FIELDS = {"hosts": "host", "sources": "source", "sourcetypes": "sourcetype"}
METADATA: dict[str, Converter] = {
    "type": one_of(*FIELDS),
    "index": str,
    "splunk_server": one_of("*", "local"),
    "datatype": one_of("event"),
}


@dataclass(frozen=True)
class Counted(ast.Node):
    """The commands that count the events of some indexes by a field; `ever`: whatever the time range.

    Without indexes those count in which a search looks by default.
    """

    indexes: tuple[str, ...]
    field: str
    commands: tuple[ast.Command, ...]
    ever: bool


def parse_eventcount(parser: PipelineParser, span: Span) -> Counted:
    options, indexes = _arguments(parser.cursor(span), EVENTCOUNT, "eventcount")
    size = bool(options.get("report_size"))
    text = "eval bytes=len(_raw) | stats count, sum(bytes) as size_bytes" if size else "stats count"
    if not options.get("summarize", True):
        columns = f"count index server{' size_bytes' if size else ''}"
        text += f' by index | eval server="{DEFAULT_META["host"]}" | table {columns}'
    return Counted(indexes, "index", _commands(parser, text), True, span=span)


def parse_metadata(parser: PipelineParser, span: Span) -> Counted:
    options, indexes = _arguments(parser.cursor(span), METADATA, "metadata")
    kind = str(options.get("type", ""))
    if not kind:
        raise CompileError("metadata needs a type", span, "write metadata type=hosts, type=sources or type=sourcetypes")
    field = FIELDS[kind]
    times = "min(_time) as firstTime, max(_time) as lastTime, max(seen) as recentTime"
    text = (
        f"eval seen=coalesce(_indextime, _time) | stats {times}, count as totalCount by {field}"
        " | eval firstTime=floor(firstTime), lastTime=floor(lastTime), recentTime=floor(recentTime)"
        f' | eval type="{kind}"'
        f" | table firstTime {field} lastTime recentTime totalCount type"
    )
    return Counted(indexes, field, _commands(parser, text), False, span=span)


def _commands(parser: PipelineParser, text: str) -> tuple[ast.Command, ...]:
    with Text.of(text, "the search that counts the events").located():
        return parser.within(text).pipeline(Span(0, len(text))).commands


def _arguments(
    cursor: Cursor, known: Mapping[str, Converter], command: str
) -> tuple[dict[str, object], tuple[str, ...]]:
    """The options, of which index= may stand there several times."""
    options: dict[str, object] = {}
    indexes: list[str] = []
    while (option := cursor.option(known)) is not None or cursor.accept_op(","):
        if option is not None:
            options[option[0]] = option[1]
            indexes += [str(option[1])] if option[0] == "index" else []
    cursor.finish(command)
    return options, tuple(indexes)


def compile_counted(walk: Walk, before: Relation, node: Counted) -> Relation:
    if before.columns:
        name = "eventcount" if node.ever else "metadata"
        raise CompileError(f"'{name}' begins a search", node.span, f"write append [| {name} ...]")
    named: ast.Node = ast.InList("index", node.indexes) if node.indexes else _by_default(walk)
    # That they are named says that the events must have them.
    search = ast.And((named, ast.Compare(node.field, "=", "*") if node.field != "index" else ast.And(())))
    pipeline = ast.Pipeline((ast.Command("search", search, span=node.span), *node.commands), span=node.span)
    return (replace(walk, earliest=None, latest=None) if node.ever else walk).pipeline(pipeline)


def _by_default(walk: Walk) -> ast.Node:
    """A store knows where it looks by default; files stand for one index."""
    return ast.And(()) if walk.source.shows_meta else ast.Compare("index", "=", "*")


ROWS = (
    CommandRow(
        "eventcount",
        parse_eventcount,
        compile_counted,
        generates=True,
        example="| eventcount summarize=false index=* index=_*",
    ),
    CommandRow(
        "metadata", parse_metadata, compile_counted, generates=True, example="| metadata type=sourcetypes index=main"
    ),
)

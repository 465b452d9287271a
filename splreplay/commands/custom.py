"""The app's own commands (commands.conf), run as Splunk runs them: a child process and chunked 1.0."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.protocol import run_command
from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation


@dataclass(frozen=True)
class Custom(ast.Node):
    name: str
    args: tuple[str, ...]


def parse(parser: PipelineParser, span: Span) -> Custom:
    text = parser.text[span.start : span.end]
    try:
        name, *args = shlex.split(text.replace("\n", " "))
    except ValueError as error:
        raise CompileError(f"arguments of the command: {error}", span) from None
    return Custom(name.lower(), tuple(args), span=span)


def compile_custom(walk: Walk, before: Relation, node: Custom) -> Relation:
    child = walk.children.take(walk.app.commands[node.name])
    reply = run_command(child, node.args, walk.rows(before), list(before.columns))
    child.close()
    for level, text in reply.messages:
        walk.warn(f"{node.name} says {level}: {text}", node.span)
    return load_rows(walk, reply.rows, reply.fields)


ROWS = (CommandRow("custom", parse, compile_custom, example="enrichjobarn"),)

"""The app's own commands (commands.conf), run as Splunk runs them: a child process and chunked 1.0."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay import ast
from splreplay.commands.row import CommandRow
from splreplay.errors import CompileError, Span

if TYPE_CHECKING:
    from splreplay.parser.pipeline import PipelineParser
    from splreplay.relation import Relation
    from splreplay.run import Run


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


def compile_custom(run: Run, before: Relation, node: Custom) -> Relation:
    from splreplay.protocol import run_command

    rows = run.rows(before)
    found, messages = run_command(run.app.commands[node.name], node.args, rows, list(before.columns), run.tz)
    for message in messages:
        run.warn(f"{node.name}: {message}", node.span)
    return run.load(found.rows, found.fields)


ROWS = (CommandRow("custom", parse, compile_custom, example="enrichjobarn"),)

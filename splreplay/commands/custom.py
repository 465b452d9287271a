"""The app's own commands (commands.conf), run as Splunk runs them: a child process and chunked 1.0."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session


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


def compile_custom(session: Session, before: Relation, node: Custom) -> Relation:
    from splreplay.commands.parts.protocol import run_command

    child = session.child_for(node)
    reply = run_command(child, node.args, session.rows(before), list(before.columns))
    child.close()
    for level, text in reply.messages:
        session.warn(f"{node.name} says {level}: {text}", node.span)
    return session.load(reply.rows, reply.fields)


ROWS = (CommandRow("custom", parse, compile_custom, example="enrichjobarn"),)

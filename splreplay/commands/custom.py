"""The app's own commands (commands.conf), run as Splunk runs them: a child process and chunked 1.0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.protocol import Arguments, Conversation, Reply, Settings
from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, ParseError, RunError, Span, SplError
from splreplay.spl.lexer import unescape, unquote
from splreplay.spl.text import Text
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation

QUIET = ("INFO", "DEBUG")
MOST_PREOPS = 8  # that one command may ask for within another's
# Double quotes group and go. Single ones group where they stand at both ends, as around a field's name, and stay.
_PIECE = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<name>(?<![^\s=])'[^']*'(?!\S))|(?P<plain>(?:\\\S|[^\s"])+?)|(?P<blank>\s+)""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Custom(ast.Node):
    """`first`: it begins a pipeline."""

    name: str
    args: Arguments
    first: bool


def parse(parser: PipelineParser, span: Span) -> Custom:
    (name, *meant), (_, *written) = arguments(parser.text, span)
    before = parser.text[: span.start].rstrip()
    first = before.removesuffix("|").rstrip()[-1:] in ("", "[") if before.endswith("|") else True
    return Custom(name.lower(), Arguments(tuple(meant), tuple(written)), first, span=span)


def arguments(text: str, span: Span) -> Arguments:
    """The words of a command as SPL has them, its name among them."""
    words: list[tuple[str, str]] = [("", "")]
    at = span.start
    while at < span.end:
        piece = _PIECE.match(text, at, span.end)
        if piece is None:
            raise ParseError('this " is never closed', Span(at, span.end), 'write \\" for a quote inside a string')
        at = piece.end()
        if piece["blank"]:
            words.append(("", ""))
        else:
            meant, written = words[-1]
            words[-1] = meant + _meant(piece), written + piece[0]
    found = [word for word in words if word[1]]
    return Arguments(tuple(meant for meant, _ in found), tuple(written for _, written in found))


def _meant(piece: re.Match[str]) -> str:
    return unquote(piece[0]) if piece["quoted"] else unescape(piece[0])


def compile_custom(walk: Walk, before: Relation, node: Custom) -> Relation:
    with _placed(node), closing(walk.children.take(walk.app.commands[node.name])) as child:
        talk = Conversation(child, node.args, walk.login)
        settings = talk.begin()
        if _is_no_preop(walk, node, settings):
            return before
        _check_place(node, settings, before)
        rows = _prepared(walk, before, node, settings)
        given = [] if settings.generating else walk.rows(rows)
        reply = talk.run(given, list(rows.columns), settings.maxinputs)
    return _told(walk, node, reply)


@contextmanager
def _placed(node: Custom) -> Iterator[None]:
    """What goes wrong in the process has its place in the search."""
    try:
        yield
    except RunError as error:
        error.span = error.span or node.span
        raise


def _told(walk: Walk, node: Custom, reply: Reply) -> Relation:
    for level, text in reply.messages:
        said = text if text.startswith(node.name) else f"{node.name}: {text}"  # who says it, once
        if level in QUIET:
            walk.inform(said, level.lower())
        else:
            walk.warn(said, node.span)
    return load_rows(walk, reply.rows, reply.fields)


def _check_place(node: Custom, settings: Settings, before: Relation) -> None:
    """Generating commands begin a search, and no others do."""
    if settings.generating and not node.first:
        advice = f"write | {node.name}, or append [| {node.name}]"
        raise CompileError(f"'{node.name}' makes rows of its own, so it must begin a search", node.span, advice)
    if node.first and not settings.generating and not before.columns:
        advice = "begin with a search, or with makeresults, inputlookup, ..."
        raise CompileError(f"'{node.name}' needs rows before it", node.span, advice)


def _is_no_preop(walk: Walk, node: Custom, settings: Settings) -> bool:
    """splunklib names a first phase also for reporting commands that have none; asked for it, they do not stream."""
    return _mark(node.name) in walk.opened and settings.type == "reporting"


def _mark(name: str) -> str:
    return f"\0preop {name}"


def _prepared(walk: Walk, before: Relation, node: Custom, settings: Settings) -> Relation:
    """The rows behind the command's `streaming_preop`, such as its own first phase on the indexers."""
    if not settings.preop:
        return before
    if len(walk.opened) >= MOST_PREOPS:
        raise CompileError(f"'{node.name}' asks for more and more to run before it", node.span)
    text = Text.of(f"search * | {settings.preop}", f"streaming_preop of {node.name}")
    with text.located():
        try:
            _, *commands = walk.parser(text.text).pipeline(Span(0, len(text.text))).commands
        except SplError as error:
            walk.warn(f"{node.name}: its streaming_preop is passed over: {error.message}", node.span)
            return before
        return walk.within(text, _mark(node.name)).pipeline(ast.Pipeline(tuple(commands)), before)


ROWS = (CommandRow("custom", parse, compile_custom, generates=True, example="enrichjobarn"),)

"""A search as its stages; every stage's arguments are read by the row of its command."""

from __future__ import annotations

import re
from collections.abc import Collection

from splreplay.commands import COMMANDS, REFUSED
from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.cursor import Cursor
from splreplay.spl.errors import CompileError, ParseError, Span, nearest
from splreplay.spl.lexer import Token, stages, words
from splreplay.spl.text import Text

MAX_SUBSEARCH_DEPTH = 16
_COMMAND = re.compile(r"\s*([A-Za-z_][\w]*)(?![\w.:{}*=])(?!\s*(?:=|!=|<|>))")


def parse(source: Text, custom: frozenset[str] = frozenset()) -> ast.Pipeline:
    """The AST of a whole search. `custom` names the app's own commands.

    A search that does not begin with a pipe begins with `search`, written or not.
    """
    with source.located():
        return PipelineParser(source.text, custom).pipeline(Span(0, len(source.text)))


def custom_commands(source: Text, custom: Collection[str]) -> list[str]:
    """Those of the app's own commands that are stages of a search, before the rest of it is read."""
    with source.located():
        found = (_COMMAND.match(source.text, *stage) for stage in stages(source.text, Span(0, len(source.text)))[1:])
        return [name for match in found if match and (name := match.group(1).lower()) in custom]


class PipelineParser:
    """Reads pipelines of one text; `depth` counts the subsearches around it."""

    def __init__(self, text: str, custom: frozenset[str], depth: int = 0) -> None:
        self.text, self.custom, self.depth = text, custom, depth

    def pipeline(self, span: Span) -> ast.Pipeline:
        first, *rest = stages(self.text, span)
        commands = [] if self._blank(first) and rest else [self._first(first)]
        commands += [self._command(stage) for stage in rest]
        return ast.Pipeline(tuple(commands), span=span)

    def subsearch(self, token: Token) -> ast.Subsearch:
        if self.depth >= MAX_SUBSEARCH_DEPTH:
            raise ParseError(
                f"subsearches nest deeper than {MAX_SUBSEARCH_DEPTH}",
                Span(token.span.start, token.span.start + 1),
            )
        inner = PipelineParser(self.text, self.custom, self.depth + 1)
        pipeline = inner.pipeline(Span(token.span.start + 1, token.span.end - 1))
        return ast.Subsearch(pipeline, span=token.span)

    def _first(self, span: Span) -> ast.Command:
        match = _COMMAND.match(self.text, span.start, span.end)
        name = match.group(1).lower() if match else ""
        if self.depth and (name in COMMANDS or name in REFUSED) and name != "search":
            return self._command(span)
        if match and name == "search":
            return self._read(COMMANDS["search"], Span(match.start(1), span.end), Span(match.end(), span.end))
        return self._read(COMMANDS["search"], span, span)

    def _command(self, span: Span) -> ast.Command:
        match = _COMMAND.match(self.text, span.start, span.end)
        if match is None:
            raise ParseError("expected a command after the pipe", self._word_at(span), "write | command arguments")
        name = match.group(1).lower()
        stage = Span(match.start(1), span.end)
        row = COMMANDS.get("custom" if name in self.custom else name)
        if row is None:
            raise self._unknown(match, name)
        arguments = stage if name in self.custom else Span(match.end(), span.end)
        return self._read(row, stage, arguments)

    def _read(self, row: CommandRow, stage: Span, arguments: Span) -> ast.Command:
        return ast.Command(row.name, row.parse(self, self._trimmed(arguments)), span=stage)

    def _unknown(self, match: re.Match[str], name: str) -> CompileError:
        span = Span(*match.span(1))
        if name in REFUSED:
            return CompileError(f"'{name}' does not run here: {REFUSED[name]}", span)
        return CompileError(f"unknown command '{name[:60]}'", span, nearest(name, [*COMMANDS, *self.custom]))

    def _trimmed(self, span: Span) -> Span:
        text = self.text[span.start : span.end]
        start = span.start + len(text) - len(text.lstrip())
        return Span(start, max(start, span.end - len(text) + len(text.rstrip())))

    def _blank(self, span: Span) -> bool:
        return not self.text[span.start : span.end].strip()

    def _word_at(self, span: Span) -> Span:
        stage = self.text[span.start : span.end]
        start = span.start + len(stage) - len(stage.lstrip())
        return Span(min(start, span.end), max(span.end, start + 1))

    def cursor(self, span: Span) -> Cursor:
        return Cursor(self.text, words(self.text, span))

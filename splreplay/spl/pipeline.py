"""A search as its stages; every stage's arguments are read by the row of its command."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from splreplay.spl import ast
from splreplay.spl.cursor import Cursor
from splreplay.spl.errors import LISTED, CompileError, ParseError, Span, UnknownError, nearest
from splreplay.spl.lexer import Token, stages, words
from splreplay.spl.text import Text

MAX_SUBSEARCH_DEPTH = 16
_COMMAND = re.compile(r"\s*([A-Za-z_][\w]*)(?![\w.:{}*=])(?!\s*(?:=|!=|<|>))")


class Syntax(Protocol):
    """What the parser knows of a command: it reads the arguments within a span into the command's own node."""

    @property
    def name(self) -> str: ...

    @property
    def parse(self) -> Callable[[PipelineParser, Span], ast.Node]: ...


@dataclass(frozen=True)
class Grammar:
    """The commands of the language, those refused with the reason, and the names of the app's own."""

    commands: Mapping[str, Syntax]
    refused: Mapping[str, str]
    custom: frozenset[str] = frozenset()

    def knows(self, name: str) -> bool:
        return name in self.commands or name in self.refused or name in self.custom


def parse(text: Text, grammar: Grammar) -> ast.Pipeline:
    """The AST of a whole search.

    A search that does not begin with a pipe begins with `search`, written or not.
    """
    with text.located():
        return PipelineParser(text.text, grammar).pipeline(Span(0, len(text.text)))


def custom_commands(text: Text, custom: Collection[str]) -> list[str]:
    """Those of the app's own commands that are stages of a search, before the rest of it is read."""
    with text.located():
        found = (_COMMAND.match(text.text, *stage) for stage in stages(text.text, Span(0, len(text.text)))[1:])
        return [name for match in found if match and (name := match.group(1).lower()) in custom]


class PipelineParser:
    """Reads pipelines of one text; `depth` counts the subsearches around it."""

    def __init__(self, text: str, grammar: Grammar, depth: int = 0) -> None:
        self.text, self.grammar, self.depth = text, grammar, depth

    def within(self, text: str) -> PipelineParser:
        """Reads a text that stands in a command of this one, such as a subsearch."""
        return PipelineParser(text, self.grammar, self.depth + 1)

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
        pipeline = self.within(self.text).pipeline(Span(token.span.start + 1, token.span.end - 1))
        return ast.Subsearch(pipeline, span=token.span)

    def _first(self, span: Span) -> ast.Command:
        match = _COMMAND.match(self.text, span.start, span.end)
        name = match.group(1).lower() if match else ""
        if self.depth and self.grammar.knows(name) and name != "search":
            return self._command(span)
        if match and name == "search":
            return self._read(
                self.grammar.commands["search"], Span(match.start(1), span.end), Span(match.end(), span.end)
            )
        return self._read(self.grammar.commands["search"], span, span)

    def _command(self, span: Span) -> ast.Command:
        match = _COMMAND.match(self.text, span.start, span.end)
        if match is None:
            raise ParseError("expected a command after the pipe", self._word_at(span), "write | command arguments")
        name = match.group(1).lower()
        stage = Span(match.start(1), span.end)
        custom = name in self.grammar.custom
        row = self.grammar.commands.get("custom" if custom else name)
        if row is None or (name == "custom" and not custom):
            raise self._unknown(match, name)
        arguments = stage if custom else Span(match.end(), span.end)
        return self._read(row, stage, arguments)

    def _read(self, row: Syntax, stage: Span, arguments: Span) -> ast.Command:
        return ast.Command(row.name, row.parse(self, self._trimmed(arguments)), span=stage)

    def _unknown(self, match: re.Match[str], name: str) -> CompileError:
        span = Span(*match.span(1))
        if name in self.grammar.refused:
            return CompileError(f"'{name}' does not run here: {self.grammar.refused[name]}", span)
        known = {*self.grammar.commands, *self.grammar.custom} - {"custom"}
        return UnknownError(f"unknown command '{name[:60]}'", span, nearest(name, sorted(known)) or LISTED)

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

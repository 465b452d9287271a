"""A session and the search around it: what a command asks for that reads more than the rows before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from splreplay.commands import grammar
from splreplay.commands.parts.process import Children
from splreplay.commands.parts.protocol import Login
from splreplay.compiler.formula import constant
from splreplay.knowledge.app import App
from splreplay.knowledge.conf import Value
from splreplay.knowledge.eventtypes import Knowledge
from splreplay.knowledge.lookups import Shelf
from splreplay.knowledge.macros import expand
from splreplay.scan.source import Source
from splreplay.spl import ast
from splreplay.spl.pipeline import PipelineParser, parse
from splreplay.spl.text import Text
from splreplay.sql.relation import Relation
from splreplay.sql.session import Session


@dataclass(frozen=True, kw_only=True)
class Walk(Session):
    """One search on its way through its pipeline.

    run:           how the engine runs a pipeline: commands run those of subsearches and saved searches.
    text:          the search with its macros expanded; spans of its nodes are places in it.
    opened:        the saved searches that are being run, outermost first.
    children:      processes of the app's own commands, started before their rows are known.
    login:         where those commands may ask splunkd.
    maxmind:       the path of a database for iplocation.
    assume_fields: with no records at hand, every field that the search names is taken to exist.
    shown:         the fields of an event that are looked at in the end; None: all of them.
    newest:        how many of the newest events are looked at; None: it may be all of them.
    watched:       the events are looked at too, with the fields that the first search names.
    """

    source: Source
    app: App
    addon: App
    shelf: Shelf
    run: Callable[[Walk, ast.Pipeline, Relation | None], Relation]
    text: Text = field(default_factory=lambda: Text(""))
    opened: tuple[str, ...] = ()
    children: Children = field(default_factory=Children)
    login: Login = field(default_factory=Login)
    maxmind: str | None = None
    assume_fields: bool = False
    shown: frozenset[str] | None = None
    newest: int | None = None
    watched: bool = False

    @property
    def knowledge(self) -> Knowledge:
        """Event types and tags."""
        return Knowledge((self.app, self.addon), self.expanded)

    def expanded(self, setting: Value) -> Text:
        """The text of a setting, such as a search, with its macros expanded."""
        return expand(setting.source(), self.app.macros, lambda formula, span: constant(self, formula))

    def within(self, text: Text, *opened: str) -> Walk:
        """The same session within another text, which a saved search of that name may hold."""
        return replace(self, text=text, opened=(*self.opened, *opened))

    def over(self, source: Source) -> Walk:
        """The same search over other events."""
        return replace(self, source=source)

    def parsed(self) -> ast.Pipeline:
        return parse(self.text, grammar(self.app.commands))

    def parser(self, text: str) -> PipelineParser:
        """Reads a text that a command has made, as the pipeline of a subsearch."""
        return PipelineParser(text, grammar(self.app.commands), depth=1)

    def pipeline(self, pipeline: ast.Pipeline, before: Relation | None = None) -> Relation:
        """What a pipeline gives that stands in this text: of its events, every field may be looked at."""
        return self.run(replace(self, shown=None, newest=None), pipeline, before)

    def oddities(self) -> tuple[str, ...]:
        """What is odd in the files of the apps, as far as they were read."""
        return tuple(dict.fromkeys([*self.app.warnings, *self.addon.warnings]))

    def close(self) -> None:
        """End the processes that an error left waiting for rows, and the database."""
        self.children.close()
        self.database.close()

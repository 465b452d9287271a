"""One search over one source: text in, rows out. Every way into splreplay comes through `search`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from splreplay.commands import COMMANDS, grammar
from splreplay.commands.parts.subsearch import resolve
from splreplay.commands.walk import Walk
from splreplay.compiler.filter import predicate
from splreplay.compiler.formula import compile_formula
from splreplay.knowledge.app import App, load_app
from splreplay.knowledge.conf import Value
from splreplay.knowledge.lookups import Shelf
from splreplay.load.events import batches_of, load_events
from splreplay.load.plan import needs_of
from splreplay.scan.source import DictSource, Source
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, SplError
from splreplay.spl.pipeline import custom_commands
from splreplay.sql.relation import Relation
from splreplay.sql.session import Message, Messages
from splreplay.sql.tables import load_rows
from splreplay.values.rows import Row

HIDDEN = ("_indextime",)  # in every event, and shown where the search names it, as in Splunk Web
SAID = ("warn", "info")  # the levels of messages that a person is told


@dataclass(frozen=True)
class Result:
    """Rows as Splunk's REST returns them, the fields in order, and what the search had to say."""

    fields: tuple[str, ...]
    rows: list[Row]
    messages: tuple[Message, ...] = field(default=())
    hidden: frozenset[str] = frozenset()  # of the fields, what a table for people leaves out


# --- the stages ------------------------------------------------------------------------------------------
def search(spl: str | Value, source: Source, **options: Any) -> Result:
    """Run a search; the options are those of `walking`. Errors are SplError."""
    with walking(spl, source, **options) as walk:
        relation = run(walk, walk.parsed())
        hidden = frozenset(name for name in HIDDEN if name not in walk.text.text)
        return Result(tuple(relation.columns), walk.rows(relation), said(walk), hidden)


def said(walk: Walk) -> tuple[Message, ...]:
    """What a person is told: what is odd in the files of the apps, then what the search has to say."""
    return (*(Message("warn", text) for text in walk.oddities()), *walk.messages.of(*SAID))


def run(walk: Walk, pipeline: ast.Pipeline, before: Relation | None = None) -> Relation:
    """One pipeline: that of the search, of a subsearch, of a saved search; `before` are the rows it begins with."""
    first, *rest = pipeline.commands
    if before is not None:
        relation, rest = before, [*pipeline.commands]
    elif first.name == "search":
        relation = events(walk, pipeline)
    else:
        relation = generated(walk, first)
    for command in rest:
        relation = COMMANDS[command.name].compile(walk, relation, command.args)
    return relation


def events(walk: Walk, pipeline: ast.Pipeline) -> Relation:
    """The events that the search at the head of a pipeline keeps."""
    node = resolve(walk, pipeline.commands[0].args)
    needs = needs_of(node, pipeline, walk)
    return load_events(walk, batches_of(walk, needs), needs)


def generated(walk: Walk, command: ast.Command) -> Relation:
    """The rows of a command that begins a pipeline by itself."""
    row = COMMANDS[command.name]
    if not row.generates:
        advice = "begin with a search, or with makeresults, inputlookup, ..."
        raise CompileError(f"'{command.name}' needs rows before it", command.span, advice)
    return row.compile(walk, load_rows(walk, []), command.args)


@contextmanager
def walking(  # noqa: PLR0913 - each is an option of its own
    spl: str | Value,
    source: Source,
    *,
    app: App | None = None,
    addon: App | None = None,
    lookups: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    now: float | None = None,
    tz: str = "UTC",
    earliest: float | None = None,
    latest: float | None = None,
    index_earliest: float | None = None,
    index_latest: float | None = None,
    maxmind: str | None = None,
    assume_fields: bool = False,
) -> Iterator[Walk]:
    """A search that is expanded and about to run; it leaves neither processes nor a database behind.

    `now` and the bounds are epoch seconds, those that begin with index_ of the index time; `tz` is an IANA name.
    """
    app, addon = app or App(), addon or App()
    messages = Messages()
    walk = Walk(
        now=time.time() if now is None else now,
        tz=tz,
        earliest=earliest,
        latest=latest,
        index_earliest=index_earliest,
        index_latest=index_latest,
        compile_formula=compile_formula,
        compile_filter=predicate,
        source=source,
        app=app,
        addon=addon,
        messages=messages,
        shelf=Shelf((app, addon), lookups or {}, messages.warn),
        run=run,
        maxmind=maxmind,
        assume_fields=assume_fields,
    )
    try:
        walk = walk.within(walk.expanded(spl if isinstance(spl, Value) else Value(spl)))
        # What works beside us is begun first, and what it takes to compile a search is imported meanwhile.
        for name in custom_commands(walk.text, grammar(walk.app.commands).custom):
            walk.children.start(walk.app.commands[name])
        walk.database.open_soon()
        with walk.text.located():
            yield walk
    except SplError as error:
        error.warnings = walk.oddities()  # a search that was cut short by a slip in its file often fails
        raise
    finally:
        walk.close()


# --- what else is asked of a search -----------------------------------------------------------------------
@dataclass(frozen=True)
class Explained:
    """What `splreplay explain` prints, and the messages of the run that it needed."""

    text: str
    messages: tuple[Message, ...]


def explain(spl: str, source: Source, **options: Any) -> Explained:
    """The SQL of a search: statements that had to run, then the final one, then the bound values."""
    with walking(spl, source, **options) as walk:
        final = walk.final_sql(run(walk, walk.parsed()))
        names = walk.parameters(";".join([*walk.statements, final]))
        notes = [message.text for message in walk.messages.of("scan")] or ["no events are read"]
        parts = [
            *[f"-- scan: {note}" for note in notes],
            *[f"{sql};" for sql in walk.statements],
            f"{final};",
            "-- values:",
            *[f"--   ${name} = {_shown(walk.values[name])}" for name in names],
        ]
        return Explained("\n".join(parts), said(walk))


def _shown(value: object) -> str:
    """A bound value on one line of a comment."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text):,} characters)"


def query(  # noqa: PLR0913
    spl: str,
    events: Sequence[Mapping[str, Any]],
    *,
    lookups: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    app: str | None = None,
    addon: str | None = None,
    now: float | None = None,
) -> list[Row]:
    """The rows of a search over events given as dicts.

    >>> query("eventName=JobCreated | stats count by user", [{"eventName": "JobCreated", "user": "eve"}])
    [{'user': 'eve', 'count': '1'}]
    """
    return search(spl, DictSource(events), app=load_app(app), addon=load_app(addon), lookups=lookups, now=now).rows

"""One search over one source: text in, rows out. Every way into splreplay comes through `search`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any, cast

from splreplay.commands import COMMANDS, grammar
from splreplay.commands.parts.protocol import Login
from splreplay.commands.parts.subsearch import resolve
from splreplay.commands.row import Reads
from splreplay.commands.walk import Walk
from splreplay.compiler.filter import predicate
from splreplay.compiler.formula import compile_formula
from splreplay.knowledge.app import App, load_app
from splreplay.knowledge.conf import Value
from splreplay.knowledge.lookups import Shelf
from splreplay.load.events import batches_of, load_events
from splreplay.load.indexes import stand_in
from splreplay.load.late import derived_too, looking, newest, with_text
from splreplay.load.plan import fields_behind, needs_of
from splreplay.scan.files import FileSource
from splreplay.scan.source import AnyIndexSource, DictSource, Source
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, LostError, RunError, SplError
from splreplay.spl.fields import filter_fields
from splreplay.spl.pipeline import custom_commands
from splreplay.sql.expr import coerce
from splreplay.sql.relation import Kind, Relation
from splreplay.sql.session import Message, Messages
from splreplay.sql.tables import load_rows
from splreplay.values.moments import shown as with_times
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.knowledge.kvstore import KVStore

HIDDEN = ("_indextime",)  # in every event, and shown where the search names it, as in Splunk Web
MATCHED = 500  # events that are kept of those that matched; all are counted
SAID = ("warn", "info")  # the levels of messages that a person is told


@dataclass(frozen=True)
class Stage:
    """What one command left: its words, the macro that they come from, its rows and their fields.

    `reads` are the fields that it names.
    """

    words: str
    macro: str
    rows: int
    fields: tuple[str, ...]
    reads: frozenset[str]

    def dropped(self, before: Stage | None) -> int:
        """A command that keeps the fields and leaves fewer rows has dropped rows; one that makes others has not."""
        return max(before.rows - self.rows, 0) if before is not None and before.fields == self.fields else 0


@dataclass(frozen=True)
class Matched:
    """The events that a search found, before it made other rows of them, the oldest first.

    `times` are those of all, in epoch seconds; `events` are the first, with the fields that the search names.
    """

    times: tuple[float, ...] = ()
    events: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Result:
    """Rows as Splunk's REST returns them, the fields in order, and what the search had to say.

    `_time` is epoch seconds here; values.moments has it as Splunk shows it. `events`: the rows are events, of which
    no command has chosen fields. `stages` is given where there are no rows, or nothing but a nought, and where
    it was asked for; so is `matched`.
    """

    fields: tuple[str, ...]
    rows: list[Row]
    messages: tuple[Message, ...] = field(default=())
    events: bool = False
    stages: tuple[Stage, ...] = ()
    hidden: frozenset[str] = frozenset()  # of the fields, what a table for people leaves out
    unread: bool = False  # the rows lack what their `_raw` says and no column does: load.late adds it
    matched: Matched = Matched()


# --- the stages ------------------------------------------------------------------------------------------
def search(spl: str | Value, source: Source, **options: Any) -> Result:
    """Run a search; the options are those of `walking`. Errors are SplError."""
    return _answer(spl, source, options)


def trace(spl: str | Value, source: Source, **options: Any) -> Result:
    """The same with its `stages`, which take a count of the rows behind each."""
    return _answer(spl, source, options, traced=True)


def watch(spl: str | Value, source: Source, **options: Any) -> Result:
    """The same with its `stages` and with what `matched`, for a picture of the run."""
    return _answer(spl, source, {**options, "watched": True}, traced=True)


def unread(spl: str | Value, source: Source, **options: Any) -> Result:
    """The same, whose rows may be `unread`: for one who writes them as they come."""
    return _answer(spl, source, options, reads=False)


def answer(spl: str | Value, source: Source, **options: Any) -> Result:
    """The same without `stages`, also where there are no rows: for one who asks only what came out.

    To count the rows behind each stage takes as many statements again as the search.
    """
    return _answer(spl, source, options, traced=False)


def _answer(
    spl: str | Value, source: Source, options: Mapping[str, Any], traced: bool | None = None, reads: bool = True
) -> Result:
    """`traced` None: where nothing was found."""
    with walking(spl, source, **options) as walk:
        pipeline = walk.parsed()
        looks = looking(walk, pipeline)
        late = looks is not walk
        if not traced:
            looks = replace(looks, newest=newest(pipeline))
        relations = list(staged(looks, pipeline))
        fields, rows = tuple(relations[-1].columns), walk.rows(relations[-1])
        counted = _is_nothing(rows) if traced is None else traced
        if late:
            fields, rows = derived_too(walk, fields, rows)
        if late and reads:
            fields, rows = with_text(fields, rows)
        return Result(
            fields,
            rows,
            said(walk),
            events=pipeline.commands[0].name == "search" and fields_behind(pipeline) is None,
            stages=tuple(map(partial(_stage, walk), pipeline.commands, relations)) if counted else (),
            hidden=frozenset(name for name in HIDDEN if name not in walk.text.text),
            matched=_matched(walk, pipeline, relations) if walk.watched else Matched(),
            unread=late and not reads,
        )


def _is_nothing(rows: Sequence[Row]) -> bool:
    """Also a `stats count` of no event, which is a row."""
    return not rows or (len(rows) == 1 and bool(rows[0]) and all(value == "0" for value in rows[0].values()))


def said(walk: Walk) -> tuple[Message, ...]:
    """What a person is told: what is odd in the files of the apps, then what the search has to say."""
    return (*(Message("warn", text) for text in walk.oddities()), *walk.messages.of(*SAID))


def run(walk: Walk, pipeline: ast.Pipeline, before: Relation | None = None) -> Relation:
    """One pipeline: that of the search, of a subsearch, of a saved search; `before` are the rows it begins with."""
    return list(staged(walk, pipeline, before))[-1]


def staged(walk: Walk, pipeline: ast.Pipeline, before: Relation | None = None) -> Iterator[Relation]:
    """The rows behind each command of a pipeline."""
    first, *rest = pipeline.commands
    if before is not None:
        relation, rest = before, [*pipeline.commands]
    elif first.name == "search":
        yield (relation := events(walk, pipeline))
    else:
        yield (relation := generated(walk, first))
    for command in rest:
        relation = COMMANDS[command.name].compile(walk, relation, command.args)
        yield relation


def events(walk: Walk, pipeline: ast.Pipeline) -> Relation:
    """The events that the search at the head of a pipeline keeps."""
    node = resolve(walk, pipeline.commands[0].args)
    if isinstance(walk.source, AnyIndexSource):
        source, node, note = stand_in(walk.source, node)
        walk = replace(walk, source=source)
        if note:
            walk.inform(note)
    needs = needs_of(node, pipeline, walk)
    return load_events(walk, batches_of(walk, needs), needs)


def generated(walk: Walk, command: ast.Command) -> Relation:
    """The rows of a command that begins a pipeline by itself."""
    row = COMMANDS[command.name]
    if not row.generates:
        advice = "begin with a search, or with makeresults, inputlookup, ..."
        raise CompileError(f"'{command.name}' needs rows before it", command.span, advice)
    return row.compile(walk, load_rows(walk, []), command.args)


def _stage(walk: Walk, command: ast.Command, relation: Relation) -> Stage:
    (rows,) = walk.one(f"{relation.prelude}SELECT count(*) FROM {relation.name}")
    words, macro = _words(walk, command)
    return Stage(words, macro, rows, tuple(relation.columns), COMMANDS[command.name].reads(command.args).names)


def _matched(walk: Walk, pipeline: ast.Pipeline, relations: Sequence[Relation]) -> Matched:
    """The rows before the first command behind which no other field of the events is seen."""
    first, *rest = pipeline.commands
    reads = [COMMANDS[command.name].reads(command.args) for command in rest]
    closing = next((place for place, each in enumerate(reads) if each.closes), len(rest))
    found = relations[closing]
    if first.name != "search" or "_time" not in found.columns:
        return Matched()
    last = _as_written(walk, reads[closing : closing + 1])
    named = dict.fromkeys(["_time", *filter_fields(first.args), *last, "_raw"])
    order = coerce(walk.scope(found).field("_time"), Kind.NUM)
    timed = f"WHERE isfinite({order})"
    times = walk.execute(f"{found.prelude}SELECT {order} FROM {found.name} {timed} ORDER BY 1").fetchall()
    oldest = walk.reorder(walk.step(found, f"SELECT * FROM {{prev}} {timed}"), f"{order}, o DESC")
    events = walk.rows(walk.step(oldest, f"SELECT * FROM {{prev}} ORDER BY o LIMIT {MATCHED}").show(named))
    return Matched(tuple(time for (time,) in times), tuple(events))


def _as_written(walk: Walk, reads: Sequence[Reads]) -> list[str]:
    """Names of fields in the order in which they stand in the search."""
    return sorted({name for each in reads for name in each.names}, key=lambda name: (walk.text.text.find(name), name))


def _words(walk: Walk, command: ast.Command) -> tuple[str, str]:
    """A command as it is written, and the macro that it comes from."""
    span = command.span
    if span is None:
        return command.name, ""
    text = walk.text.text[span.start : span.end]
    return " ".join(text.split()), walk.text.macro_at(span.start + len(text) - len(text.lstrip()))


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
    kv: KVStore | None = None,
    login: Login | None = None,
    maxmind: str | None = None,
    assume_fields: bool = False,
    shown: frozenset[str] | None = None,
    watched: bool = False,
) -> Iterator[Walk]:
    """A search that is expanded and about to run; it leaves neither processes nor a database behind.

    `now` and the bounds are epoch seconds, those that begin with index_ of the index time; `tz` is an IANA name.
    `kv` holds the collections that lookups read; `login` leads the app's own commands to a splunkd that has them too.
    """
    if not _is_text(spl if isinstance(spl, str) else spl.text):
        raise RunError("the search is no text in UTF-8", advice="write it in UTF-8, or escape what is not")
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
        shelf=Shelf((app, addon), lookups or {}, messages.warn, kv),
        login=login or Login(),
        run=run,
        maxmind=maxmind,
        assume_fields=assume_fields,
        shown=shown,
        watched=watched,
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


def _is_text(spl: str) -> bool:
    """A command line that is no UTF-8 comes as half characters, which nothing takes."""
    return not any("\ud800" <= char <= "\udfff" for char in spl)


# --- what else is asked of a search -----------------------------------------------------------------------
@dataclass(frozen=True)
class Explained:
    """What `splreplay explain` prints, and the messages of the run that it needed."""

    text: str
    messages: tuple[Message, ...]


def explain(spl: str | Value, source: Source, **options: Any) -> Explained:
    """The SQL of a search: statements that had to run, then the final one, and what its names stand for."""
    with walking(spl, source, **options) as walk:
        pipeline = walk.parsed()
        relations = list(staged(looking(walk, pipeline), pipeline))
        final = walk.final_sql(relations[-1])
        names = walk.parameters(";".join([*walk.statements, final]))
        parts = [
            *[f"-- scan: {note.text}" for note in walk.messages.of("scan") or [Message("scan", "no events are read")]],
            "-- stages:",
            *[_explained(walk, *stage) for stage in zip(pipeline.commands, relations, strict=True)],
            "-- columns:",
            *_columns(relations),
            *[f"{sql};" for sql in walk.statements],
            f"{final};",
            "-- values:",
            *[f"--   ${name} = {_shown(walk.values[name])}" for name in names],
        ]
        return Explained("\n".join(parts), said(walk))


def _explained(walk: Walk, command: ast.Command, relation: Relation) -> str:
    """A stage, and the name in SQL of the rows that it leaves."""
    words, macro = _words(walk, command)
    return f"--   {relation.name} = {words}{f'   `{macro}`' if macro else ''}"


def _columns(relations: Sequence[Relation]) -> list[str]:
    """Which field each column holds."""
    fields = {column.sql: name for relation in relations for name, column in relation.columns.items()}
    return [f"--   {sql} = {' '.join(name.split())}" for sql, name in fields.items()]


def _shown(value: object) -> str:
    """A bound value on one line of a comment."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text):,} characters)"


def query(  # noqa: PLR0913
    spl: str,
    events: Sequence[Mapping[str, Any] | str | PathLike[str]] | str | PathLike[str],
    *,
    lookups: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    app: str | None = None,
    addon: str | None = None,
    now: float | None = None,
) -> list[Row]:
    """The rows of a search over events given as dicts, or as paths of files or folders of CloudTrail.

    `_time` is ISO 8601 in UTC, as in Splunk's REST. LostError where a path cannot be read to the end.

    >>> query("eventName=JobCreated | stats count by user", [{"eventName": "JobCreated", "user": "eve"}])
    [{'user': 'eve', 'count': '1'}]
    """
    given = [events] if isinstance(events, str | PathLike) else events
    paths = [str(each) for each in given if isinstance(each, str | PathLike)]
    if paths and len(paths) < len(given):
        raise RunError("events are given as dicts or as paths, not as both")
    source = FileSource(paths) if paths else DictSource(cast(Sequence[Mapping[str, Any]], given))
    result = answer(spl, source, app=load_app(app), addon=load_app(addon), lookups=lookups, now=now)
    if isinstance(source, FileSource) and source.stats.faults:
        raise LostError(f"not all of {events} could be read", advice="; ".join(map(str, source.stats.first_faults)))
    return list(with_times(result.rows, "UTC"))

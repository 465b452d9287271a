"""One search over one source: text in, rows out. Every way into splreplay comes through `search`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from splreplay.knowledge.app import App, load_app
from splreplay.knowledge.conf import Value
from splreplay.knowledge.macros import expand
from splreplay.scan.source import DictSource, Source
from splreplay.spl.pipeline import custom_commands, parse
from splreplay.sql.session import Message, Row, Session, Surroundings

if TYPE_CHECKING:
    from splreplay.sql.relation import Relation


@dataclass(frozen=True)
class Result:
    """Rows as Splunk's REST returns them, the fields in order, and what the search had to say."""

    fields: tuple[str, ...]
    rows: list[Row]
    messages: tuple[Message, ...] = field(default=())


def search(  # noqa: PLR0913 - each is an option of its own
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
    maxmind: str | None = None,
) -> Result:
    """Run a search. `now`, `earliest` and `latest` are epoch seconds; errors are SplError."""
    now = time.time() if now is None else now
    surroundings = Surroundings(app or App(), addon or App(), now, tz, earliest, latest, lookups or {}, maxmind)
    with running(source, surroundings) as session:
        relation = _relation(session, spl)
        with session.text.located():
            return Result(tuple(relation.columns), session.rows(relation), tuple(session.messages))


@dataclass(frozen=True)
class Explained:
    """What `splreplay explain` prints, and the messages of the run that it needed."""

    text: str
    messages: tuple[Message, ...]


def explain(spl: str, source: Source, *, assume_fields: bool = False, **options: Any) -> Explained:
    """The SQL of a search: statements that had to run, then the final one, then the bound values.

    `assume_fields`: with no records at hand, every field that the search names is taken to exist.
    """
    with running(source, Surroundings(**options), assume_fields) as session:
        relation = _relation(session, spl)
        with session.text.located():
            final = session.final_sql(relation)
    values = [
        f"--   ${name} = {_shown(session.values[name])}"
        for name in session.parameters(";".join([*session.statements, final]))
    ]
    parts = [
        f"-- scan: {session.scan_note}",
        *[f"{sql};" for sql in session.statements],
        f"{final};",
        "-- values:",
        *values,
    ]
    return Explained("\n".join(parts), tuple(session.messages))


def _shown(value: object) -> str:
    """A bound value on one line of a comment."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text):,} characters)"


def _relation(session: Session, spl: str | Value) -> Relation:
    text = (spl if isinstance(spl, Value) else Value(spl)).source()
    session.text = expand(text, session.app.macros, session.constant)
    # What works beside us is begun first, and what it takes to compile a search is imported meanwhile.
    for name in custom_commands(session.text, session.app.commands):
        session.start_child(name)
    session.database.open_soon()
    pipeline = parse(session.text, frozenset(session.app.commands))
    with session.text.located():
        return session.pipeline(pipeline)


@contextmanager
def running(source: Source, around: Surroundings, assume_fields: bool = False) -> Iterator[Session]:
    """A run that leaves neither processes nor a database behind."""
    session = Session(source, around, assume_fields=assume_fields)
    try:
        yield session
    finally:
        session.close()


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

"""One search over one source: text in, rows out. Every way into splreplay comes through `search`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from splreplay.app import App
from splreplay.conf import Value
from splreplay.errors import Span
from splreplay.events import DictSource, Source
from splreplay.macros import expand
from splreplay.parser.pipeline import parse
from splreplay.run import Message, Row, Run
from splreplay.source import Source as Text


@dataclass(frozen=True)
class Result:
    """Rows as Splunk's REST returns them, the fields in order, and what the search had to say."""

    fields: tuple[str, ...]
    rows: list[Row]
    messages: tuple[Message, ...] = field(default=())


def search(
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
) -> Result:
    """Run a search. `now`, `earliest` and `latest` are epoch seconds; errors are SplError."""
    app = app or App()
    text = (spl if isinstance(spl, Value) else Value(spl)).source()
    with connection() as con:
        run = Run(con, source, app, addon or App(), time.time() if now is None else now, tz, earliest, latest, lookups or {})
        run.text = expand(text, app.macros, run.constant)
        pipeline = parse(run.text, frozenset(app.commands))
        with run.text.located():
            relation = run.pipeline(pipeline)
            return Result(tuple(relation.columns), run.rows(relation), tuple(run.messages))


@contextmanager
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory that can reach no file of the user's and no network."""
    con = duckdb.connect(":memory:", config={"enable_external_access": "false", "autoinstall_known_extensions": "false"})
    try:
        yield con
    finally:
        con.close()


def query(
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
    from splreplay.app import load_app

    return search(spl, DictSource(events), app=load_app(app), addon=load_app(addon), lookups=lookups, now=now).rows


__all__ = ["Result", "Span", "Text", "query", "search"]

"""The engine seam: the only file here that runs SPL. The stored events are the engine's source."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from splreplay.commands import grammar
from splreplay.engine import search as run_engine
from splreplay.knowledge import app as apps
from splreplay.knowledge.macros import expand
from splreplay.scan.source import Event, Needs
from splreplay.serve.state.metadata import COLUMNS, all_of, candidates, condition
from splreplay.serve.state.store import EventStore, Where
from splreplay.serve.tstats import is_tstats, run_tstats
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.pipeline import parse
from splreplay.spl.text import Text
from splreplay.spl.times import modifier
from splreplay.sql.session import Row
from splreplay.values.flatten import Pairs
from splreplay.values.flatten import parse as parse_record

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

EVENT_ID = "_cd"  # Splunk's own name for an event's address in its index
BOUNDS = ("earliest", "latest", "index_earliest", "index_latest")
DELETE = re.compile(r"\|\s*delete\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    """A search as a client asks for it. Times are Splunk's time modifiers; empty: no bound."""

    spl: str
    app: str = "search"
    earliest: str = ""
    latest: str = ""
    index_earliest: str = ""
    index_latest: str = ""
    now: float = field(default_factory=time.time)

    def bounds(self) -> dict[str, float | None]:
        """In epoch seconds, by the names that the engine has for them; relative ones are counted from `now`."""
        return {name: self._bound(getattr(self, name)) for name in BOUNDS}

    def _bound(self, text: str) -> float | None:
        if text.startswith("rt"):
            raise CompileError("real-time searches do not run here", advice="give earliest_time and latest_time")
        return modifier(text, self.now) if text else None


@dataclass(frozen=True)
class Found:
    fields: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    messages: tuple[tuple[str, str], ...] = ()  # (INFO, WARN, ERROR or FATAL; text)
    scanned: int = 0


class StoreSource:
    """The store as the engine's source. Counts what it gives."""

    shows_meta = True

    def __init__(self, store: EventStore, default_indexes: list[str], with_ids: bool = False) -> None:
        self._store, self._default, self._with_ids = store, default_indexes, with_ids
        self.scanned = 0

    def events(self, needs: Needs) -> Iterator[Event]:
        where = condition(needs.filter, self._default)
        for stored in self._store.scan(all_of([where, candidates(needs.needle)])):
            self.scanned += 1
            meta = {name: getattr(stored, column) for name, column in COLUMNS.items()}
            event = Event(stored.raw, stored.time, None, meta, stored.indexed)
            extra = self._extra(stored.fields, stored.id)
            yield event._replace(fields=_joined(stored.raw, extra)) if extra else event

    def _extra(self, indexed: str | None, id_: int) -> Mapping[str, Any]:
        extra = json.loads(indexed) if indexed else {}
        return {**extra, EVENT_ID: str(id_)} if self._with_ids else extra


def _joined(raw: str, extra: Mapping[str, Any]) -> Pairs:
    """The record with its indexed fields beside it. As pairs: a list among those is one field's values."""
    values = [(name, item) for name, value in extra.items() for item in _list(value)]
    return Pairs([*(parse_record(raw) or []), *values])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def run_query(server: Splunkd, query: Query) -> Found:
    """Run it; a search that fails raises SplError."""
    if is_tstats(query.spl):
        fields, rows = run_tstats(query.spl, server.store, _time(query), server.default_indexes())
        return Found(tuple(fields), rows)
    if deleted := DELETE.search(query.spl):
        return _delete(server, query, query.spl[: deleted.start()])
    return _run(server, query, query.spl)


def check(server: Splunkd, query: Query) -> None:
    """Read the search without running it; SplError says what is wrong. Computed macros wait."""
    query.bounds()
    spl = DELETE.sub("", query.spl)
    if is_tstats(spl):
        return
    app = engine_app(server, query.app)
    if not any(macro.iseval or macro.validation for macro in app.macros.values()):
        parse(expand(Text.of(spl), app.macros, _no_eval), grammar(app.commands))


def _no_eval(formula: str, span: Span) -> None:
    raise CompileError("this macro is computed when the search runs", span)


def _run(server: Splunkd, query: Query, spl: str, with_ids: bool = False) -> Found:
    source = StoreSource(server.store, server.default_indexes(), with_ids)
    app = engine_app(server, query.app)
    result = run_engine(spl, source, app=app, addon=engine_addon(server), now=query.now, **query.bounds())
    messages = tuple((message.level.upper(), message.text) for message in result.messages)
    return Found(result.fields, result.rows, messages, source.scanned)


def _delete(server: Splunkd, query: Query, spl: str) -> Found:
    """`| delete`: the events that the search finds are gone afterwards; one row says how many by index."""
    found = _run(server, query, f"{spl} | table {EVENT_ID} index", with_ids=True)
    server.store.delete([int(str(row[EVENT_ID])) for row in found.rows])
    counts = Counter(str(row["index"]) for row in found.rows)
    rows: list[Row] = [{"index": index, "deleted": str(counts[index]), "errors": "0"} for index in sorted(counts)]
    return Found(("index", "deleted", "errors"), rows, scanned=found.scanned)


def engine_app(server: Splunkd, name: str) -> apps.App:
    """The app that a search runs in: its own things, then the macros that other apps export.

    The engine takes commands and lookups from one folder; outside the user's apps it is that of the first.
    """
    context = name if name in server.user_apps else server.user_apps[0] if server.user_apps else "search"
    return apps.App(server.layers.apps[context].root, _macros(server, name))


def engine_addon(server: Splunkd) -> apps.App:
    return apps.App(server.addon)


def _macros(server: Splunkd, name: str) -> dict[tuple[str, int], apps.Macro]:
    """What is visible from an app, the nearest definition winning."""
    found: dict[tuple[str, int], apps.Macro] = {}
    for stanza in server.layers.visible(name, "macros"):
        place = server.layers.apps[stanza.app]
        for root in (place.root, place.local.parent):
            for key, macro in apps.App(root).macros.items():
                if _stanza_name(key) == stanza.name:
                    found[key] = macro
    return found


def _stanza_name(key: tuple[str, int]) -> str:
    return f"{key[0]}({key[1]})" if key[1] else key[0]


def _time(query: Query) -> Where:
    bounds = query.bounds()
    columns = (("time >= ?", "earliest"), ("time < ?", "latest"),
               ("floor(indexed) >= ?", "index_earliest"), ("floor(indexed) < ?", "index_latest"))  # fmt: skip
    return all_of([Where(sql, (bounds[name],)) for sql, name in columns if bounds[name] is not None])

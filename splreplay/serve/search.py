"""The engine seam: the only file here that runs SPL. The stored events are the engine's source."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from splreplay.commands import grammar
from splreplay.commands.parts.protocol import Login
from splreplay.engine import answer
from splreplay.knowledge.app import App, load_app
from splreplay.knowledge.layers import EVERY
from splreplay.knowledge.macros import expand
from splreplay.scan.source import DictSource, Event, Needs, Source
from splreplay.serve.state.jobs import Outcome, Query
from splreplay.serve.state.metadata import COLUMNS, all_of, candidates, condition
from splreplay.serve.state.store import EventStore, StoredEvent
from splreplay.spl.errors import Span
from splreplay.spl.pipeline import parse
from splreplay.spl.text import Text
from splreplay.values.flatten import Pairs
from splreplay.values.flatten import parse as parse_record
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

SERVER = "splreplay"  # splunk_server of every event
EVENT_ID = "_cd"  # Splunk's own name for an event's address in its index
DELETE = re.compile(r"\|\s*delete\s*$", re.IGNORECASE)


class StoreSource:
    """The store as the engine's source. Counts what it gives."""

    shows_meta = True

    def __init__(self, store: EventStore, default_indexes: list[str], with_ids: bool = False) -> None:
        self._store, self._default, self._with_ids = store, default_indexes, with_ids
        self.scanned = 0

    def events(self, needs: Needs) -> Iterator[Event]:
        for stored, event in self._scan(needs, text=True):
            extra = self._extra(stored.fields, stored.id)
            yield event._replace(fields=_joined(stored.raw, extra)) if extra else event

    def indexed(self) -> Source:
        return _Indexed(self._scan)

    def _scan(self, needs: Needs, text: bool) -> Iterator[tuple[StoredEvent, Event]]:
        where = condition(needs.filter, self._default)
        for stored in self._store.scan(all_of([where, candidates(needs.needle)]), text):
            self.scanned += 1
            meta = {name: getattr(stored, column) for name, column in COLUMNS.items()}
            yield stored, Event(stored.raw, stored.time, None, {**meta, "splunk_server": SERVER}, stored.indexed)

    def _extra(self, indexed: str | None, id_: int) -> Mapping[str, Any]:
        extra = json.loads(indexed) if indexed else {}
        return {**extra, EVENT_ID: str(id_)} if self._with_ids else extra


@dataclass(frozen=True)
class _Indexed:
    """What tstats sees of the store."""

    scan: Callable[[Needs, bool], Iterator[tuple[StoredEvent, Event]]]
    shows_meta: bool = True

    def events(self, needs: Needs) -> Iterator[Event]:
        for _, event in self.scan(needs, needs.fields is None or "_raw" in needs.fields):
            yield event._replace(fields={})


def _joined(raw: str, extra: Mapping[str, Any]) -> Pairs:
    """The record with its indexed fields beside it. As pairs: a list among those is one field's values."""
    values = [(name, item) for name, value in extra.items() for item in _list(value)]
    return Pairs([*(parse_record(raw) or []), *values])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def run_query(server: Splunkd, query: Query) -> Outcome:
    """Run it; a search that fails raises SplError."""
    if deleted := DELETE.search(query.spl):
        return _delete(server, query, query.spl[: deleted.start()])
    return _run(server, query, query.spl)


def meets(condition: str, rows: Sequence[Row]) -> bool:
    """Whether the condition of an alert, a search over its results, keeps any of them; SplError if it is no search."""
    spl = f"search * | {condition.strip().removeprefix('|')}"
    return bool(answer(spl, DictSource(rows)).rows)


def check(server: Splunkd, query: Query) -> None:
    """Read the search without running it; SplError says what is wrong. Computed macros wait."""
    query.bounds()
    spl = DELETE.sub("", query.spl)
    app = engine_app(server, query.app)
    try:
        text = expand(Text.of(spl), app.macros, _wait)
    except _Computed:
        return
    parse(text, grammar(app.commands))


class _Computed(Exception):
    """The search has a macro that is computed when it runs."""


def _wait(formula: str, span: Span) -> None:
    raise _Computed


def _run(server: Splunkd, query: Query, spl: str, with_ids: bool = False) -> Outcome:
    source = StoreSource(server.store, server.default_indexes(), with_ids)
    app = engine_app(server, query.app)
    around = {"app": app, "addon": engine_addon(server), "kv": server.kv}
    with server.session() as key:
        login = Login(f"https://127.0.0.1:{server.management_port}", key)
        result = answer(spl, source, login=login, now=query.now, **around, **query.bounds())
    messages = tuple((message.level.upper(), message.text) for message in result.messages)
    return Outcome(result.fields, result.rows, messages, source.scanned)


def _delete(server: Splunkd, query: Query, spl: str) -> Outcome:
    """`| delete`: the events that the search finds are gone afterwards; one row says how many by index."""
    found = _run(server, query, f"{spl} | table {EVENT_ID} index", with_ids=True)
    server.store.delete([int(str(row[EVENT_ID])) for row in found.rows])
    counts = Counter(str(row["index"]) for row in found.rows)
    rows: list[Row] = [{"index": index, "deleted": str(counts[index]), "errors": "0"} for index in sorted(counts)]
    return Outcome(("index", "deleted", "errors"), rows, scanned=found.scanned)


def engine_app(server: Splunkd, name: str) -> App:
    """The app that a search runs in; as in Splunk, that is `search` where a client names them all."""
    return App(server.layers, "search" if name == EVERY else name)


def engine_addon(server: Splunkd) -> App:
    return load_app(server.addon)

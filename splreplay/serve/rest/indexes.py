"""Indexes: names that events may be sent to, and what is in each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from splreplay.knowledge.layers import SYSTEM
from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, RestError
from splreplay.serve.rest.confs import write
from splreplay.serve.state.store import Condition

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

INDEX_NAME_CHARS = set("abcdefghijklmnopqrstuvwxyz0123456789_-")


def list_indexes(server: Splunkd, request: Request) -> Feed:
    counted = _counts(server)
    return Feed.paged("indexes", [_index(name, counted) for name in sorted(server.indexes())], request)


def get_index(server: Splunkd, request: Request) -> Entry:
    name = request.args["name"]
    if name not in server.indexes():
        raise RestError(404, f"Could not find object id={name}")
    return _index(name, _counts(server))


def create_index(server: Splunkd, request: Request) -> Entry:
    name = request.get("name")
    if not name or len(name) > 80 or not set(name) <= INDEX_NAME_CHARS or name[0] in "_-":
        raise RestError(400, "An index name has lower-case letters, digits, _ and -, and begins with neither of these.")
    if name in server.indexes():
        raise RestError(409, f"In handler 'indexes': An index with the name '{name}' already exists.")
    write(server, SYSTEM, "indexes", name, {"homePath": f"$SPLUNK_DB/{name}/db"})
    return _index(name, {})


def _counts(server: Splunkd) -> dict[str, tuple[Any, ...]]:
    rows = server.store.rows("index_name, count(*), min(time), max(time)", Condition(), "GROUP BY index_name")
    return {name: counts for name, *counts in rows}  # type: ignore[misc]


def _index(name: str, counted: Mapping[str, tuple[Any, ...]]) -> Entry:
    count, first, last = counted.get(name, (0, None, None))
    content = {
        "totalEventCount": count,
        "minTime": first,
        "maxTime": last,
        "disabled": False,
        "datatype": "event",
        "isInternal": name.startswith("_"),
    }
    return Entry(name, f"data/indexes/{link_part(name)}", content)

"""Saved searches: read, edit in <app>/local, dispatch with their alert actions."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from splreplay.knowledge.layers import SYSTEM, VisibleStanza
from splreplay.serve.alerts import actions
from splreplay.serve.alerts.firing import Firing
from splreplay.serve.alerts.throttle import forget
from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, Response, RestError
from splreplay.serve.rest.confs import find, known_app, only, owner_app, remove, settings, writable_app, write
from splreplay.serve.rest.searches import entry as job_entry
from splreplay.serve.rest.searches import now_of, sid_response
from splreplay.serve.search import run_query
from splreplay.serve.state.jobs import Job, Outcome, Query
from splreplay.spl.booleans import FALSE, TRUE

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

CONF = "savedsearches"
TIME_RANGE = {  # what a Query calls it, and the setting
    "earliest": "dispatch.earliest_time",
    "latest": "dispatch.latest_time",
    "index_earliest": "dispatch.index_earliest",
    "index_latest": "dispatch.index_latest",
}


def list_searches(server: Splunkd, request: Request) -> Feed:
    found = server.layers.visible(known_app(server, request), CONF)
    entries = [_entry(server, stanza) for stanza in found if "search" in stanza.values]
    return Feed.paged(CONF, entries, request)


def get_search(server: Splunkd, request: Request) -> Entry | Feed:
    found = find(server, request, CONF)
    if len(found) == 1:
        return _entry(server, found[0])
    return Feed.paged(CONF, [_entry(server, stanza) for stanza in found], request)


def create_search(server: Splunkd, request: Request) -> Entry:
    app, name = writable_app(server, request, CONF), request.get("name")
    if not name or not request.get("search"):
        raise RestError(400, "The following required arguments are missing: name, search.")
    if name in server.layers.own(app, CONF):
        raise RestError(409, f"A saved search with the name '{name}' already exists.")
    write(server, app, CONF, name, _settings(request))
    return _entry(server, only(server, app, CONF, name))


def update_search(server: Splunkd, request: Request) -> Entry:
    app, name = owner_app(server, request, CONF), request.args["stanza"]
    write(server, app, CONF, name, _settings(request))
    _unthrottle(server, app, name)
    return _entry(server, only(server, app, CONF, name))


def delete_search(server: Splunkd, request: Request) -> Feed:
    app, name = owner_app(server, request, CONF), request.args["stanza"]
    remove(server, app, CONF, name)
    _unthrottle(server, app, name)
    return list_searches(server, request)


def set_enabled(server: Splunkd, request: Request) -> Entry:
    app, name = owner_app(server, request, CONF), request.args["stanza"]
    write(server, app, CONF, name, {"disabled": "1" if request.path.endswith("/disable") else "0"})
    return _entry(server, only(server, app, CONF, name))


def dispatch(server: Splunkd, request: Request) -> Response:
    if "-" in request.namespace:
        raise RestError(400, "Cannot dispatch in a wildcard namespace: use /servicesNS/nobody/<app>/...")
    stanza = find(server, request, CONF)[0]
    values = {**_defaults(server), **stanza.values}
    query = Query(
        _searchable(values["search"]),
        stanza.app,
        now=_now(request),
        **{name: _argument(request, values, key) for name, key in TIME_RANGE.items()},
    )
    job = Job(server.jobs.new_sid(_sid_prefix(request.user, stanza)), query, stanza.name)
    trigger = request.flag("trigger_actions")
    server.jobs.start(job, lambda job: _run(server, job, values if trigger else None))
    return sid_response(job.sid, request)


def get_history(server: Splunkd, request: Request) -> Feed:
    stanza = find(server, request, CONF)[0]
    jobs = [job for job in server.jobs.all() if (job.label, job.query.app) == (stanza.name, stanza.app)]
    entries = [job_entry(job, request) for job in jobs]
    titled = [Entry(job.sid, entry.path, entry.content) for job, entry in zip(jobs, entries, strict=True)]
    return Feed.paged("history", titled, request)


def _run(server: Splunkd, job: Job, alert: Mapping[str, str] | None) -> Outcome:
    """The rows first, then what they set off; the job is done when both are."""
    found = run_query(server, job.query)
    if alert is None:
        return found
    said = actions.fire(server, Firing(job.label, job.query.app, alert, job, found.rows))
    return Outcome(found.fields, found.rows, (*found.messages, *said), found.scanned)


def _unthrottle(server: Splunkd, app: str, name: str) -> None:
    with server.lock:
        forget(server.throttled, (app, name))


def _settings(request: Request) -> dict[str, str]:
    """`actions` is a list in REST and one switch an action in the conf."""
    values = {key: value for key, value in settings(request).items() if key not in {"is_scheduled", "actions"}}
    for action in request.get("actions").replace(",", " ").split():
        values[f"action.{action}"] = "1"
    if request.get("is_scheduled"):
        values["enableSched"] = "1" if request.flag("is_scheduled") else "0"
    return values


def _defaults(server: Splunkd) -> dict[str, str]:
    return server.layers.own(SYSTEM, CONF)["default"]


def _argument(request: Request, values: dict[str, str], name: str) -> str:
    return request.get(name, values.get(name, ""))


def _now(request: Request) -> float:
    """`dispatch.now` is a time to count from; clients also send it as a switch, which means the present."""
    text = request.get("dispatch.now")
    return now_of("" if text.strip().lower() in TRUE | FALSE | {""} else text)


def _searchable(spl: str) -> str:
    """A saved search may leave out the leading `search`."""
    begin = spl.lstrip()
    return spl if begin.startswith("|") or begin.lower().startswith("search ") else f"search {spl}"


def _sid_prefix(user: str, stanza: VisibleStanza) -> str:
    """As splunkd composes it: user, owner, app in base64, and a digest of the search's name."""
    app = base64.urlsafe_b64encode(stanza.app.encode()).decode().rstrip("=")
    digest = hashlib.md5(stanza.name.encode(), usedforsecurity=False).hexdigest()[:17]
    return f"{user}__nobody_{app}__RMD5{digest}_at_"


def _entry(server: Splunkd, stanza: VisibleStanza) -> Entry:
    values = {**_defaults(server), **stanza.values}
    content: dict[str, Any] = {
        **values,
        "disabled": actions.is_on(values, "disabled"),
        "is_scheduled": actions.is_on(values, "enableSched"),
        "actions": ",".join(actions.actions_of(values)),
        "qualifiedSearch": _searchable(values.get("search", "")),
        "eai:appName": stanza.app,
        "eai:userName": "nobody",
    }
    sharing = "global" if stanza.exported else "app"
    place = f"saved/searches/{link_part(stanza.name)}"
    return Entry(stanza.name, place, content, app=stanza.app, sharing=sharing)

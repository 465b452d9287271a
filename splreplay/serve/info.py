"""What the server is, which apps it has, its roles, indexes and HEC inputs."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from splreplay.serve.atom import Entry, Feed, link_part
from splreplay.serve.conf_text import ConfError
from splreplay.serve.layers import SYSTEM
from splreplay.serve.message import Request, RestError
from splreplay.serve.store import Where

if TYPE_CHECKING:
    from splreplay.serve.state import Splunkd

API_VERSION = "10.0.0"  # of Splunk's REST interface; clients choose their endpoints by it
ROLE_KEYS = {
    "imported_roles": "importRoles",
    "srchIndexesAllowed": "srchIndexesAllowed",
    "srchIndexesDefault": "srchIndexesDefault",
}
TOKEN_KEYS = (
    "index",
    "indexes",
    "sourcetype",
    "source",
    "host",
    "useACK",
    "token",
    "disabled",
    "description",
)
INDEX_NAME_CHARS = set("abcdefghijklmnopqrstuvwxyz0123456789_-")


def get_info(server: Splunkd, request: Request) -> Entry:
    content = {
        "version": API_VERSION,
        "build": "splreplay",
        "product_type": "splreplay",
        "serverName": "splreplay",
        "guid": server.guid,
        "instance_type": "embedded",
        "isFree": False,
        "isTrial": False,
        "kvStoreStatus": "disabled",
        "mode": "normal",
        "server_roles": ["indexer", "search_head"],
        "os_name": platform.system(),
        "python_version": platform.python_version(),
    }
    return Entry("server-info", "server/info/server-info", content)


def get_messages(server: Splunkd, request: Request) -> Feed:
    """Nothing here ever asks for a restart."""
    return Feed.paged("messages", [], request)


# --- apps ---------------------------------------------------------------------------------------
def list_apps(server: Splunkd, request: Request) -> Feed:
    return Feed.paged(
        "localapps", [_app(server, name) for name in sorted(server.layers.apps) if name != SYSTEM], request
    )


def get_app(server: Splunkd, request: Request) -> Entry:
    name = request.args["name"]
    if name not in server.layers.apps or name == SYSTEM:
        raise RestError(404, f"Could not find object id={name}")
    return _app(server, name)


def _app(server: Splunkd, name: str) -> Entry:
    conf = server.layers.own(name, "app")
    launcher, ui = conf.get("launcher", {}), conf.get("ui", {})
    content = {
        "label": ui.get("label", name),
        "version": launcher.get("version", ""),
        "author": launcher.get("author", ""),
        "description": launcher.get("description", ""),
        "visible": ui.get("is_visible", "1") in {"1", "true"},
        "configured": True,
        "disabled": False,
    }
    return Entry(name, f"apps/local/{link_part(name)}", content, app=name, sharing="app")


# --- roles --------------------------------------------------------------------------------------
def list_roles(server: Splunkd, request: Request) -> Feed:
    stanzas = server.layers.own(SYSTEM, "authorize").items()
    roles = [_role(name[len("role_") :], values) for name, values in stanzas if name.startswith("role_")]
    return Feed.paged("authorize", roles, request)


def get_role(server: Splunkd, request: Request) -> Entry:
    name = request.args["name"]
    values = server.layers.own(SYSTEM, "authorize").get(f"role_{name}")
    if values is None:
        raise RestError(404, f"Could not find object id={name}")
    return _role(name, values)


def update_role(server: Splunkd, request: Request) -> Entry:
    get_role(server, request)
    values = {key: ";".join(given) for arg, key in ROLE_KEYS.items() if (given := _all(request, arg))}
    _write(server, SYSTEM, "authorize", f"role_{request.args['name']}", values)
    return get_role(server, request)


def _role(name: str, values: Mapping[str, str]) -> Entry:
    content = {arg: values.get(key, "").split(";") for arg, key in ROLE_KEYS.items()}
    return Entry(name, f"authorization/roles/{link_part(name)}", content)


def _all(request: Request, name: str) -> list[str]:
    return [value for key, value in request.params if key == name]


# --- indexes ------------------------------------------------------------------------------------
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
        raise RestError(
            400, "An index name has lower-case letters, digits, _ and -, and begins with neither of these."
        )
    if name in server.indexes():
        raise RestError(409, f"In handler 'indexes': An index with the name '{name}' already exists.")
    _write(server, SYSTEM, "indexes", name, {"homePath": f"$SPLUNK_DB/{name}/db"})
    return _index(name, {})


def _counts(server: Splunkd) -> dict[str, tuple[Any, ...]]:
    rows = server.store.rows("index_name, count(*), min(time), max(time)", Where(), "GROUP BY index_name")
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


# --- HEC inputs -----------------------------------------------------------------------------------
def list_inputs(server: Splunkd, request: Request) -> Feed:
    return Feed.paged("http", [_input(server, token.name) for token in server.hec_tokens()], request)


def get_input(server: Splunkd, request: Request) -> Entry:
    name = request.args["name"].removeprefix("http://")
    if name not in {token.name for token in server.hec_tokens()}:
        raise RestError(404, f"Could not find object id={request.args['name']}")
    return _input(server, name)


def create_input(server: Splunkd, request: Request) -> Entry:
    name = request.get("name").removeprefix("http://")
    if not name:
        raise RestError(400, "The following required arguments are missing: name.")
    if name in {token.name for token in server.hec_tokens()}:
        raise RestError(409, f"In handler 'http': An object with name={name} already exists")
    values = {key: request.get(key) for key in TOKEN_KEYS if request.get(key)}
    try:
        server.add_token(name, values)
    except ConfError as error:
        raise RestError(400, str(error)) from error
    return _input(server, name)


def _input(server: Splunkd, name: str) -> Entry:
    from splreplay.serve.state import HTTP_INPUTS

    stanza = f"http://{name}"
    content = server.layers.own(HTTP_INPUTS, "inputs")[stanza]
    return Entry(stanza, f"data/inputs/http/{link_part(stanza)}", content, app=HTTP_INPUTS, sharing="app")


def _write(server: Splunkd, app: str, conf: str, stanza: str, values: Mapping[str, str]) -> None:
    try:
        server.layers.write(app, conf, stanza, values)
    except ConfError as error:
        raise RestError(400, str(error)) from error

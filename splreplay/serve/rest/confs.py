"""Settings over REST: configs/conf-*, properties, and the macros among them. Edits go to <app>/local."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from splreplay.knowledge.layers import SYSTEM, VisibleStanza
from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, Response, RestError, messages
from splreplay.serve.state.conf_text import ConfError

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

CONF = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
SYSTEM_CONFS = {"authorize", "authentication", "indexes", "limits", "server"}
NOT_SETTINGS = {"name", "output_mode", "__conf", "__stanza"}


# --- configs/conf-{conf} ----------------------------------------------------------------------------
def list_stanzas(server: Splunkd, request: Request) -> Feed:
    conf = conf_name(request)
    found = server.layers.visible(known_app(server, request), conf)
    return Feed.paged(f"conf-{conf}", [_entry(conf, stanza) for stanza in found if stanza.name != "default"], request)


def get_stanza(server: Splunkd, request: Request) -> Entry | Feed:
    conf = conf_name(request)
    found = find(server, request, conf)
    if len(found) == 1:
        return _entry(conf, found[0])
    return Feed.paged(f"conf-{conf}", [_entry(conf, stanza) for stanza in found], request)


def create_stanza(server: Splunkd, request: Request) -> Entry:
    conf, name = conf_name(request), request.get("name")
    app = writable_app(server, request, conf)
    if not name:
        raise RestError(400, "The following required arguments are missing: name.")
    if name in server.layers.own(app, conf):
        raise RestError(409, f"In handler 'conf-{conf}': An object with name={name} already exists")
    write(server, app, conf, name, settings(request))
    return _entry(conf, only(server, app, conf, name))


def update_stanza(server: Splunkd, request: Request) -> Entry:
    conf = conf_name(request)
    app, name = owner_app(server, request, conf), request.args["stanza"]
    write(server, app, conf, name, settings(request))
    return _entry(conf, only(server, app, conf, name))


def delete_stanza(server: Splunkd, request: Request) -> Feed:
    conf = conf_name(request)
    remove(server, owner_app(server, request, conf), conf, request.args["stanza"])
    return list_stanzas(server, request)


def set_enabled(server: Splunkd, request: Request) -> Entry:
    """POST .../enable and .../disable."""
    conf = conf_name(request)
    app, name = owner_app(server, request, conf), request.args["stanza"]
    write(server, app, conf, name, {"disabled": "1" if request.path.endswith("/disable") else "0"})
    return _entry(conf, only(server, app, conf, name))


# --- properties -------------------------------------------------------------------------------------
def list_confs(server: Splunkd, request: Request) -> Feed:
    names = server.layers.conf_names(known_app(server, request))
    return Feed.paged("properties", [_plain(name, f"properties/{name}") for name in names], request)


def create_conf(server: Splunkd, request: Request) -> Response:
    conf = request.get("__conf")
    if not CONF.fullmatch(conf):
        raise RestError(400, "The name of a conf file has letters, digits, _ and -.")
    if conf in server.layers.conf_names(writable_app(server, request, conf)):
        return Response(303, headers=(("Location", request.path + "/" + conf),))
    raise RestError(400, "An empty conf file is not kept: create its first stanza with POST configs/conf-<name>.")


def list_properties(server: Splunkd, request: Request) -> Feed:
    conf = conf_name(request)
    names = dict.fromkeys(stanza.name for stanza in server.layers.visible(known_app(server, request), conf))
    if not names:
        raise RestError(404, f"{conf} does not exist")
    return Feed.paged(conf, [_plain(name, f"properties/{conf}/{link_part(name)}") for name in names], request)


def _plain(name: str, path: str) -> Entry:
    return Entry(name, path, {})


def get_properties(server: Splunkd, request: Request) -> Feed:
    conf = conf_name(request)
    stanza = find(server, request, conf)[0]
    place = f"properties/{conf}/{link_part(stanza.name)}"
    entries = [Entry(key, f"{place}/{link_part(key)}", {"$text": value}) for key, value in stanza.values.items()]
    return Feed.paged(stanza.name, entries, request)


def get_property(server: Splunkd, request: Request) -> Response:
    stanza, key = find(server, request, conf_name(request))[0], request.args["key"]
    if key not in stanza.values:
        raise RestError(404, f"{key} does not exist")
    return Response(200, stanza.values[key].encode(), "text/plain; charset=UTF-8")


def set_property(server: Splunkd, request: Request) -> Response:
    return _set(server, request, {request.args["key"]: request.get("value")})


def set_properties(server: Splunkd, request: Request) -> Response:
    return _set(server, request, settings(request))


def _set(server: Splunkd, request: Request, values: Mapping[str, str]) -> Response:
    conf = conf_name(request)
    write(server, owner_app(server, request, conf), conf, request.args["stanza"], values)
    count = len(values)
    return messages(200, [("INFO", f"Successfully modified {count} key(s) in stanza.")], request.wants_json)


# --- shared with saved searches -----------------------------------------------------------------------
def conf_name(request: Request) -> str:
    name = request.args["conf"]
    if not CONF.fullmatch(name):
        raise RestError(404, "Not Found")
    return name


def known_app(server: Splunkd, request: Request) -> str:
    """The app that a client reads in: `search` where it names none, `-` for all."""
    app = request.namespace.app or "search"
    if app != "-" and app not in server.layers.apps:
        raise RestError(404, f"Application does not exist: {app}")
    return app


def find(server: Splunkd, request: Request, conf: str) -> list[VisibleStanza]:
    name = request.args["stanza"]
    found = server.layers.find(known_app(server, request), conf, name)
    if not found:
        raise RestError(404, f"Could not find object id={name}")
    return found


def owner_app(server: Splunkd, request: Request, conf: str) -> str:
    """Where an existing stanza is edited: in the client's app, whichever app it comes from."""
    app = writable_app(server, request, conf)
    if not server.layers.find(app, conf, request.args["stanza"]):
        raise RestError(404, f"Could not find object id={request.args['stanza']}")
    return app


def writable_app(server: Splunkd, request: Request, conf: str) -> str:
    owner, app = request.namespace
    if app is None and conf in SYSTEM_CONFS:
        return SYSTEM
    if app == "-" or owner == "-":
        raise RestError(400, "Writing needs one owner and one app: /servicesNS/nobody/<app>/...")
    if owner != "nobody" or app is None:
        raise RestError(400, "Private objects are not kept here: write with the owner 'nobody' and an app.")
    return known_app(server, request)


def settings(request: Request) -> dict[str, str]:
    return {key: value for key, value in request.params if key not in NOT_SETTINGS}


def write(server: Splunkd, app: str, conf: str, stanza: str, values: Mapping[str, str]) -> None:
    try:
        server.layers.write(app, conf, stanza, values)
    except ConfError as error:
        raise RestError(400, f"Cannot write {conf}.conf: {error}.") from error
    except PermissionError as error:
        raise RestError(403, str(error)) from error


def remove(server: Splunkd, app: str, conf: str, stanza: str) -> None:
    if not server.layers.has_local(app, conf, stanza):
        raise RestError(400, f"Object id={stanza} cannot be deleted: it is not in {app}/local.")
    server.layers.remove(app, conf, stanza)


def only(server: Splunkd, app: str, conf: str, stanza: str) -> VisibleStanza:
    return server.layers.find(app, conf, stanza)[0]


def _entry(conf: str, stanza: VisibleStanza) -> Entry:
    content = {"disabled": False, **stanza.values, "eai:appName": stanza.app, "eai:userName": "nobody"}
    place = f"configs/conf-{conf}/{link_part(stanza.name)}"
    return Entry(stanza.name, place, content, app=stanza.app, sharing="global" if stanza.exported else "app")

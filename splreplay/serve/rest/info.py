"""What the server is, and which apps it has."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from splreplay.knowledge.layers import SYSTEM
from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, RestError
from splreplay.spl.booleans import truth

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

API_VERSION = "10.0.0"  # of Splunk's REST interface; clients choose their endpoints by it


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
        "kvStoreStatus": "ready" if server.kv.is_ready else "failed",
        "mode": "normal",
        "server_roles": ["indexer", "search_head"],
        "os_name": platform.system(),
        "python_version": platform.python_version(),
    }
    return Entry("server-info", "server/info/server-info", content)


def get_messages(server: Splunkd, request: Request) -> Feed:
    """Nothing here ever asks for a restart."""
    return Feed.paged("messages", [], request)


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
        "visible": truth(ui.get("is_visible", "1"), unclear=True),
        "configured": True,
        "disabled": False,
    }
    return Entry(name, f"apps/local/{link_part(name)}", content, app=name, sharing="app")

"""Roles: which indexes a search looks in where it names none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from splreplay.knowledge.layers import SYSTEM
from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, RestError
from splreplay.serve.rest.confs import write

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

ROLE_KEYS = {
    "imported_roles": "importRoles",
    "srchIndexesAllowed": "srchIndexesAllowed",
    "srchIndexesDefault": "srchIndexesDefault",
}


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
    write(server, SYSTEM, "authorize", f"role_{request.args['name']}", values)
    return get_role(server, request)


def _role(name: str, values: Mapping[str, str]) -> Entry:
    content = {arg: values.get(key, "").split(";") for arg, key in ROLE_KEYS.items()}
    return Entry(name, f"authorization/roles/{link_part(name)}", content)


def _all(request: Request, name: str) -> list[str]:
    return [value for key, value in request.params if key == name]

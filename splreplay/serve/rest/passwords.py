"""storage/passwords: what apps keep there is read in the clear by whoever has list_storage_passwords.

https://help.splunk.com/en/splunk-enterprise/leverage-rest-apis/rest-api-reference/9.4/access-endpoints/access-endpoint-descriptions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from splreplay.knowledge.layers import EVERY, SYSTEM
from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, RestError
from splreplay.serve.rest.confs import known_app, writable_app
from splreplay.serve.state.passwords import Place

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

PATH = "storage/passwords"


def list_passwords(server: Splunkd, request: Request) -> Feed:
    _need(server, "list_storage_passwords")
    app = known_app(server, request)
    found = [place for place in server.passwords.places() if app in (EVERY, place.app)]
    return Feed.paged("passwords", [_entry(server, place) for place in found], request)


def get_password(server: Splunkd, request: Request) -> Entry:
    _need(server, "list_storage_passwords")
    return _entry(server, _find(server, request))


def create_password(server: Splunkd, request: Request) -> Entry:
    _need(server, "edit_storage_passwords")
    place = Place(writable_app(server, request, "passwords"), request.get("realm"), request.get("name"))
    missing = [name for name in ("name", "password") if not request.get(name)]
    if missing:
        raise RestError(400, f"The following required arguments are missing: {', '.join(missing)}.")
    with server.lock:
        if place in server.passwords.places():
            raise RestError(409, f"In handler 'passwords': An object with name={place.name} already exists")
        server.passwords.keep(place, request.get("password"))
        return _entry(server, place)


def update_password(server: Splunkd, request: Request) -> Entry:
    _need(server, "edit_storage_passwords")
    if not request.get("password"):
        raise RestError(400, "The following required arguments are missing: password.")
    with server.lock:
        place = _find(server, request)
        server.passwords.keep(place, request.get("password"))
        return _entry(server, place)


def delete_password(server: Splunkd, request: Request) -> Feed:
    _need(server, "edit_storage_passwords")
    with server.lock:
        server.passwords.drop(_find(server, request))
    return list_passwords(server, request)


def _need(server: Splunkd, capability: str) -> None:
    if server.layers.own(SYSTEM, "authorize")["role_admin"].get(capability) != "enabled":
        raise RestError(403, f"The capability '{capability}' is required.")


def _find(server: Splunkd, request: Request) -> Place:
    app, name = known_app(server, request), request.args["name"]
    for place in server.passwords.places():
        if app in (EVERY, place.app) and name == place.name:
            return place
    raise RestError(404, f"Could not find object id={name}")


def _entry(server: Splunkd, place: Place) -> Entry:
    content = {
        "clear_password": server.passwords.clear(place),
        "encr_password": server.passwords.encrypted(place),
        "password": "********",
        "realm": place.realm,
        "username": place.username,
    }
    return Entry(place.name, f"{PATH}/{link_part(place.name)}", content, app=place.app, sharing="app")

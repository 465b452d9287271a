"""HEC inputs: the tokens, as stanzas of the app that Splunk keeps them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from splreplay.serve.hec.tokens import HTTP_INPUTS, add_token, read_tokens
from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, RestError
from splreplay.serve.state.conf_text import ConfError

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

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


def list_inputs(server: Splunkd, request: Request) -> Feed:
    return Feed.paged("http", [_input(server, token.name) for token in read_tokens(server.layers)], request)


def get_input(server: Splunkd, request: Request) -> Entry:
    name = request.args["name"].removeprefix("http://")
    if name not in {token.name for token in read_tokens(server.layers)}:
        raise RestError(404, f"Could not find object id={request.args['name']}")
    return _input(server, name)


def create_input(server: Splunkd, request: Request) -> Entry:
    name = request.get("name").removeprefix("http://")
    if not name:
        raise RestError(400, "The following required arguments are missing: name.")
    if name in {token.name for token in read_tokens(server.layers)}:
        raise RestError(409, f"In handler 'http': An object with name={name} already exists")
    values = {key: request.get(key) for key in TOKEN_KEYS if request.get(key)}
    try:
        add_token(server.layers, name, values)
    except ConfError as error:
        raise RestError(400, str(error)) from error
    return _input(server, name)


def _input(server: Splunkd, name: str) -> Entry:
    stanza = f"http://{name}"
    content = server.layers.own(HTTP_INPUTS, "inputs")[stanza]
    return Entry(stanza, f"data/inputs/http/{link_part(stanza)}", content, app=HTTP_INPUTS, sharing="app")

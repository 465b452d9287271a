"""Lookup files and definitions, read-only: they are the apps' own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, RestError
from splreplay.serve.rest.confs import known_app

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

FILES = "data/lookup-table-files"
DEFINITIONS = "data/transforms/lookups"
ENDINGS = {".csv", ".gz", ".kmz"}


def list_files(server: Splunkd, request: Request) -> Feed:
    return Feed.paged("lookup-table-files", _files(server, request), request)


def get_file(server: Splunkd, request: Request) -> Feed:
    return _named(request, "lookup-table-files", list(_files(server, request)))


def list_definitions(server: Splunkd, request: Request) -> Feed:
    return Feed.paged("transforms-lookup", _definitions(server, request), request)


def get_definition(server: Splunkd, request: Request) -> Feed:
    return _named(request, "transforms-lookup", list(_definitions(server, request)))


def _files(server: Splunkd, request: Request) -> Iterator[Entry]:
    for folder, path in server.layers.lookup_files(known_app(server, request)):
        if path.suffix in ENDINGS:
            sharing = "global" if folder.exports("lookups", path.name) else "app"
            content = {"eai:appName": folder.name, "eai:data": str(path), "eai:userName": "nobody"}
            yield Entry(path.name, f"{FILES}/{link_part(path.name)}", content, app=folder.name, sharing=sharing)


def _definitions(server: Splunkd, request: Request) -> Iterator[Entry]:
    for stanza in server.layers.visible(known_app(server, request), "transforms"):
        if "filename" in stanza.values or "external_type" in stanza.values:
            content = {"type": stanza.values.get("external_type", "file"), **stanza.values}
            place = f"{DEFINITIONS}/{link_part(stanza.name)}"
            yield Entry(stanza.name, place, content, app=stanza.app, sharing="global" if stanza.exported else "app")


def _named(request: Request, title: str, entries: list[Entry]) -> Feed:
    found = [entry for entry in entries if entry.title == request.args["name"]]
    if not found:
        raise RestError(404, f"Could not find object id={request.args['name']}")
    return Feed.paged(title, found, request)

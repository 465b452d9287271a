"""Dashboards, read-only: the XML of each view that an app ships."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError, ParserCreate

from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, RestError
from splreplay.serve.rest.confs import known_app

if TYPE_CHECKING:
    from pathlib import Path

    from splreplay.knowledge.layers import Folder
    from splreplay.serve.state.splunkd import Splunkd

VIEWS = "data/ui/views"


def list_views(server: Splunkd, request: Request) -> Feed:
    found = server.layers.views(known_app(server, request))
    return Feed.paged("views", (_view(folder, path) for folder, path in found), request)


def get_view(server: Splunkd, request: Request) -> Feed:
    name = request.args["name"]
    found = [each for each in server.layers.views(known_app(server, request)) if each[1].stem == name]
    if not found:
        raise RestError(404, f"Could not find object id={name}")
    return Feed.paged("views", (_view(folder, path) for folder, path in found), request)


def _view(folder: Folder, path: Path) -> Entry:
    text = path.read_text("utf-8", "replace")
    root, attributes, label = _head(text)
    content = {
        "eai:data": text,
        "eai:appName": folder.name,
        "eai:userName": "nobody",
        "eai:type": "views",
        "isDashboard": root in {"dashboard", "form"},
        "isVisible": True,
        "label": label or path.stem,
        "rootNode": root,
        "version": attributes.get("version", ""),
        "disabled": False,
    }
    sharing = "global" if folder.exports("views", path.stem) else "app"
    return Entry(path.stem, f"{VIEWS}/{link_part(path.stem)}", content, app=folder.name, sharing=sharing)


def _head(text: str) -> tuple[str, dict[str, str], str]:
    """The root element, its attributes and the dashboard's label, as far as the XML can be read."""
    path: list[str] = []
    found: dict[str, dict[str, str]] = {}
    label: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if not path:
            found[name] = attributes
        path.append(name)

    def characters(data: str) -> None:
        if path[1:] == ["label"]:
            label.append(data)

    parser = ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = start, characters
    parser.EndElementHandler = lambda name: path.pop() and None
    with suppress(ExpatError):  # Splunk lists a broken view too
        parser.Parse(text, True)
    [(root, attributes)] = found.items() or [("", {})]
    return root, attributes, "".join(label).strip()

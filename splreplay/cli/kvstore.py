"""`--kv DIR`: the app's KV store for one run, from files; lookups read it, commands ask it over REST as in Splunk."""

from __future__ import annotations

import argparse
import json
import secrets
import threading
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from splreplay.spl.errors import RunError, nearest

if TYPE_CHECKING:
    from splreplay.knowledge.app import App
    from splreplay.knowledge.kvstore import Document, KVStore
    from splreplay.knowledge.layers import Layers

ENDINGS = (".json", ".csv")


@contextmanager
def kept(args: argparse.Namespace, app: App) -> Iterator[Mapping[str, Any]]:
    """Keyword arguments of engine.search: none without --kv. What a search writes is gone behind it."""
    if args.kv is None:
        yield {}
        return
    from splreplay.knowledge.kvstore import KVStore

    store = KVStore()
    try:
        _fill(store, app, Path(args.kv))
        with _answering(_Keeper(store, app.layers), app.name) as login:
            yield {"kv": store, "login": login}
    finally:
        store.close()


def _fill(store: KVStore, app: App, folder: Path) -> None:
    from splreplay.knowledge.kvstore import InvalidError, Place, typed

    if not folder.is_dir():
        raise RunError(f"--kv: {folder} is no folder", advice="name a folder with a file for each collection")
    known = app.conf("collections")
    for path in sorted(path for path in folder.iterdir() if path.suffix in ENDINGS):
        if path.stem not in known:
            raise RunError(
                f"--kv: {path.name} is of no collection in collections.conf", advice=nearest(path.stem, known)
            )
        settings = {key: value.text for key, value in known[path.stem].items()}
        place = Place(app.origin("collections", path.stem), path.stem)
        found = []
        for number, document in enumerate(_documents(path), 1):
            try:
                found.append(typed(document, settings))
            except InvalidError as error:
                raise RunError(f"--kv: {path.name}: document {number}: {error}", advice=_types(settings)) from None
            except (AttributeError, TypeError):
                shown = json.dumps(document)[:60]
                advice = 'a document is an object of fields, as in [{"_key": "mine", ...}]'
                raise RunError(f"--kv: {path.name}: document {number} is {shown}", advice=advice) from None
        store.save(place, found)


def _types(settings: Mapping[str, str]) -> str:
    """What collections.conf asks of the fields that are no text."""
    asked = {name.removeprefix("field."): kind for name, kind in settings.items() if name.startswith("field.")}
    listed = ", ".join(f"{name} is a {kind}" for name, kind in asked.items() if kind != "string")
    return f"in collections.conf {listed or 'all fields are text'}; a time is epoch seconds, such as 1798761600"


def _documents(path: Path) -> list[Document]:
    """A list as the KV store's REST gives and takes it, or a table with a header."""
    if path.suffix == ".csv":
        from splreplay.knowledge.lookups import read_csv

        return [dict(row) for row in read_csv(path).rows]
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"--kv: {path.name} is no JSON: {error}", advice="write a list of objects") from None
    return list(found) if isinstance(found, list) else [found]


@dataclass(frozen=True)
class _Keeper:
    kv: KVStore
    layers: Layers

    def roles(self) -> Set[str] | None:
        """Whoever runs a search over their own files may do everything."""
        return None


@contextmanager
def _answering(keeper: _Keeper, app: str) -> Iterator[Any]:
    """The documents over plain HTTP on loopback, for whoever has the key; every app that is asked in is this one."""
    from splreplay.commands.parts.protocol import Login
    from splreplay.serve.http.edge import Listener
    from splreplay.serve.http.message import Request, Response, RestError
    from splreplay.serve.http.routing import Routes, read_path
    from splreplay.serve.rest.kvstore import DOCUMENTS

    key, routes = secrets.token_urlsafe(32), Routes(DOCUMENTS)

    def answer(request: Request) -> Response:
        try:
            namespace, parts = read_path(request.path)
            if not secrets.compare_digest(request.headers.get("authorization", "").encode(), f"Splunk {key}".encode()):
                raise RestError(401, "call not properly authenticated")
            handler, args = routes.find(request.method, parts)
            found = handler(keeper, replace(request, args=args, namespace=namespace._replace(app=app)))
            assert isinstance(found, Response)
            return found
        except RestError as error:
            return error.response(request.wants_json)

    listener = Listener(("127.0.0.1", 0), None, answer)
    threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield Login(f"http://127.0.0.1:{listener.port}", key)
    finally:
        listener.shutdown()
        listener.server_close()

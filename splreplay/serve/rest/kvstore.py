"""The KV store over REST: collections, their documents, its status. Always JSON, as splunkd answers here.

https://help.splunk.com/en/splunk-enterprise/leverage-rest-apis/rest-api-reference/9.4/kv-store-endpoints/kv-store-endpoint-descriptions
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from splreplay.knowledge.kvqueries import choosing, means, sorted_by
from splreplay.knowledge.kvstore import (
    DOWN,
    KEY,
    NOBODY,
    Document,
    InvalidError,
    KVStore,
    Place,
    UnavailableError,
    typed,
)
from splreplay.knowledge.layers import EVERY, Layers, VisibleStanza
from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, Response, RestError
from splreplay.serve.rest import confs

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

CONFIG = "storage/collections/config"
DATA = "storage/collections/data/{collection}"
CONF = "collections"
MOST_ROWS = 50_000  # limits.conf [kvstore] max_rows_per_query
MOST_SAVED = 1_000  # max_documents_per_batch_save
MOST_QUERIES = 1_000
MOST_BYTES = 16 << 20  # of one document
Answer = TypeVar("Answer", Response, Entry, Feed)


class Keeper(Protocol):
    """What these handlers need of a server."""

    kv: KVStore

    @property
    def layers(self) -> Layers: ...

    def roles(self) -> Set[str] | None:
        """Of whoever asks; None may do everything."""


def refusing(handler: Callable[[Any, Request], Answer]) -> Callable[[Any, Request], Answer]:
    """Errors of the store as splunkd tells them."""

    @wraps(handler)
    def guarded(server: Any, request: Request) -> Answer:
        try:
            return handler(server, request)
        except UnavailableError as error:
            raise RestError(503, str(error)) from None
        except InvalidError as error:
            raise RestError(400, str(error)) from None

    return guarded


# --- documents ------------------------------------------------------------------------------------------
@refusing
def list_documents(server: Keeper, request: Request) -> Response:
    return Response.json(_found(server, request, _query(request), dict(request.params)))


@refusing
def insert(server: Keeper, request: Request) -> Response:
    place, stanza = _place(server, request, "write")
    document = _document(_body(request), stanza)
    if KEY in document and server.kv.get(place, str(document[KEY])) is not None:
        raise RestError(409, "A document with the same key and user already exists.")
    return Response.json({KEY: server.kv.save(place, [document])[0]}, 201)


@refusing
def delete_documents(server: Keeper, request: Request) -> Response:
    place, _ = _place(server, request, "write")
    test = means(_query(request))
    server.kv.delete(place, [document[KEY] for document in server.kv.documents(place) if test(document)])
    return Response.json({})


@refusing
def get_document(server: Keeper, request: Request) -> Response:
    place, _ = _place(server, request, "read")
    return Response.json(_known(server, place, request))


@refusing
def replace_document(server: Keeper, request: Request) -> Response:
    place, stanza = _place(server, request, "write")
    _known(server, place, request)
    document = {**_document(_body(request), stanza), KEY: request.args["key"]}
    return Response.json({KEY: server.kv.save(place, [document])[0]})


@refusing
def delete_document(server: Keeper, request: Request) -> Response:
    place, _ = _place(server, request, "write")
    _known(server, place, request)
    server.kv.delete(place, [request.args["key"]])
    return Response.json({})


@refusing
def batch_save(server: Keeper, request: Request) -> Response:
    """Insert or replace, all or none."""
    place, stanza = _place(server, request, "write")
    documents = [_document(each, stanza) for each in _list(request, MOST_SAVED)]
    return Response.json(server.kv.save(place, documents))


@refusing
def batch_find(server: Keeper, request: Request) -> Response:
    """A list of queries, each with its options; a list of lists."""
    _place(server, request, "read")
    answers = []
    for each in _list(request, MOST_QUERIES):
        if not isinstance(each, dict):
            raise RestError(400, "batch_find takes a list of objects with query, fields, sort, limit and skip.")
        answers.append(_found(server, request, each.get("query", {}), each))
    return Response.json(answers)


def _found(server: Keeper, request: Request, query: Any, options: Mapping[str, Any]) -> list[Document]:
    place, _ = _place(server, request, "read")
    test, choose = means(query), choosing(str(options.get("fields", "")))
    places = [place, place._replace(owner=NOBODY)] if options.get("shared") in ("true", "1", True) else [place]
    everything = [document for each in dict.fromkeys(places) for document in server.kv.documents(each)]
    found = sorted_by([document for document in everything if test(document)], str(options.get("sort", "")))
    skip, limit = _whole(options, "skip"), _whole(options, "limit")
    end = skip + (min(limit, MOST_ROWS) if limit else MOST_ROWS)
    return [choose(document) for document in found[skip:end]]


def _whole(options: Mapping[str, Any], name: str) -> int:
    text = str(options.get(name, "") or "0")
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise RestError(400, f"Invalid value for argument '{name}': a whole number is expected.")
    return int(text)


def _known(server: Keeper, place: Place, request: Request) -> Document:
    found = server.kv.get(place, request.args["key"])
    if found is None:
        raise RestError(404, "Could not find object.")
    return found


def _place(server: Keeper, request: Request, way: str) -> tuple[Place, Mapping[str, str]]:
    """The collection that is meant, with its stanza's settings; 404 and 403 as splunkd gives them."""
    if not server.kv.is_ready:
        raise UnavailableError(DOWN)
    owner, app = request.namespace.owner or NOBODY, request.namespace.app
    app = "search" if app is None else app
    if EVERY in (owner, app):
        raise RestError(400, "Documents need one owner and one app: /servicesNS/nobody/<app>/...")
    found = server.layers.find(app, CONF, request.args["collection"])
    if not found:
        raise RestError(404, f"Could not find object id={request.args['collection']}")
    _check(server, found[0], way)
    return Place(found[0].app, found[0].name, owner), found[0].values


def _check(server: Keeper, stanza: VisibleStanza, way: str) -> None:
    roles = server.roles()
    if roles is not None and not stanza.folder.allows(way, CONF, stanza.name, roles):
        raise RestError(403, f"User does not have {way} access to the collection {stanza.name}.")


def _query(request: Request) -> Any:
    text = request.get("query")
    return _json(text) if text else {}


def _body(request: Request) -> Any:
    if len(request.body) > MOST_BYTES:
        raise RestError(413, f"A document is larger than {MOST_BYTES} bytes.")
    return _json(request.body.decode("utf-8", "replace"))


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RestError(400, "JSON in the request is invalid.") from None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _list(request: Request, most: int) -> Sequence[Any]:
    given = _json(request.body.decode("utf-8", "replace"))
    if not isinstance(given, list) or len(given) > most:
        raise RestError(400, f"The body is a list of at most {most:,} objects.")
    return given


def _document(given: Any, settings: Mapping[str, str]) -> Document:
    if not isinstance(given, dict):
        raise RestError(400, "A document is a JSON object.")
    return typed(given, settings)


# --- collections ----------------------------------------------------------------------------------------
def list_collections(server: Splunkd, request: Request) -> Feed:
    found = server.layers.visible(confs.known_app(server, request), CONF)
    return Feed.paged("collections-conf", [_entry(stanza) for stanza in found if stanza.name != "default"], request)


def create_collection(server: Splunkd, request: Request) -> Entry:
    asked = _as_conf(request)
    confs.create_stanza(server, asked)
    return _entry(confs.only(server, confs.writable_app(server, asked, CONF), CONF, request.get("name")))


def get_collection(server: Splunkd, request: Request) -> Entry:
    return _entry(confs.find(server, _as_conf(request), CONF)[0])


def update_collection(server: Splunkd, request: Request) -> Entry:
    confs.update_stanza(server, _as_conf(request))
    return get_collection(server, request)


@refusing
def delete_collection(server: Splunkd, request: Request) -> Feed:
    """With its documents."""
    asked = _as_conf(request)
    app = confs.owner_app(server, asked, CONF)
    confs.remove(server, app, CONF, request.args["collection"])
    server.kv.drop(app, request.args["collection"])
    return list_collections(server, request)


def _as_conf(request: Request) -> Request:
    return replace(request, args={"conf": CONF, "stanza": request.args.get("collection", "")})


def _entry(stanza: VisibleStanza) -> Entry:
    content = {"disabled": False, **stanza.values, "eai:appName": stanza.app, "eai:userName": NOBODY}
    sharing = "global" if stanza.exported else "app"
    return Entry(stanza.name, f"{CONFIG}/{link_part(stanza.name)}", content, app=stanza.app, sharing=sharing)


def get_status(server: Splunkd, request: Request) -> Entry:
    current = {"status": "ready" if server.kv.is_ready else "failed", "standalone": "1", "storageEngine": "sqlite"}
    return Entry("status", "kvstore/status", {"current": current})


# --- the routes: of documents, which the command line serves alone, and of all -----------------------------
DOCUMENTS = (
    ("GET", DATA, list_documents),
    ("POST", DATA, insert),
    ("DELETE", DATA, delete_documents),
    ("POST", f"{DATA}/batch_save", batch_save),
    ("POST", f"{DATA}/batch_find", batch_find),
    ("GET", f"{DATA}/{{key}}", get_document),
    ("POST", f"{DATA}/{{key}}", replace_document),
    ("DELETE", f"{DATA}/{{key}}", delete_document),
)
ROUTES = (
    *DOCUMENTS,
    ("GET", CONFIG, list_collections),
    ("POST", CONFIG, create_collection),
    ("GET", f"{CONFIG}/{{collection}}", get_collection),
    ("POST", f"{CONFIG}/{{collection}}", update_collection),
    ("DELETE", f"{CONFIG}/{{collection}}", delete_collection),
    ("GET", "kvstore/status", get_status),
)

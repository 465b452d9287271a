"""receivers/simple: one event, sent with a session key rather than an HEC token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from splreplay.serve.http.message import Request, Response, RestError, messages
from splreplay.serve.state.store import StoredEvent

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd


def post_simple(server: Splunkd, request: Request) -> Response:
    index = request.get("index", "main")
    if index not in server.indexes():
        raise RestError(400, f"Index '{index}' does not exist.")
    raw, now = request.body.decode("utf-8", "replace"), time.time()
    if not raw.strip():
        raise RestError(400, "No data.")
    host, source = request.get("host", "splreplay"), request.get("source", "www")
    server.store.append([StoredEvent(index, now, now, host, source, request.get("sourcetype", "web_event"), raw)])
    return messages(200, [("INFO", f"One event was written to the index '{index}'.")], request.wants_json)

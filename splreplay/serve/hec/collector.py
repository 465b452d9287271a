"""The HTTP Event Collector: /event, /raw, /ack, /health.

A 200 means committed to disk. A request is taken whole or refused whole, so that a sender which tries
again never doubles events (Splunk keeps what stood before a bad envelope).
https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from splreplay.serve.hec.acks import TooManyAcks
from splreplay.serve.hec.envelopes import BadEnvelope, read_envelopes
from splreplay.serve.hec.rawlines import read_lines, time_in
from splreplay.serve.hec.tokens import HecToken, find_token
from splreplay.serve.http.message import Request, Response
from splreplay.serve.state.store import StoredEvent

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

# code: (HTTP status, text), as Splunk's troubleshooting page lists them.
CODES = {
    0: (200, "Success"),
    1: (403, "Token disabled"),
    2: (401, "Token is required"),
    3: (401, "Invalid authorization"),
    4: (403, "Invalid token"),
    5: (400, "No data"),
    6: (400, "Invalid data format"),
    7: (400, "Incorrect index"),
    9: (503, "Server is busy"),
    10: (400, "Data channel is missing"),
    11: (400, "Invalid data channel"),
    12: (400, "Event field is required"),
    13: (400, "Event field cannot be blank"),
    14: (400, "ACK is disabled"),
    15: (400, "Error in handling indexed fields"),
    16: (400, "Query string authorization is not enabled"),
    17: (200, "HEC is healthy"),
}
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


class HecError(Exception):
    def __init__(self, code: int, event: int | None = None) -> None:
        super().__init__(CODES[code][1])
        self.code, self.event = code, event


def post_event(server: Splunkd, request: Request) -> Response:
    return _take(server, request, _from_envelopes)


def post_raw(server: Splunkd, request: Request) -> Response:
    return _take(server, request, _from_lines)


def post_ack(server: Splunkd, request: Request) -> Response:
    try:
        token = _token(server, request)
        if not token.acks:
            raise HecError(14)
        channel = _channel(request, required=True)
        ids = _ack_ids(request.body)
        with server.lock:
            return Response.json({"acks": server.acks.tell(token.value, channel, ids)})
    except HecError as error:
        return _refusal(error)


def get_health(server: Splunkd, request: Request) -> Response:
    return _reply(17)


def _take(server: Splunkd, request: Request, read: Any) -> Response:
    try:
        token = _token(server, request)
        channel = _channel(request, required=token.acks)
        events = list(read(server, request, token))
        if not events:
            raise HecError(5)
        server.store.append(events)
        return _accepted(server, token, channel)
    except HecError as error:
        return _refusal(error)
    except BadEnvelope as error:
        return _refusal(HecError(error.code, error.number))


def _accepted(server: Splunkd, token: HecToken, channel: str) -> Response:
    if not token.acks:
        return _reply(0)
    try:
        with server.lock:
            return _reply(0, ackId=server.acks.add(token.value, channel))
    except TooManyAcks:
        raise HecError(9) from None


def _from_envelopes(server: Splunkd, request: Request, token: HecToken) -> Iterator[StoredEvent]:
    defaults, extract = _defaults(request, token), request.flag("auto_extract_timestamp")
    allowed, now = _allowed_indexes(server, token), time.time()
    for number, envelope in enumerate(read_envelopes(request.body)):
        meta = {**defaults, **envelope.meta}
        if meta["index"] not in allowed:
            raise HecError(7, number)
        stamp = envelope.time
        if stamp is None and extract:
            stamp = time_in(envelope.raw, meta["sourcetype"])
        fields = json.dumps(envelope.fields, ensure_ascii=False) if envelope.fields else None
        yield StoredEvent(
            meta["index"], now if stamp is None else stamp, now,
            meta["host"], meta["source"], meta["sourcetype"], envelope.raw, fields,
        )  # fmt: skip


def _from_lines(server: Splunkd, request: Request, token: HecToken) -> Iterator[StoredEvent]:
    meta = _defaults(request, token)
    if meta["index"] not in _allowed_indexes(server, token):
        raise HecError(7)
    now = time.time()
    for line, stamp in read_lines(request.body, meta["sourcetype"], request.get("time")):
        yield StoredEvent(
            meta["index"], now if stamp is None else stamp, now,
            meta["host"], meta["source"], meta["sourcetype"], line,
        )  # fmt: skip


def _defaults(request: Request, token: HecToken) -> dict[str, str]:
    fallback = {
        "index": token.index or "main",
        "host": token.host or request.headers.get("host", "localhost"),
        "source": token.source or f"http:{token.name}",
        "sourcetype": token.sourcetype or "httpevent",
    }
    return {name: request.get(name) or value for name, value in fallback.items()}


def _allowed_indexes(server: Splunkd, token: HecToken) -> set[str]:
    return server.indexes() & set(token.indexes) if token.indexes else server.indexes()


def _token(server: Splunkd, request: Request) -> HecToken:
    header = request.headers.get("authorization", "")
    if not header:
        raise HecError(16 if request.get("token") else 2)
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "basic":
        value = _basic_password(value)
    elif scheme.lower() != "splunk":
        raise HecError(3)
    token = find_token(server.layers, value.strip())
    if token is None:
        raise HecError(4)
    if token.disabled:
        raise HecError(1)
    return token


def _basic_password(value: str) -> str:
    """`curl -u x:TOKEN`: any user, the token as the password."""
    try:
        return b64decode(value, validate=True).decode().partition(":")[2]
    except (Base64Error, ValueError) as error:
        raise HecError(3) from error


def _channel(request: Request, required: bool) -> str:
    channel = request.headers.get("x-splunk-request-channel") or request.get("channel")
    if not channel and required:
        raise HecError(10)
    if channel and not GUID.fullmatch(channel):
        raise HecError(11)
    return channel.lower()


def _ack_ids(body: bytes) -> list[int]:
    try:
        ids = json.loads(body)["acks"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise HecError(6) from error
    if not isinstance(ids, list) or not all(type(id_) is int for id_ in ids):
        raise HecError(6)
    return ids


def _refusal(error: HecError) -> Response:
    return _reply(error.code, **({} if error.event is None else {"invalid-event-number": error.event}))


def _reply(code: int, **more: int) -> Response:
    status, text = CODES[code]
    return Response.json({"text": text, "code": code, **more}, status)

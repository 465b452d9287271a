"""Asks splunkd over REST with the session that a search or an alert action was given.

One request, one bounded answer of JSON, in bounded time; whatever goes wrong is an `Unanswered` with a reason that
holds no secret. On http.client and not urllib: that follows no redirect and no proxy, which would carry the session
key elsewhere. Python 3.7 to 3.13, without splunklib.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
from typing import Any, Mapping, Optional, Sequence, Tuple
from urllib.parse import quote, urlencode, urlsplit

from bounded_http import Asked, TooLong, exchange, is_loopback

SECONDS = 5.0
KEY = re.compile(r"[!-~]+")  # what a header can hold: http.client would show any other in its error
MOST_BYTES = 50_000_000  # as much as limits.conf [kvstore] max_size_per_result_mb lets a collection answer

Text = Mapping[str, Any]
Body = Tuple[str, str]  # its content type, and itself


class Unanswered(Exception):
    """There is no answer to work with; `status` is HTTP's where there was one, else 0."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class Splunkd:
    """A splunkd and a session in it. `of_search` and `of_alert` make one."""

    def __init__(self, uri: str, session_key: str, seconds: float = SECONDS) -> None:
        """`seconds`: what a request may take in all, from connecting to the last byte."""
        self.uri, self._key, self.seconds = uri, session_key, seconds

    def ask(self, method: str, path: Sequence[str], query: Optional[Text] = None, body: Optional[Body] = None) -> Any:
        """The JSON of an answer; None for an empty one.

        path: its parts, each quoted here, so that a value never becomes a path: `in_app("x", "storage", ...)`.
        body: as `form` or `document` make it.
        """
        headers = {"Authorization": "Splunk " + self._key, "Accept": "application/json", "Connection": "close"}
        kind, text = body or (None, None)
        if kind:
            headers["Content-Type"] = kind
        address = _address(path, {"output_mode": "json", **(query or {})})
        try:
            asked = Asked(method, address, text, headers)
            status, answer = exchange(self._connection(), asked, self.seconds, MOST_BYTES)
        except TooLong as error:
            raise Unanswered(f"splunkd answered {error}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unanswered(_reason(error, self.seconds)) from None
        return _read(status, answer)

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.uri)
        if not parts.hostname or not KEY.fullmatch(self._key):
            raise Unanswered("the search was given no address of splunkd, or no session")
        here = is_loopback(parts.hostname)
        if parts.scheme == "http" and here:
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.seconds)
        if parts.scheme != "https":
            raise Unanswered("splunkd's address is neither https nor this machine's own")
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=self.seconds, context=_tls(here))


def form(values: Text) -> Body:
    """A body as most of splunkd's endpoints take it."""
    return "application/x-www-form-urlencoded", urlencode(values)


def document(value: Any) -> Body:
    """A body of JSON, for the KV store."""
    return "application/json", json.dumps(value)


def of_search(searchinfo: Any) -> Splunkd:
    """From the searchinfo of a search command (`self.metadata.searchinfo` of splunklib)."""
    return Splunkd(getattr(searchinfo, "splunkd_uri", None) or "", getattr(searchinfo, "session_key", None) or "")


def of_alert(payload: Text) -> Splunkd:
    """From the JSON that an alert action reads from its standard input."""
    return Splunkd(str(payload.get("server_uri") or ""), str(payload.get("session_key") or ""))


def in_app(app: str, *parts: str) -> Sequence[str]:
    """The path of something that an app has and its users share."""
    return ("servicesNS", "nobody", app, *parts)


def _tls(here: bool) -> ssl.SSLContext:
    """splunkd's own certificate names no host and is often signed by nobody that Python knows. On loopback, where no
    other machine can stand between, that is as Splunk's own SDK takes it; elsewhere it must be right."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if here:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    context.load_default_certs()
    authority = os.path.join(os.environ.get("SPLUNK_HOME", ""), "etc", "auth", "cacert.pem")
    if os.path.isfile(authority):
        context.load_verify_locations(authority)
    return context


def _address(path: Sequence[str], query: Text) -> str:
    if any(part in ("", ".", "..") for part in path):
        raise Unanswered("a name in the path is empty or leads elsewhere")
    return "/" + "/".join(quote(part, safe="") for part in path) + "?" + urlencode(query)


def _reason(error: Exception, seconds: float) -> str:
    if isinstance(error, socket.timeout):
        return f"splunkd gave no whole answer within {seconds:g} seconds"
    return f"splunkd cannot be asked: {type(error).__name__}: {error}"[:300]


def _read(status: int, body: bytes) -> Any:
    """The document of an answer that is one; what splunkd says where it refuses."""
    try:
        document = json.loads(body.decode("utf-8")) if body.strip() else None
    except (ValueError, RecursionError):
        document = Unanswered
    if not 200 <= status < 300:
        raise Unanswered(f"splunkd answered {status}{_said(document)}", status)
    if document is Unanswered:
        raise Unanswered(f"splunkd's answer ({len(body):,} bytes) is no JSON", status)
    return document


def _said(document: Any) -> str:
    """The text of splunkd's messages, bounded."""
    messages = document.get("messages") if isinstance(document, dict) else None
    texts = [str(each.get("text")) for each in messages or () if isinstance(each, dict)] if messages else []
    return (": " + "; ".join(texts)[:200]) if texts else ""

"""Asks splunkd over REST with the session that a search or an alert action was given.

One request, one bounded answer of JSON, in bounded time; whatever goes wrong is an `Unanswered` with a reason that
holds no secret. Python 3.7 to 3.13, without splunklib.
"""

from __future__ import annotations

import json
import os
from typing import Any, Mapping, Optional, Sequence
from urllib.parse import quote, urlencode

import lib_path
from s3batchjobs.bounded_http import HEADER, Asked, NoAnswer, connection, exchange
from s3batchjobs.text import without

SECONDS = 5.0
MOST_BYTES = 50_000_000  # as much as limits.conf [kvstore] max_size_per_result_mb lets a collection answer

Text = Mapping[str, Any]


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

    def ask(self, method: str, path: Sequence[str], query: Optional[Text] = None, body: Any = None) -> Any:
        """The JSON of an answer; None for an empty one.

        path: its parts, each quoted here, so that a value never becomes a path: `in_app("x", "storage", ...)`.
        body: what is sent as JSON.
        """
        if not self.uri or not HEADER.fullmatch(self._key):
            raise Unanswered("the search was given no address of splunkd, or no session")
        headers = {"Authorization": "Splunk " + self._key, "Accept": "application/json", "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        address = _address(path, {"output_mode": "json", **(query or {})})
        asked = Asked(method, address, None if body is None else json.dumps(body), headers)
        # splunkd's own certificate names no host and is often signed by nobody that Python knows.
        authority = os.path.join(os.environ.get("SPLUNK_HOME", ""), "etc", "auth", "cacert.pem")
        try:
            way = connection(self.uri, (authority,), bare_here=True)
            return _read(*exchange(way, asked, self.seconds, MOST_BYTES))
        except NoAnswer as error:
            raise Unanswered(without(f"splunkd {error}", [self._key])[:300]) from None
        except Unanswered as error:
            raise Unanswered(without(str(error), [self._key])[:300], error.status) from None


def of_search(searchinfo: Any) -> Splunkd:
    """From the searchinfo of a search command (`self.metadata.searchinfo` of splunklib)."""
    return Splunkd(getattr(searchinfo, "splunkd_uri", None) or "", getattr(searchinfo, "session_key", None) or "")


def of_alert(payload: Text) -> Splunkd:
    """From the JSON that an alert action reads from its standard input."""
    return Splunkd(str(payload.get("server_uri") or ""), str(payload.get("session_key") or ""))


def in_app(app: str, *parts: str) -> Sequence[str]:
    """The path of something that an app has and its users share."""
    return ("servicesNS", "nobody", app, *parts)


def _address(path: Sequence[str], query: Text) -> str:
    if any(part in ("", ".", "..") for part in path):
        raise Unanswered("a name in the path is empty or leads elsewhere")
    return "/" + "/".join(quote(part, safe="") for part in path) + "?" + urlencode(query)


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
    return (": " + "; ".join(texts)) if texts else ""

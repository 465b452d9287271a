"""Sends records to a HTTP Event Collector: each with its own time, `_raw` byte for byte as it is.

Through /event with the record as a string, so that nothing depends on the line breaking, the timestamp
rules or the TRUNCATE of whichever sourcetype the receiver knows. A refusal is an error with HEC's words.
"""

from __future__ import annotations

import http.client
import json
import ssl
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from splreplay.spl.errors import LostError, RunError

BATCH = 100  # envelopes a request
SECONDS = 60
PATH = "/services/collector/event"
NAME_AUTHORITY = "name its certificate authority with --cacert"
# X509_V_ERR_* of OpenSSL, https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
ADVICE = {
    10: "the certificate has expired: have it renewed",
    62: "the certificate is for another host: write --to with a name that it has",
    64: "the certificate is for another address: write --to with a name that it has",
}


def trusting(authority: str | None) -> ssl.SSLContext:
    """A client's context that verifies with the certificates of this file, or with the system's where it is None.

    OSError where the file cannot be read or holds none.
    """
    context = ssl.create_default_context(cafile=authority)
    if authority:
        # Since 3.13 Python wants extensions that the root which Splunk makes for itself, of X.509 version 1, cannot
        # have. https://docs.python.org/3/library/ssl.html#ssl.create_default_context
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


class Record(NamedTuple):
    raw: str
    time: float | None  # epoch seconds; None leaves it to the receiver


@dataclass(frozen=True)
class Collector:
    """One HEC. `meta` is index, host, source, sourcetype for all records; the token decides the rest."""

    url: str
    token: str
    meta: Mapping[str, str] = field(default_factory=dict)
    context: ssl.SSLContext | None = None

    def send(self, records: Iterable[Record]) -> int:
        """How many were accepted; RunError at the first refusal says how many were before it."""
        sent = 0
        connection, channel = self._connection(), str(uuid.uuid4())
        try:
            for batch in _batches(records):
                body = "\n".join(self._envelope(record) for record in batch).encode("utf-8", "replace")
                self._post(connection, body, channel, sent)
                sent += len(batch)
        finally:
            connection.close()
        return sent

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url if "://" in self.url else f"https://{self.url}")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise RunError(f"'{self.url[:80]}' is no address of a collector", advice="write https://host:8088")
        port = parts.port or 8088
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, port, timeout=SECONDS)
        context = self.context or trusting(None)
        return http.client.HTTPSConnection(parts.hostname, port, timeout=SECONDS, context=context)

    def _envelope(self, record: Record) -> str:
        when = {} if record.time is None else {"time": f"{record.time:.3f}"}
        return json.dumps({**when, **self.meta, "event": record.raw})

    def _post(self, connection: http.client.HTTPConnection, body: bytes, channel: str, sent: int) -> None:
        headers = {"Authorization": f"Splunk {self.token}", "X-Splunk-Request-Channel": channel}
        try:
            connection.request("POST", PATH, body, headers)
            reply = connection.getresponse()
            text = reply.read(10_000).decode("utf-8", "replace")
        except ssl.SSLCertVerificationError as error:
            advice = ADVICE.get(error.verify_code, NAME_AUTHORITY)
            raise LostError(f"{self.url}: {error.verify_message}", advice=advice) from None
        except (OSError, http.client.HTTPException) as error:
            raise LostError(f"{self.url}: {error}; {sent} records were accepted before") from None
        if reply.status != http.client.OK:
            raise LostError(f"{self.url} refused: {_words(reply.status, text)}; {sent} records were accepted before")


def _words(status: int, text: str) -> str:
    """HEC's code and text, where the answer is HEC's."""
    try:
        answer = json.loads(text)
        return f"{answer['text']} (code {answer['code']}, HTTP {status})"
    except (ValueError, KeyError, TypeError):
        return f"HTTP {status} {text[:200].strip()}"


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(islice(iterator, BATCH)):
        yield batch

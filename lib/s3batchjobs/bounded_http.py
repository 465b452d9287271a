"""One HTTP exchange within bounded time and size, on http.client: no redirect is followed, no proxy asked.

Both would carry a session or a key elsewhere. Python 3.7 to 3.13.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import re
import socket
import ssl
import threading
from concurrent import futures
from functools import lru_cache
from typing import Any, Callable, Mapping, NamedTuple, Optional, Tuple, Union
from urllib.parse import urlsplit

TIMED_OUT = (socket.timeout, futures.TimeoutError)  # which are one since Python 3.11
HEADER = re.compile(r"[!-~]+")  # what a header can hold: http.client would show any other in its error


class NoAnswer(Exception):
    """There is none to work with; the text goes on from the name of whoever was asked.

    `late`: it did not come in time. `again`: it was cut off, so it may come in a moment.
    """

    def __init__(self, reason: str, late: bool = False, again: bool = False) -> None:
        super().__init__(reason)
        self.late, self.again = late, again


class Asked(NamedTuple):
    """What http.client's `request` takes."""

    method: str
    address: str
    body: Union[bytes, str, None]
    headers: Mapping[str, str]


def connection(uri: str, authorities: Tuple[str, ...], bare_here: bool = False) -> http.client.HTTPConnection:
    """The way to an address: over TLS, or plainly on this machine.

    authorities: files of certificates to trust beside Python's own, where they are there. bare_here: take any
    certificate on loopback, where no other machine can stand between.
    """
    try:
        parts = urlsplit(uri)
        host, port, here = parts.hostname or "", parts.port, is_loopback(parts.hostname)
    except ValueError as error:
        raise NoAnswer(f"cannot be asked: ValueError: {error}") from None
    if parts.scheme == "http" and here:
        return http.client.HTTPConnection(host, port)
    if parts.scheme == "https" and host:
        return http.client.HTTPSConnection(host, port, context=_tls(authorities, not (bare_here and here)))
    raise NoAnswer("has an address that is neither https nor this machine's own")


@lru_cache(maxsize=None)
def _tls(authorities: Tuple[str, ...], verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    for path in filter(os.path.isfile, authorities):
        context.load_verify_locations(path)
    return context


def exchange(way: http.client.HTTPConnection, asked: Asked, seconds: float, most_bytes: int) -> Tuple[int, bytes]:
    """The status and body that answer a request, in so many seconds from the name server to the last byte; NoAnswer."""
    way.timeout = seconds  # of each address and read: it ends the thread that nobody waits for any more
    try:
        status, body = in_time(lambda: _exchanged(way, asked, most_bytes), seconds)
        return status, body
    except TIMED_OUT:
        raise NoAnswer(f"gave no whole answer within {seconds:g} seconds", late=True) from None
    except (OSError, http.client.HTTPException) as error:
        again = isinstance(error, (http.client.HTTPException, ConnectionResetError))
        raise NoAnswer(f"cannot be reached: {type(error).__name__}: {error}", again=again) from None
    except ValueError as error:  # whose text would hold the header that cannot be sent
        raise NoAnswer(f"cannot be asked: {type(error).__name__}") from None


def in_time(work: Callable[[], Any], seconds: float) -> Any:
    """What `work` gives or raises; one of TIMED_OUT after so many seconds. A socket's own timeout would begin anew with
    each byte and each address, and a name server knows none: so nobody waits for the thread."""
    done: futures.Future[Any] = futures.Future()

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done.result(max(0.0, seconds))


def is_loopback(host: Optional[str]) -> bool:
    """Whether nothing but this machine can answer there; a name other than localhost is not asked for."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _exchanged(way: http.client.HTTPConnection, asked: Asked, most_bytes: int) -> Tuple[int, bytes]:
    try:
        way.request(*asked)
        reply = way.getresponse()
        body = reply.read(most_bytes + 1)
        if len(body) > most_bytes:
            raise NoAnswer(f"answered more than {most_bytes:,} bytes")
        if reply.length:  # read(n) itself takes a body that was cut off for a whole one
            raise http.client.IncompleteRead(body, reply.length)
        return reply.status, body
    finally:
        way.close()

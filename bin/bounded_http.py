"""One HTTP exchange within bounded time and size, on http.client: no redirect is followed, no proxy asked.

Python 3.7 to 3.13.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import time
from typing import Any, Mapping, NamedTuple, Optional, Union


class TooLong(ValueError):
    """The answer is longer than it may be."""


class Asked(NamedTuple):
    """What http.client's `request` takes."""

    method: str
    address: str
    body: Union[bytes, str, None]
    headers: Mapping[str, str]


class Answer(NamedTuple):
    status: int
    body: bytes


class _Patience(io.RawIOBase):
    """Reads a socket until a point in time; its own timeout would begin anew with each byte."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._socket, self._end = sock, end

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout()
        self._socket.settimeout(left)
        return self._socket.recv_into(buffer)


def exchange(connection: http.client.HTTPConnection, asked: Asked, seconds: float, most_bytes: int) -> Answer:
    """The answer to a request, in so many seconds from connecting to the last byte; closes the connection.

    OSError (socket.timeout where it is too slow), http.client.HTTPException or TooLong where there is none.
    """
    end = time.monotonic() + seconds
    try:
        connection.request(*asked)
        reply = http.client.HTTPResponse(_Patience(connection.sock, end), method=asked.method)  # type: ignore[arg-type]
        reply.begin()
        body = reply.read(most_bytes + 1)
        if len(body) > most_bytes:
            raise TooLong(f"more than {most_bytes:,} bytes")
        if reply.length:  # read(n) itself takes a body that was cut off for a whole one
            raise http.client.IncompleteRead(body, reply.length)
        return Answer(reply.status, body)
    finally:
        connection.close()


def is_loopback(host: Optional[str]) -> bool:
    """Whether nothing but this machine can answer there; a name other than localhost is not asked for."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"

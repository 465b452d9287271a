"""The HTTP edge: TLS, bytes, limits. It turns a connection into `Request`s and knows no endpoint.

On the standard library's server with a thread a connection: the server is for one machine's loopback, and
what matters is that a slow, huge or broken client costs a bounded amount and gets a 4xx.
"""

from __future__ import annotations

import io
import logging
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from splreplay.serve.http import limits
from splreplay.serve.http.message import Request, Response, RestError

log = logging.getLogger("splreplay.serve")
Answer = Callable[[Request], Response]
FORM = "application/x-www-form-urlencoded"
EVENT_BODIES = ("/collector", "/receivers/")  # where a body is events, whatever its declared type
QUERY_FIELDS, FORM_FIELDS = 1_000, 10_000


class Budget:
    """Bytes of request bodies that all connections together may hold."""

    def __init__(self, total: int) -> None:
        self._free, self._changed = total, threading.Condition()

    def take(self, size: int) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._free >= size, timeout=limits.IDLE_SECONDS):
                raise RestError(503, "The server is busy: too many bytes are being received.")
            self._free -= size

    def give(self, size: int) -> None:
        with self._changed:
            self._free += size
            self._changed.notify_all()


class Listener(ThreadingHTTPServer):
    """One port whose requests `answer` answers."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext | None, answer: Answer) -> None:
        self.context, self.answer = context, answer
        self.budget = Budget(limits.BODIES_BYTES)
        self._slots = threading.BoundedSemaphore(limits.CONNECTIONS)
        super().__init__(address, Connection)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def server_bind(self) -> None:
        # The inherited method asks the resolver for this machine's name, which may hang.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: object, client_address: object) -> None:
        if not self._slots.acquire(timeout=limits.IDLE_SECONDS):
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._slots.release()

    def finish_request(self, request: object, client_address: object) -> None:
        """The TLS handshake happens here, in the connection's own thread: a mute client stops nobody."""
        assert isinstance(request, socket.socket)
        request.settimeout(limits.IDLE_SECONDS)
        if self.context is None:
            super().finish_request(request, client_address)
            return
        try:
            secure = self.context.wrap_socket(request, server_side=True)
        except (OSError, ssl.SSLError) as error:
            log.debug("no TLS with %s: %s", client_address, error)
            return
        with secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        log.debug("connection from %s broke", client_address, exc_info=True)


class _Patience(io.RawIOBase):
    """Reads a socket until a point in time, however slowly the bytes drip."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket, self.deadline = sock, 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the client is too slow")
        self._socket.settimeout(left)
        return self._socket.recv_into(buffer)


class Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "splreplay", ""
    disable_nagle_algorithm = True
    wbufsize = -1  # one write a response
    server: Listener

    def setup(self) -> None:
        super().setup()
        self._patience = _Patience(self.connection)
        self.rfile = io.BufferedReader(self._patience, 1 << 16)

    def handle_one_request(self) -> None:
        self._patience.deadline = time.monotonic() + limits.IDLE_SECONDS
        try:
            super().handle_one_request()
        except (OSError, ssl.SSLError) as error:
            log.debug("%s: %s", self.client_address, error)
            self.close_connection = True

    def handle_expect_100(self) -> bool:
        """`100 Continue` only for a body that would be taken."""
        try:
            self._length()
        except RestError as error:
            self._send(error.response(as_json=False), close=True)
            return False
        return super().handle_expect_100()

    def _serve(self) -> None:
        self._patience.deadline = time.monotonic() + limits.REQUEST_SECONDS
        try:
            size = self._length()
        except RestError as error:
            self._send(error.response(as_json=False), close=True)
            return
        reserved = size if size is not None else limits.BODY_BYTES
        try:
            self.server.budget.take(reserved)
        except RestError as error:
            self._send(error.response(as_json=False), close=True)
            return
        try:
            self._answer(size)
        finally:
            self.server.budget.give(reserved)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve

    def _answer(self, size: int | None) -> None:
        try:
            body = inflate(self._read(size), self.headers.get("content-encoding", ""))
            request = read_request(self.command, self.path, dict(self.headers.items()), body)
        except TimeoutError:
            self._send(RestError(408, "Request Timeout").response(as_json=False), close=True)
        except RestError as error:
            self._send(error.response(as_json=False), close=True)
        else:
            self._send(self.server.answer(request))

    def _length(self) -> int | None:
        """Bytes of the body; None where it comes in chunks."""
        declared, coding = self.headers.get_all("content-length", []), self.headers.get("transfer-encoding")
        if coding is not None:
            if coding.strip().lower() != "chunked" or declared:
                raise RestError(400, "Transfer-Encoding must be 'chunked', without a Content-Length.")
            return None
        if not declared:
            return 0
        text = declared[0].strip()
        if len(set(declared)) > 1 or not (text.isascii() and text.isdigit()):
            raise RestError(400, "Content-Length must be one whole number.")
        if len(text) > 15 or int(text) > limits.BODY_BYTES:
            raise RestError(413, f"The body is larger than {limits.BODY_BYTES} bytes.")
        return int(text)

    def _read(self, size: int | None) -> bytes:
        if size is None:
            return read_chunks(self.rfile)
        body = self.rfile.read(size)
        if len(body) < size:
            raise RestError(400, "The body ended early.")
        return body

    def _send(self, response: Response, close: bool = False) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in response.headers:
            self.send_header(name, value)
        self.close_connection = self.close_connection or close
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the standard library refuses by itself (bad request lines, header floods, unknown methods)."""
        status = {501: 405, 505: 400}.get(code, code)
        self.command = getattr(self, "command", None) or "GET"
        self.request_version = self.protocol_version  # else HTTP/0.9 is assumed, which has no status line
        self._send(RestError(status, message or "Bad Request").response(as_json=False), close=True)

    def log_message(self, format: str, *args: object) -> None:
        log.debug("%s %s", self.client_address[0], (format % args).replace("\n", " "))


def read_request(method: str, target: str, headers: dict[str, str], body: bytes) -> Request:
    path, _, query = target.partition("?")
    named = {name.lower(): value for name, value in headers.items()}
    # splunk-sdk logs in with a form that it does not declare as one.
    kind = named.get("content-type", FORM).split(";")[0].strip().lower()
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=QUERY_FIELDS)
        if kind == FORM and not any(place in path for place in EVENT_BODIES):
            pairs += parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS)
    except ValueError as error:
        raise RestError(400, "The form or the query string cannot be read.") from error
    return Request(method, path, named, tuple(pairs), body)


def inflate(body: bytes, coding: str) -> bytes:
    """The body without its gzip coding; more than the limit, once inflated, is refused."""
    if coding.strip().lower() in {"", "identity"}:
        return body
    if coding.strip().lower() not in {"gzip", "x-gzip"}:
        raise RestError(415, "Content-Encoding must be gzip.")
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unzip.decompress(body, limits.BODY_BYTES)
    except zlib.error as error:
        raise RestError(400, "The gzip body is damaged.") from error
    if unzip.unconsumed_tail:
        raise RestError(413, f"The body inflates to more than {limits.BODY_BYTES} bytes.")
    if not unzip.eof or unzip.unused_data:
        raise RestError(400, "The gzip body is cut short or followed by other bytes.")
    return plain


def read_chunks(stream: io.BufferedIOBase) -> bytes:
    """The body of `Transfer-Encoding: chunked`."""
    parts: list[bytes] = []
    total = 0
    while size := _chunk_size(stream.readline(64)):
        total += size
        if total > limits.BODY_BYTES:
            raise RestError(413, f"The body is larger than {limits.BODY_BYTES} bytes.")
        parts.append(stream.read(size))
        if len(parts[-1]) < size or stream.readline(3) not in {b"\r\n", b"\n"}:
            raise RestError(400, "A chunk of the body is damaged.")
    while stream.readline(1024) not in {b"\r\n", b"\n", b""}:
        pass  # trailers
    return b"".join(parts)


def _chunk_size(line: bytes) -> int:
    digits = line.split(b";")[0].strip()
    if not line.endswith(b"\n") or not digits or digits.strip(b"0123456789abcdefABCDEF"):
        raise RestError(400, "A chunk of the body is damaged.")
    return int(digits, 16)

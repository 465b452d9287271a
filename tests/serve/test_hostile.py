"""Hostile requests: each gets a 4xx, the server goes on, and nothing is written where it may not be."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from splreplay.serve.http import limits
from tests.serve.embedded import APP, TOKEN, Endpoint, embedded

BOMB = gzip.compress(b"\0" * (limits.BODY_BYTES + 1), 9)
TEN_TB = "10000000000000"


def post(body: bytes | str, *headers: str) -> bytes:
    """A request to HEC with these header lines and no others that matter."""
    lines = ["POST /services/collector/event HTTP/1.1", f"Authorization: Splunk {TOKEN}", *headers, "", ""]
    return "\r\n".join(lines).encode() + (body.encode() if isinstance(body, str) else body)


def zipped(body: bytes) -> bytes:
    return post(body, "Content-Encoding: gzip", f"Content-Length: {len(body)}")


CHUNKED = "Transfer-Encoding: chunked"
HOSTILE = {
    "half a request line": (b"GET\r\n\r\n", 400),
    "binary noise": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
    "unknown method": (b"FROB / HTTP/1.1\r\n\r\n", 405),
    "HTTP/9": (b"GET / HTTP/9.9\r\n\r\n", 400),
    "a line of 100,000": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", 414),
    "a header of 100,000": (b"GET / HTTP/1.1\r\nA: " + b"a" * 100_000 + b"\r\n\r\n", 431),
    "a flood of headers": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000 + b"\r\n", 431),
    "a body of 10 TB": (post("", f"Content-Length: {TEN_TB}"), 413),
    "waits to send a body of 10 TB": (post("", "Expect: 100-continue", f"Content-Length: {TEN_TB}"), 413),
    "a length of -1": (post("", "Content-Length: -1"), 400),
    "a length in Arabic digits": (post("", "Content-Length: \u0663"), 400),
    "two lengths": (post("ab", "Content-Length: 1", "Content-Length: 2"), 400),
    "a length and chunks": (post("0\r\n\r\n", "Content-Length: 5", CHUNKED), 400),
    "a chunk of no size": (post("zz\r\n", CHUNKED), 400),
    "a chunk of 10 TB": (post("9184e72a000\r\n", CHUNKED), 413),
    "a chunk that runs over": (post("1\r\nab\r\n", CHUNKED), 400),
    "not gzip": (zipped(b"nope"), 400),
    "gzip cut short": (zipped(gzip.compress(os.urandom(50))[:20]), 400),
    "gzip and more": (zipped(gzip.compress(b"x") + b"more"), 400),
    "a gzip bomb": (zipped(BOMB), 413),
    "another coding": (post("x", "Content-Encoding: br", "Content-Length: 1"), 415),
}

NAMESPACE = f"/servicesNS/nobody/{APP}"
# method, path, form: every one is refused, or answered without a file outside local/ and the data folder
TRICKS: list[tuple[str, str, dict[str, str] | None]] = [
    ("GET", "/", None),
    ("GET", "/services/../../etc/passwd", None),
    ("GET", "/services/properties/..%2F..%2F..%2Fetc%2Fpasswd/x/y", None),
    ("GET", "/servicesNS/nobody/..%252F..%252Fetc/configs/conf-macros", None),
    ("GET", f"{NAMESPACE}/configs/conf-..%2F..%2Fapp", None),
    ("GET", f"{NAMESPACE}/configs/conf-macros%00", None),
    ("GET", f"{NAMESPACE}/data/lookup-table-files/..%2Fdefault%2Fapp.conf", None),
    ("GET", f"{NAMESPACE}/data/lookup-table-files/secret.csv", None),
    ("GET", "/services/apps/local/..%2F..", None),
    ("GET", "/services/" + "a" * 5000, None),
    ("POST", "/servicesNS/nobody/../configs/conf-macros", {"name": "x", "definition": "y"}),
    ("POST", "/servicesNS/nobody/%2Ftmp/configs/conf-macros", {"name": "x", "definition": "y"}),
    ("POST", f"/servicesNS/..%2F..%2Ftmp/{APP}/configs/conf-macros", {"name": "x", "definition": "y"}),
    ("POST", f"{NAMESPACE}/configs/conf-..%2F..%2F..%2Fevil", {"name": "x", "a": "b"}),
    ("POST", f"{NAMESPACE}/configs/conf-macros", {"name": "x]\n[evil", "definition": "y"}),
    ("POST", f"{NAMESPACE}/configs/conf-macros", {"name": "x", "definition": "y\n[evil]\\"}),
    ("POST", f"{NAMESPACE}/configs/conf-macros", {"name": "x", "a\n[evil]\nb": "y"}),
    ("POST", f"{NAMESPACE}/properties", {"__conf": "../../evil"}),
    ("POST", "/services/data/indexes", {"name": "../../evil"}),
    ("POST", "/services/data/indexes", {"name": "a'; DROP TABLE events; --"}),
    ("POST", "/services/data/inputs/http", {"name": "x]\n[http"}),
    ("POST", "/services/search/jobs", {"search": "| makeresults", "id": "../../evil"}),
    ("POST", "/services/search/jobs", {"search": "| inputlookup ../../../../etc/passwd"}),
    ("POST", "/services/search/jobs", {"search": "| inputlookup /etc/passwd"}),
    ("POST", "/services/search/jobs", {"search": "| inputlookup secret.csv"}),
    ("POST", "/services/search/jobs", {"search": "| inputlookup ../../outside/secret.csv"}),
    ("POST", "/services/search/jobs", {"search": "| makeresults | outputlookup ../../../outside/evil.csv"}),
    ("POST", "/services/search/jobs", {"search": "| makeresults | outputlookup /tmp/evil.csv"}),
    ("POST", "/services/search/jobs", {"search": "search x | eval a=read_text('/etc/passwd')"}),
    ("POST", "/services/search/jobs", {"search": "search " + "(" * 20_000}),
    ("POST", "/services/search/jobs", {"search": "| tstats count where index=main by time; DROP TABLE e"}),
    ("POST", "/services/search/jobs", {"search": "search x", "earliest_time": "'; DROP TABLE events"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With something worth stealing beside the app, and links that lead to it."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "outside").mkdir()
    (folder / "outside" / "secret.csv").write_text("name,secret\nx,hidden-treasure\n")
    return folder


@pytest.fixture(scope="module")
def endpoint(folder: Path) -> Iterator[Endpoint]:
    with embedded(folder) as (found, _):
        (folder / APP / "lookups").mkdir()
        (folder / APP / "lookups" / "secret.csv").symlink_to(folder / "outside" / "secret.csv")
        yield found


@contextmanager
def secure(endpoint: Endpoint) -> Iterator[ssl.SSLSocket]:
    address = ("127.0.0.1", urlsplit(endpoint.hec).port)
    with (
        socket.create_connection(address, 20) as plain,
        endpoint.context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        yield wrapped


def raw(endpoint: Endpoint, data: bytes) -> bytes:
    """What comes back, even where the server closes before it has read all."""
    with secure(endpoint) as connection:
        with suppress(OSError):
            connection.sendall(data)
        return connection.recv(65536)


@pytest.mark.parametrize(("data", "status"), HOSTILE.values(), ids=HOSTILE)
def test_broken_http(endpoint: Endpoint, data: bytes, status: int) -> None:
    answer = raw(endpoint, data)
    assert int(answer.split(b" ")[1]) == status, answer[:300]
    assert endpoint.send('{"event":"still here"}').status == 200


def test_chunks_are_read(endpoint: Endpoint) -> None:
    body = '{"event":"x"}'
    chunks = f"{len(body):x};ext=1\r\n{body}\r\n0\r\nTrailer: x\r\n\r\n"
    answer = raw(endpoint, post(chunks, CHUNKED))
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_mute_client_and_one_without_tls_stop_nobody(endpoint: Endpoint) -> None:
    port = urlsplit(endpoint.hec).port
    with (
        socket.create_connection(("127.0.0.1", port)),
        socket.create_connection(("127.0.0.1", port)) as plain,
    ):
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert endpoint.send('{"event":"x"}').status == 200


def test_a_client_that_drips_is_cut_off(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "IDLE_SECONDS", 0.5)
    monkeypatch.setattr(limits, "REQUEST_SECONDS", 0.5)
    with secure(endpoint) as connection:
        connection.sendall(post("", "Content-Length: 1000"))
        connection.settimeout(0.1)
        assert _drip(connection, seconds=5).startswith(b"HTTP/1.1 408 ")


def _drip(connection: ssl.SSLSocket, seconds: float) -> bytes:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            connection.sendall(b" ")
            if answer := connection.recv(100):
                return answer
        except TimeoutError:
            continue
    return b""


def test_tricks_write_and_show_nothing(endpoint: Endpoint, folder: Path) -> None:
    before = snapshot(folder)
    for method, path, form in TRICKS:
        reply = endpoint.call(path, {**form, "exec_mode": "oneshot"} if form else None, method)
        assert 400 <= reply.status < 500, (method, path, form, reply)
        assert b"hidden-treasure" not in reply.body
        assert b"root:" not in reply.body
    assert snapshot(folder) == before
    assert not list(folder.parent.rglob("evil*"))
    assert endpoint.search("| tstats count where index=main") != []


def test_odd_names_stay_inside_one_conf(endpoint: Endpoint, folder: Path) -> None:
    """A name may hold anything that a stanza's name can; it never becomes a path."""
    before = snapshot(folder)
    for name in ("../../evil", "a/b", "ünï", "$HOME", "`x`"):
        made = endpoint.call(f"{NAMESPACE}/configs/conf-macros", {"name": name, "definition": "search x"})
        assert made.status == 200, made.body
        (entry,) = made.json["entry"]
        again = endpoint.call(f"/{entry['id'].lstrip('/')}")
        assert again.json["entry"][0]["content"]["definition"] == "search x"
        assert endpoint.call(f"/{entry['id'].lstrip('/')}", method="DELETE").status == 200
    assert snapshot(folder) == before


def test_settings_are_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    with embedded(tmp_path) as (endpoint, _):
        (tmp_path / APP / "local").symlink_to(tmp_path / "outside")
        made = endpoint.call(f"{NAMESPACE}/configs/conf-macros", {"name": "x", "definition": "y"})
    assert made.status == 403, made.body
    assert list((tmp_path / "outside").iterdir()) == []


def test_every_endpoint_but_login_wants_credentials(endpoint: Endpoint) -> None:
    for auth in ("Splunk nope", "Bearer nope", "Basic nope", "Basic YWRtaW46bm9wZQ==", "Digest x", "x"):
        assert endpoint.call("/services/server/info", auth=auth).status == 401
        assert endpoint.call("/services/no/such", auth=auth).status == 401
    assert endpoint.call("/services/auth/login", {"username": "admin", "password": "nope"}, auth="x").status == 401


def snapshot(folder: Path) -> dict[str, str]:
    """Every file with its digest, except where the server may write."""
    allowed = (folder / "data", folder / APP / "local")
    files = [path for path in folder.rglob("*") if path.is_file() and not any(path.is_relative_to(a) for a in allowed)]
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if "__pycache__" not in path.parts
    }


def test_the_snapshot_sees_a_write(folder: Path) -> None:
    before = snapshot(folder)
    (folder / "outside" / "new").write_text(json.dumps("x"))
    assert snapshot(folder) != before

"""bin/splunkd.py: one bounded answer in bounded time, and a session key that goes nowhere else."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import splunkd
from s3batchjobs import bounded_http

from tests.certificates import like_splunks
from tests.command.frames import ROOT
from tests.command.pythons import SPLUNK_PYTHONS, python_or_skip

KEY = "very^secret~key"
COLLECTION = splunkd.in_app("app", "storage", "collections", "data", "x")


def reply(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def request_of(stream: socket.socket) -> bytes:
    """A whole request: its head and its body come in packets of their own."""
    data = b""
    while not (end := re.search(rb"\r\n\r\n", data)):
        data += stream.recv(65536)
    length = re.search(rb"Content-Length: (\d+)", data)
    while length and len(data) < end.end() + int(length[1]):
        data += stream.recv(65536)
    return data


@contextmanager
def serving(*pieces: bytes, pause: float = 0, context: ssl.SSLContext | None = None) -> Iterator[tuple[str, list]]:
    """A server that answers each connection with these bytes; gives its address, and the requests as they come."""
    asked: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) if context else connection as stream:
                asked.append(request_of(stream))
                for piece in pieces:
                    stream.sendall(piece)
                    time.sleep(pause)
        except OSError:
            """The client has gone: that is what some of these tests are about."""

    def accept() -> None:
        while True:
            try:
                answer(listener.accept()[0])
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)


def ask(uri: str, seconds: float = 5.0):
    return splunkd.Splunkd(uri, KEY, seconds).ask("GET", COLLECTION, {"limit": 2})


def refused(uri: str, seconds: float = 5.0) -> splunkd.Unanswered:
    with pytest.raises(splunkd.Unanswered) as caught:
        ask(uri, seconds)
    assert KEY not in str(caught.value)
    return caught.value


def test_it_asks_as_the_session_and_reads_the_document():
    with serving(reply(b'[{"_key": "1"}]')) as (uri, asked):
        assert ask(uri) == [{"_key": "1"}]
    head = asked[0].decode()
    assert head.startswith(
        "GET /servicesNS/nobody/app/storage/collections/data/x?output_mode=json&limit=2 HTTP/1.1\r\n"
    )
    assert f"\r\nAuthorization: Splunk {KEY}\r\n" in head


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"reason": "\u2028'; --"}, '{"reason": "\\u2028\'; --"}'),
        ([], "[]"),
    ],
)
def test_a_body_is_a_document(body, sent):
    with serving(reply(b"{}")) as (uri, asked):
        splunkd.Splunkd(uri, KEY).ask("POST", COLLECTION, body=body)
    head, _, text = asked[0].decode().partition("\r\n\r\n")
    assert ("Content-Type: application/json" in head, text) == (True, sent)


def test_a_value_is_no_path():
    with serving(reply(b"{}")) as (uri, asked):
        splunkd.Splunkd(uri, KEY).ask("DELETE", (*COLLECTION, "../a?b#c d/\r\nX: y"))
    assert asked[0].startswith(
        b"DELETE /servicesNS/nobody/app/storage/collections/data/x/..%2Fa%3Fb%23c%20d%2F%0D%0AX%3A"
    )
    for part in ("", ".", ".."):
        with pytest.raises(splunkd.Unanswered, match="leads elsewhere"):
            splunkd.Splunkd(uri, KEY).ask("DELETE", (*COLLECTION, part))


@pytest.mark.parametrize(
    ("answer", "says", "status"),
    [
        (reply(b'{"messages":[{"type":"ERROR","text":"no"}]}', "403 Forbidden"), "splunkd answered 403: no", 403),
        (reply(b"<html>", "503 Busy"), "splunkd answered 503", 503),
        (reply(b"[1]", "404 Not Found"), "splunkd answered 404", 404),
        (reply(b"", "302 Found", "Location: http://192.0.2.1/"), "splunkd answered 302", 302),
        (reply(b"<html>"), "splunkd's answer (6 bytes) is no JSON", 200),
        (reply(b"[" * 200_000), "splunkd's answer (200,000 bytes) is no JSON", 200),
        (reply(b"\xff"), "splunkd's answer (1 bytes) is no JSON", 200),
        (b"", "splunkd cannot be reached: RemoteDisconnected", 0),
        (b"220 smtp ready\r\n\r\n", "splunkd cannot be reached: BadStatusLine", 0),
        (reply(b"[]")[:-1], "splunkd cannot be reached: IncompleteRead", 0),
        (reply(b"", "200 OK", *[f"X-{n}: y" for n in range(200)]), "splunkd cannot be reached: HTTPException", 0),
    ],
)
def test_whatever_else_it_says_is_a_reason(answer, says, status):
    with serving(answer) as (uri, _):
        error = refused(uri)
    assert (str(error).startswith(says), error.status) == (True, status), error


def test_an_empty_answer_is_none():
    with serving(reply(b"")) as (uri, _):
        assert ask(uri) is None


@pytest.mark.parametrize("whole", [b"HTTP/1.1 200 OK\r\n", reply(b"[" + b" " * 50 + b"]")], ids=["head", "body"])
def test_an_answer_that_drips_ends_in_time(whole):
    with serving(*(bytes([byte]) for byte in whole), pause=0.05) as (uri, _):
        start = time.monotonic()
        assert "no whole answer within 0.3 seconds" in str(refused(uri, 0.3))
        assert time.monotonic() - start < 1.5


def test_an_answer_without_end_is_cut(monkeypatch):
    monkeypatch.setattr(splunkd, "MOST_BYTES", 1000)
    with serving(reply(b"[" + b"1," * 1000 + b"1]")) as (uri, _):
        assert "more than 1,000 bytes" in str(refused(uri))


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("", "no address"),
        ("http://192.0.2.1:8089", "neither https nor this machine's own"),
        ("http://127.0.0.1.example.com:8089", "neither https nor this machine's own"),
        ("ftp://127.0.0.1:8089", "neither https nor this machine's own"),
        ("https://[::1", "ValueError"),
        ("https://127.0.0.1:port", "ValueError"),
        ("http://127.0.0.1:1", "ConnectionRefusedError"),
    ],
)
def test_an_address_that_is_none_is_not_asked(uri, says):
    assert says in str(refused(uri))


@pytest.mark.parametrize("key", ["", "a\r\nX: y", "\u20ac"])
def test_a_session_key_that_is_none_is_not_sent_and_not_shown(key):
    with pytest.raises(splunkd.Unanswered) as caught:
        splunkd.Splunkd("http://127.0.0.1:1", key).ask("GET", COLLECTION)
    assert str(caught.value) == "the search was given no address of splunkd, or no session"
    assert KEY not in repr(splunkd.Splunkd("https://127.0.0.1", KEY))


def test_no_proxy_gets_the_session_key(monkeypatch):
    for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with serving(reply(b"[]")) as (uri, _):
        assert ask(uri) == []


def test_beyond_loopback_a_certificate_must_be_right(tmp_path, monkeypatch):
    """localhost stands for another machine here: it is no host of the certificate, and then it is."""
    monkeypatch.setattr(bounded_http, "is_loopback", lambda host: False)
    home = tmp_path / "etc" / "auth"
    home.mkdir(parents=True)
    chain = like_splunks(home)
    with serving(reply(b"[]"), context=chain.context()) as (uri, _):
        assert "CERTIFICATE_VERIFY_FAILED" in str(refused(uri))
        monkeypatch.setenv("SPLUNK_HOME", str(tmp_path))
        assert "CERTIFICATE_VERIFY_FAILED" in str(refused(uri))  # signed by splunkd's authority, for no host


@pytest.mark.parametrize("version", SPLUNK_PYTHONS)
def test_on_each_python_of_splunk_over_tls(version, tmp_path):
    python = python_or_skip(version)
    script = f"import splunkd; print(splunkd.Splunkd(URI, {KEY!r}).ask('GET', ['services', 'x']))"
    with serving(reply(b'{"a": [1]}'), context=like_splunks(tmp_path).context()) as (uri, _):
        code = f"import sys; sys.path.insert(0, {str(ROOT / 'bin')!r}); URI = {uri!r}; {script}"
        done = subprocess.run([python, "-B", "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.stderr) == ("{'a': [1]}\n", "")


def test_the_session_is_that_of_the_search_or_of_the_alert():
    class Searchinfo:
        splunkd_uri, session_key = "https://127.0.0.1:8089", KEY

    of_alert = splunkd.of_alert(json.loads(json.dumps({"server_uri": "https://127.0.0.1:8089", "session_key": KEY})))
    assert (
        vars(splunkd.of_search(Searchinfo()))
        == vars(of_alert)
        == {"uri": "https://127.0.0.1:8089", "_key": KEY, "seconds": 5.0}
    )
    assert splunkd.of_search(None).uri == splunkd.of_alert({"session_key": None}).uri == ""

"""`splreplay serve` as a command: what it says at the start, and what it refuses."""

from __future__ import annotations

import dataclasses
import hashlib
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.serve.embedded import copy_app
from tests.serve.process import command, start


def test_a_made_up_password_is_told_once_and_kept(tmp_path: Path) -> None:
    copy_app(tmp_path)
    child, endpoint, login = start(tmp_path, password="")
    child.terminate()
    assert child.wait(20) == 0
    user, _, password = login.partition(" / ")
    assert user == "admin"
    child, endpoint, login = start(tmp_path, password="")
    try:
        assert login == "admin, with the password of the first start"
        known = dataclasses.replace(endpoint, password=password)
        assert known.call("/services/server/info").status == 200
        assert dataclasses.replace(endpoint, password=password + "x").call("/services/server/info").status == 401
    finally:
        child.terminate()
        child.wait(20)
    kept = [path for path in (tmp_path / "data").iterdir() if path.name != "events.duckdb"]
    assert all(password.encode() not in path.read_bytes() for path in kept if path.is_file())


def test_one_server_a_data_folder(tmp_path: Path) -> None:
    copy_app(tmp_path)
    child, _, _ = start(tmp_path)
    try:
        second = subprocess.run(command(tmp_path), capture_output=True, text=True, timeout=30, check=False)
    finally:
        child.terminate()
        child.wait(20)
    assert second.returncode == 3
    assert "is another server running on it?" in second.stderr


def test_what_is_odd_in_the_files_of_an_app_is_logged_at_the_start(tmp_path: Path) -> None:
    app = copy_app(tmp_path)
    local = app / "local"
    local.mkdir(exist_ok=True)
    (local / "savedsearches.conf").write_text("[x]\nsearch = a\n| stats count\n")
    with (tmp_path / "log").open("w") as log:
        child = subprocess.Popen(command(tmp_path), stdout=subprocess.PIPE, stderr=log, text=True)
        assert child.stdout is not None
        child.stdout.readline()
        child.terminate()
        child.wait(20)
    assert "local/savedsearches.conf:3: '| stats count' is neither" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("password", ["short", ""])
def test_a_password_file_is_checked(tmp_path: Path, password: str) -> None:
    copy_app(tmp_path)
    (tmp_path / "password").write_text(password)
    full = [*command(tmp_path), "--password-file", str(tmp_path / "password")]
    done = subprocess.run(full, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "the password is refused" in done.stderr


def test_the_certificate_is_kept_and_its_key_is_private(tmp_path: Path) -> None:
    from splreplay.serve.http import tls

    _, certificate = tls.own_context(tmp_path / "tls")
    first = certificate.read_text()
    assert tls.own_context(tmp_path / "tls")[1].read_text() == first
    assert (tmp_path / "tls" / "key.pem").stat().st_mode & 0o077 == 0
    der = ssl.PEM_cert_to_DER_cert(first)
    assert tls.fingerprint(certificate).replace(":", "").lower() == hashlib.sha256(der).hexdigest()

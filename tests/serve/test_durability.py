"""A 200 means on disk: killed in the middle of a load, the server has every event that it acknowledged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.serve.embedded import PASSWORD, TOKEN, Endpoint, copy_app

SENDERS = 4
EVENTS_A_REQUEST = 20


def start(folder: Path) -> tuple[subprocess.Popen[str], Endpoint]:
    """`splreplay serve` as a process of its own, on free ports."""
    command = [sys.executable, "-m", "splreplay", "serve", "--port", "0", "--hec-port", "0"]
    command += ["--app", str(folder / "DA-ESS-AWSBatchExfiltration"), "--data", str(folder / "data")]
    environment = {**os.environ, "SPLUNK_PASSWORD": PASSWORD, "SPLUNK_HEC_TOKEN": TOKEN}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    said = dict(map(str.strip, child.stdout.readline().split("  ", 1)) for _ in range(6))
    endpoint = Endpoint(
        said["REST"].strip(), said["HEC"].strip(), PASSWORD, TOKEN, said["certificate"].strip()
    )
    return child, endpoint


def test_kill_in_the_middle_of_a_load(tmp_path: Path) -> None:
    copy_app(tmp_path)
    child, endpoint = start(tmp_path)
    acknowledged: list[str] = []
    threads = [threading.Thread(target=_send, args=(endpoint, n, acknowledged)) for n in range(SENDERS)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    child.send_signal(signal.SIGKILL)
    child.wait()
    for thread in threads:
        thread.join(20)
    child, endpoint = start(tmp_path)
    try:
        kept = {
            row["source"]: int(row["count"])
            for row in endpoint.search("| tstats count where index=main by source")
        }
    finally:
        child.terminate()
        child.wait(20)
    assert len(acknowledged) > SENDERS
    assert {source: kept.get(source) for source in acknowledged} == dict.fromkeys(
        acknowledged, EVENTS_A_REQUEST
    )


def _send(endpoint: Endpoint, sender: int, acknowledged: list[str]) -> None:
    """Until the server is gone. Each request has a source of its own."""
    for number in range(100_000):
        source = f"{sender}-{number}"
        try:
            reply = endpoint.send(
                "".join(json.dumps({"event": "x" * 500, "source": source}) for _ in range(EVENTS_A_REQUEST))
            )
        except (URLError, OSError):
            return
        if reply.status == 200:
            acknowledged.append(source)


@pytest.mark.parametrize("wrong", ["short", ""])
def test_a_password_file_is_checked(tmp_path: Path, wrong: str) -> None:
    copy_app(tmp_path)
    (tmp_path / "password").write_text(wrong)
    command = [
        sys.executable,
        "-m",
        "splreplay",
        "serve",
        "--port",
        "0",
        "--hec-port",
        "0",
        "--data",
        str(tmp_path / "d"),
    ]
    done = subprocess.run(
        [*command, "--password-file", str(tmp_path / "password")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "the password is refused" in done.stderr

"""A 200 means on disk: killed in the middle of a load, the server has every event that it acknowledged."""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path
from urllib.error import URLError

from tests.serve.embedded import Endpoint, copy_app
from tests.serve.process import start

SENDERS = 4
EVENTS_A_REQUEST = 20


def test_kill_in_the_middle_of_a_load(tmp_path: Path) -> None:
    copy_app(tmp_path)
    child, endpoint, _ = start(tmp_path)
    acknowledged: list[str] = []
    threads = [threading.Thread(target=_send, args=(endpoint, n, acknowledged)) for n in range(SENDERS)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    child.send_signal(signal.SIGKILL)
    child.wait()
    for thread in threads:
        thread.join(20)
    child, endpoint, _ = start(tmp_path)
    try:
        kept = {
            row["source"]: int(row["count"]) for row in endpoint.search("| tstats count where index=main by source")
        }
    finally:
        child.terminate()
        child.wait(20)
    assert len(acknowledged) > SENDERS
    assert {source: kept.get(source) for source in acknowledged} == dict.fromkeys(acknowledged, EVENTS_A_REQUEST)


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

"""Eight senders and four searchers at once: nothing is lost, and no answer is a 5xx."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.serve.embedded import Endpoint, copy_app
from tests.serve.process import start
from tests.serve.test_sdk import RECORD

SENDERS, SEARCHERS = 8, 4
EVENTS_A_REQUEST = 25
SEARCHES = (
    "| tstats count where index=main by host",
    "search index=main host=sender-0 source=0 | stats count by eventName",
    "search index=main source=1 eventName=JobCreated | stats dc(host) as hosts",
)


@dataclass
class Load:
    """What all threads did."""

    endpoint: Endpoint
    end: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0

    def send(self, sender: int) -> None:
        host = f"sender-{sender}"
        for number in range(10**9):
            if time.monotonic() > self.end:
                return
            envelope = {
                "event": json.dumps(RECORD),
                "sourcetype": "aws:cloudtrail",
                "host": host,
                "source": str(number),
            }
            status = self._timed(self.endpoint.send, json.dumps(envelope) * EVENTS_A_REQUEST)
            with self.lock:
                self.sent[host] += EVENTS_A_REQUEST if status == 200 else 0

    def search(self, searcher: int) -> None:
        for number in range(searcher, 10**9):
            if time.monotonic() > self.end:
                return
            form = {"search": SEARCHES[number % len(SEARCHES)], "exec_mode": "oneshot"}
            self._timed(self.endpoint.call, "/services/search/jobs", form)

    def _timed(self, ask: object, *args: object) -> int:
        started = time.monotonic()
        status: int = ask(*args).status  # type: ignore[operator]
        with self.lock:
            self.statuses[status] += 1
            self.slowest = max(self.slowest, time.monotonic() - started)
        return status


@pytest.mark.parametrize("seconds", [2, pytest.param(120, marks=pytest.mark.slow)])
def test_load(tmp_path: Path, seconds: int) -> None:
    copy_app(tmp_path)
    child, endpoint, _ = start(tmp_path)
    try:
        load = Load(endpoint, time.monotonic() + seconds)
        threads = [threading.Thread(target=load.send, args=(n,)) for n in range(SENDERS)]
        threads += [threading.Thread(target=load.search, args=(n,)) for n in range(SEARCHERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = {row["host"]: int(row["count"]) for row in endpoint.search("| tstats count where index=main by host")}
    finally:
        child.terminate()
        child.wait(20)
    print(f"{sum(load.sent.values())} events, {load.statuses}, slowest answer {load.slowest:.2f} s")
    assert set(load.statuses) == {200}
    assert kept == dict(load.sent)
    assert len(kept) == SENDERS

"""A splunkd to test against, by its REST and its HEC. The embedded one and a real one differ in nothing else.

A real Splunk is named by SPLUNK_URL, SPLUNK_PASSWORD, SPLUNK_HEC_URL and SPLUNK_HEC_TOKEN, and is verified
with SPLUNK_CAFILE: its own authority's certificate, /opt/splunk/etc/auth/cacert.pem.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from splunklib import client, results
from splunklib.client import Service

from splreplay.replay.collector import Collector, Record, trusting
from tests.sidecars import FOLDER, search_of

APP = "DA-ESS-AWSBatchExfiltration"
SEARCH = "Threat - AWS Exfiltration via Batch Service - Rule"
SETTINGS = ("SPLUNK_URL", "SPLUNK_PASSWORD", "SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN")
DEADLINE = 120.0  # seconds until what was sent can be searched, or an action's effect be seen
Found = TypeVar("Found")


class NotYetError(AssertionError):
    """What was waited for did not come within the deadline."""


@dataclass(frozen=True)
class Target:
    """`kind` is one of sidecars.TARGETS; it says whose documented limits apply."""

    kind: str
    rest: str
    password: str
    hec: str
    token: str
    context: ssl.SSLContext

    def connect(self, app: str = APP) -> Service:
        parts = urlsplit(self.rest)
        return client.connect(
            host=parts.hostname, port=parts.port or 8089, username="admin", password=self.password,
            owner="nobody", app=app, autologin=True, verify=True, context=self.context,
        )  # fmt: skip

    def send(self, records: Iterable[Record], run: str, sourcetype: str) -> int:
        """Every record to the index main, marked with the run's id as its host and source."""
        meta = {"index": "main", "host": run, "source": run, "sourcetype": sourcetype}
        return Collector(self.hec, self.token, meta, self.context).send(records)


def real_splunk() -> Target | None:
    """The Splunk that the environment names, if it names one."""
    url, password, hec, token = (os.environ.get(name, "") for name in SETTINGS)
    if not url:
        return None
    missing = [name for name in SETTINGS if not os.environ.get(name)]
    if missing:
        raise ValueError(f"SPLUNK_URL is set, but not {', '.join(missing)}")
    context = trusting(os.environ.get("SPLUNK_CAFILE"))
    # The certificate that Splunk makes for itself names no host.
    context.check_hostname = "SPLUNK_CAFILE" not in os.environ
    return Target("splunk", url, password, hec, token, context)


def rows(service: Service, spl: str, **options: Any) -> list[dict[str, Any]]:
    stream = service.jobs.oneshot(spl, output_mode="json", count=0, **options)
    return [row for row in results.JSONResultsReader(stream) if isinstance(row, dict)]


def until(ask: Callable[[], Found], good: Callable[[Found], bool], what: str) -> Found:
    """Ask once a second until the answer is good; NotYetError shows the last answer."""
    end = time.monotonic() + DEADLINE
    while not good(answer := ask()):
        if time.monotonic() > end:
            raise NotYetError(f"{what}: after {DEADLINE:.0f} s still {str(answer)[:2000]}")
        time.sleep(0.2 if DEADLINE - (end - time.monotonic()) < 3 else 1)
    return answer


def wait_for_count(service: Service, run: str, count: int) -> None:
    """Until exactly this many events of the run can be searched."""
    spl = f'| tstats count where index=main host="{run}"'
    until(lambda: int(rows(service, spl, earliest_time="0")[0]["count"]), lambda found: found == count,
          f"{count} events of run {run} in index=main")  # fmt: skip


@contextmanager
def macro(service: Service, name: str, definition: str | None) -> Iterator[None]:
    """A macro defined otherwise for a while; None leaves it alone."""
    before = service.macros[name].definition
    if definition is not None:
        service.macros[name].update(definition=definition)
    try:
        yield
    finally:
        if definition is not None:
            service.macros[name].update(definition=before)


@contextmanager
def enabled(service: Service) -> Iterator[None]:
    """The correlation searches switched on and not throttled, then as they were."""
    names = {search_of(path.stem) for path in FOLDER.glob("*.yml")}
    before = []
    for saved in map(service.saved_searches.__getitem__, sorted(names)):
        before.append((saved, {name: saved.content[name] for name in ("disabled", "alert.suppress")}))
        saved.update(**{"alert.suppress": "0", "disabled": "0"})
    try:
        yield
    finally:
        for saved, settings in before:
            saved.update(**settings)


def dispatch(service: Service, earliest: float, latest: float, search: str = SEARCH) -> client.Job:
    """A correlation search, by its name and with its actions; done when this returns.

    It is scheduled by slices of index time, which what was sent a moment ago is not in yet: so all of it counts.
    """
    bounds = {
        "dispatch.earliest_time": f"{earliest:.3f}",
        "dispatch.latest_time": f"{latest:.3f}",
        "dispatch.index_earliest": "0",
        "dispatch.index_latest": "now",
    }
    job = service.saved_searches[search].dispatch(trigger_actions=True, **bounds)
    until(job.is_done, bool, f"job {job.sid}")
    job.refresh()
    return job


def job_rows(job: client.Job) -> list[dict[str, Any]]:
    messages: Mapping[str, Any] = job.content.get("messages") or {}
    assert job["isFailed"] == "0", f"the search failed: {messages}"
    stream = job.results(output_mode="json", count=0)
    return [row for row in results.JSONResultsReader(stream) if isinstance(row, dict)]

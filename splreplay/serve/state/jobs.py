"""Search jobs: a few run at once, the others wait, finished ones keep their rows for a while."""

from __future__ import annotations

import itertools
import logging
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from splreplay.serve.http import limits
from splreplay.serve.http.message import RestError
from splreplay.spl.errors import CompileError, SplError
from splreplay.spl.times import modifier
from splreplay.values.rows import Row

log = logging.getLogger("splreplay.serve")
BOUNDS = ("earliest", "latest", "index_earliest", "index_latest")
SID = re.compile(r"[A-Za-z0-9_.@-]{1,200}", re.ASCII)


@dataclass(frozen=True)
class Query:
    """A search as a client asks for it. Times are Splunk's time modifiers; empty: no bound."""

    spl: str
    app: str = "search"
    earliest: str = ""
    latest: str = ""
    index_earliest: str = ""
    index_latest: str = ""
    now: float = field(default_factory=time.time)

    def bounds(self) -> dict[str, float | None]:
        """In epoch seconds, by the names that the engine has for them; relative ones are counted from `now`."""
        return {name: self._bound(getattr(self, name)) for name in BOUNDS}

    def _bound(self, text: str) -> float | None:
        if text.startswith("rt"):
            raise CompileError("real-time searches do not run here", advice="give earliest_time and latest_time")
        return modifier(text, self.now) if text else None


@dataclass(frozen=True)
class Outcome:
    """What a search gave."""

    fields: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    messages: tuple[tuple[str, str], ...] = ()  # (INFO, WARN, ERROR or FATAL; text)
    scanned: int = 0


@dataclass
class Job:
    sid: str
    query: Query
    label: str = ""
    created: float = field(default_factory=time.time)
    finished: float | None = None
    state: str = "QUEUED"
    found: Outcome = field(default_factory=Outcome)
    future: Future[None] | None = None

    @property
    def is_done(self) -> bool:
        return self.state in {"DONE", "FAILED"}

    @property
    def run_seconds(self) -> float:
        return (self.finished or time.time()) - self.created


Work = Callable[[Job], Outcome]


class Jobs:
    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(limits.SEARCHES, thread_name_prefix="search")
        self._serial = itertools.count(1)

    def new_sid(self, prefix: str = "") -> str:
        return (
            f"{prefix}{time.time():.3f}_{next(self._serial)}" if prefix else f"{time.time():.0f}.{next(self._serial)}"
        )

    def start(self, job: Job, work: Work) -> Job:
        """Queue a search. `work` gives its rows, and may go on to its alert actions."""
        if not SID.fullmatch(job.sid):
            raise RestError(400, "Invalid search id: letters, digits, and the characters _ . @ - only.")
        with self._lock:
            self._forget_old()
            if job.sid in self._jobs:
                raise RestError(409, f"A job with the id {job.sid} exists.")
            if sum(not known.is_done for known in self._jobs.values()) >= limits.WAITING_SEARCHES:
                raise RestError(429, "Too many searches are waiting.")
            self._jobs[job.sid] = job
        job.future = self._pool.submit(self._run, job, work)
        return job

    def get(self, sid: str) -> Job:
        job = self._jobs.get(sid)
        if job is None:
            raise RestError(404, "Unknown sid.", kind="FATAL")
        return job

    def all(self) -> list[Job]:
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: -job.created)

    def cancel(self, sid: str) -> None:
        """Forget the job; one that waits never starts, one that runs ends unseen."""
        job = self.get(sid)
        if job.future is not None:
            job.future.cancel()
        with self._lock:
            self._jobs.pop(sid, None)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, job: Job, work: Work) -> None:
        job.state = "RUNNING"
        try:
            job.found = work(job)
            state = "DONE"
        except SplError as error:
            warnings = (("WARN", warning) for warning in error.warnings)
            job.found, state = Outcome(messages=(*warnings, ("FATAL", str(error)))), "FAILED"
        except Exception:
            log.exception("search %s failed", job.sid)
            job.found, state = (
                Outcome(messages=(("FATAL", "The search failed: see the server's log."),)),
                "FAILED",
            )
        job.finished = time.time()
        job.state = state

    def _forget_old(self) -> None:
        finished = [job for job in self._jobs.values() if job.is_done]
        finished.sort(key=lambda job: job.finished or 0.0)
        spare = max(0, len(finished) - limits.JOBS)
        limit = time.time() - limits.JOB_SECONDS
        for at, job in enumerate(finished):
            if at < spare or (job.finished or 0.0) < limit:
                del self._jobs[job.sid]

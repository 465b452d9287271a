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
from splreplay.serve.search import Found, Query
from splreplay.spl.errors import SplError

log = logging.getLogger("splreplay.serve")
SID = re.compile(r"[A-Za-z0-9_.@-]{1,200}", re.ASCII)


@dataclass
class Job:
    sid: str
    query: Query
    label: str = ""
    created: float = field(default_factory=time.time)
    finished: float | None = None
    state: str = "QUEUED"
    found: Found = field(default_factory=Found)
    future: Future[None] | None = None

    @property
    def is_done(self) -> bool:
        return self.state in {"DONE", "FAILED"}

    @property
    def run_seconds(self) -> float:
        return (self.finished or time.time()) - self.created


Work = Callable[[Job], Found]


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
            job.found, state = Found(messages=(*warnings, ("FATAL", str(error)))), "FAILED"
        except Exception:
            log.exception("search %s failed", job.sid)
            job.found, state = (
                Found(messages=(("FATAL", "The search failed: see the server's log."),)),
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

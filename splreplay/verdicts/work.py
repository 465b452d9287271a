"""Many detections at once: one process a core, each of which reads macros and add-ons once and then takes job by job.

A job goes to a process as a line of JSON, what was seen comes back as one. A process that dies takes its job with it
and nothing else. With one process all is done in this one.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from splreplay.content.detections import Detection
from splreplay.content.documents import DocumentError
from splreplay.content.repository import Repository
from splreplay.content.sidecar import BUNDLED, Case, Sidecar
from splreplay.verdicts.data import Folders
from splreplay.verdicts.judge import Setup, Subject, judge
from splreplay.verdicts.model import Judged, Place, Tried, Verdict
from splreplay.verdicts.mutate import mutated

PER_PROCESS = 4  # detections for each process, from which on one is not worth to be split into its cases


@dataclass(frozen=True)
class Plan:
    """What a run is made with, as text and numbers: what a process is told at its start."""

    root: str
    sidecars: str
    clones: tuple[str, ...] = ()
    addons: tuple[str, ...] = (BUNDLED,)
    maxmind: str | None = None
    mutate: bool = False
    whole: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Plan:
        """JSON has lists where the fields are tuples."""
        parts: dict[str, Any] = {key: tuple(part) if isinstance(part, list) else part for key, part in given.items()}
        return cls(**parts)

    def setup(self) -> Setup:
        repository = Repository(Path(self.root), Path(self.sidecars))
        folders = Folders(repository.root, tuple(map(Path, self.clones)))
        return Setup(repository, folders, self.addons, self.maxmind, self.whole)


@dataclass(frozen=True)
class Job:
    """A detection by its file, or by the name of its saved search; all of its cases, or the one of this number."""

    file: str = ""
    saved: str = ""
    case: int | None = None


class Desk:
    """Where jobs are done."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.setup = plan, plan.setup()
        self._opened = lru_cache(maxsize=4)(self._read)

    def open(self, job: Job) -> tuple[Detection, Sidecar | None, tuple[Case | None, ...]]:
        """The detection of a job and its cases; None stands for a case where there is none."""
        return self._opened(job.file, job.saved)

    def _read(self, file: str, saved: str) -> tuple[Detection, Sidecar | None, tuple[Case | None, ...]]:
        repository = self.setup.repository
        if file:
            detection = repository.detection(Path(file))
        else:
            detection = next(found for found in repository.saved() if found.name == saved)
        try:
            sidecar = repository.sidecar(detection)
        except DocumentError as error:
            detection, sidecar = replace(detection, problems=(*detection.problems, *error.problems)), None
        cases = (*detection.cases, *(sidecar.cases if sidecar else ()))
        cases = tuple(map(sidecar.about, cases)) if sidecar else cases
        return detection, sidecar, cases if cases and not detection.problems else (None,)

    def split(self, job: Job) -> list[Job]:
        """A job for each case. With --mutate the cases of a detection belong together."""
        if self.plan.mutate:
            return [job]
        *_, cases = self.open(job)
        return [replace(job, case=number) for number in range(len(cases))]

    def do(self, job: Job) -> Judged:
        detection, sidecar, cases = self.open(job)
        chosen = cases if job.case is None else cases[job.case : job.case + 1]
        tried = tuple(judge(Subject(detection, case, sidecar), self.setup) for case in chosen)
        judged = Judged(detection.name, detection.file, detection.line, detection.type, detection.status, tried)
        return mutated(judged, detection, chosen, self.setup) if self.plan.mutate else judged


def run(plan: Plan, jobs: Sequence[Job], processes: int, done: Callable[[], None] = lambda: None) -> list[Judged]:
    """The verdicts in the order of the jobs; `done` is called after each."""
    from splreplay.sql import database

    with database.shared(threads=1):
        desk = Desk(plan)
        if processes > 1 and len(jobs) < PER_PROCESS * processes:
            jobs = [part for job in jobs for part in desk.split(job)]
        if processes == 1 or len(jobs) == 1:
            return _joined(_told(map(desk.do, jobs), done))
    return _joined(_told(_spread(plan, jobs, min(processes, len(jobs))), done))


def _told(found: Iterator[Judged], done: Callable[[], None]) -> Iterator[Judged]:
    for judged in found:
        done()
        yield judged


def _joined(parts: Iterator[Judged]) -> list[Judged]:
    """The parts of one detection, which follow each other, as one."""
    found: list[Judged] = []
    for part in parts:
        if found and (found[-1].file, found[-1].name) == (part.file, part.name):
            found[-1] = replace(found[-1], cases=(*found[-1].cases, *part.cases))
        else:
            found.append(part)
    return found


def _spread(plan: Plan, jobs: Sequence[Job], processes: int) -> Iterator[Judged]:
    """In the order of the jobs, as they become ready."""
    ahead: queue.SimpleQueue[int] = queue.SimpleQueue()
    ready: dict[int, queue.SimpleQueue[Judged]] = {number: queue.SimpleQueue() for number in range(len(jobs))}
    for number in ready:
        ahead.put(number)
    workers = [_Worker(plan, jobs, ahead, ready) for _ in range(processes)]
    try:
        for worker in workers:
            worker.start()
        yield from (ready[number].get() for number in range(len(jobs)))
    finally:
        with suppress(queue.Empty):  # whoever was interrupted begins no further job
            while True:
                ahead.get_nowait()
        for worker in workers:
            worker.stop()


class _Worker(threading.Thread):
    """Hands jobs to a process of its own."""

    def __init__(self, plan: Plan, jobs: Sequence[Job], ahead: queue.SimpleQueue[int],
                 ready: Mapping[int, queue.SimpleQueue[Judged]]) -> None:  # fmt: skip
        super().__init__(daemon=True)
        self._plan, self._jobs, self._ahead, self._ready = plan, jobs, ahead, ready
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def run(self) -> None:
        with suppress(queue.Empty):
            while not self._stopped:
                number = self._ahead.get_nowait()
                self._ready[number].put(self._done(self._jobs[number]))
        self.end()

    def _done(self, job: Job) -> Judged:
        try:
            process = self._process = self._process or _started(self._plan)
            assert process.stdin
            assert process.stdout
            print(json.dumps(vars(job)), file=process.stdin, flush=True)
            return _judged(json.loads(process.stdout.readline()))
        except (OSError, ValueError):
            self.end()
            return _lost(self._plan, job)

    def stop(self) -> None:
        self._stopped = True
        self.end()

    def end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


def _started(plan: Plan) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "splreplay.verdicts.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", bufsize=1,
        start_new_session=True,  # Ctrl-C is for whoever started it, and who ends it
    )  # fmt: skip
    assert process.stdin
    print(json.dumps(vars(plan)), file=process.stdin, flush=True)
    return process


def _judged(given: Mapping[str, Any]) -> Judged:
    parts = {**given, "cases": tuple(map(Tried.of, given["cases"])), "missed": tuple(given["missed"])}
    return Judged(**parts)


def _lost(plan: Plan, job: Job) -> Judged:
    """What is said of a detection whose process ended in the midst of it."""
    file = plan.setup().repository.shown(Path(job.file)) if job.file else ""
    name = job.saved or Path(job.file).stem
    reason = "the process that ran it ended without an answer: out of memory, or a fault of ours"
    tried = Tried("", "", file, 1, "", Verdict.ERROR, reason, "--jobs 1 runs it in this one", Place(file, 1))
    return Judged(name, file, 1, "", "", (tried,))

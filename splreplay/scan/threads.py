"""Tasks on several threads, their parts in the order of the tasks, and a bounded number of bytes that wait.

Threads and not processes: isal and the C of splreplay.scan.native let go of the interpreter's lock.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator

from splreplay.scan.model import Part, gathered
from splreplay.scan.sieve import Sieve
from splreplay.scan.tasks import Task

AHEAD = 16  # tasks begun for each thread
HELD = 64 << 20  # bytes of parts that wait; those of the first task always may
PART_SECONDS = 0.1  # how late the account may be

Lane = deque[Part | BaseException | None]
MakeSieve = Callable[[], Sieve]


def in_order(tasks: Iterator[Task], make_sieve: MakeSieve, workers: int) -> Generator[Part, None, None]:
    """The parts of the first task, of the second, and so on. Closing this ends the threads."""
    if workers == 1:
        sieve = make_sieve()
        for task in tasks:
            yield from task(sieve)
        return
    lanes = _Lanes(tasks, workers * AHEAD)
    for _ in range(workers):
        threading.Thread(target=_work, args=(lanes, make_sieve), daemon=True).start()
    try:
        yield from lanes.parts()
    finally:
        lanes.stop()


class _Stopped(Exception):
    pass


class _Lanes:
    """A lane for each task that was begun or may be: the parts that wait to be taken, None behind the last."""

    def __init__(self, tasks: Iterator[Task], most: int) -> None:
        self.tasks, self.most = tasks, most
        self.lanes: deque[Lane] = deque()
        self.waiting: deque[tuple[Task, Lane]] = deque()
        self.held = 0
        self.stopped = False
        self.changed = threading.Condition()

    def parts(self) -> Iterator[Part]:
        while self._begin():
            while (part := self._take()) is not None:
                if isinstance(part, BaseException):
                    raise part
                yield part
        self.stop()

    def _begin(self) -> bool:
        """Whether there is a lane to take from; the one before it is done."""
        with self.changed:
            while len(self.lanes) < self.most and (task := next(self.tasks, None)):
                self.lanes.append(deque())
                self.waiting.append((task, self.lanes[-1]))
            self.changed.notify_all()
            return bool(self.lanes)

    def _take(self) -> Part | BaseException | None:
        with self.changed:
            first = self.lanes[0]
            self.changed.wait_for(lambda: first)
            part = first.popleft()
            if part is None:
                self.lanes.popleft()
            else:
                self.held -= _size(part)
            self.changed.notify_all()
            return part

    def task(self) -> tuple[Task, Lane]:
        """The next one to do."""
        with self.changed:
            self.changed.wait_for(lambda: self.waiting or self.stopped)
            if self.stopped:
                raise _Stopped
            return self.waiting.popleft()

    def put(self, lane: Lane, part: Part | BaseException | None) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.held < HELD or lane is self.lanes[0] or self.stopped)
            if self.stopped:
                raise _Stopped
            lane.append(part)
            self.held += _size(part)
            self.changed.notify_all()

    def stop(self) -> None:
        with self.changed:
            self.stopped = True
            self.changed.notify_all()


def _size(part: Part | BaseException | None) -> int:
    return sum(item.size for item in part.records) if isinstance(part, Part) else 0


def _work(lanes: _Lanes, make_sieve: MakeSieve) -> None:
    sieve = None
    try:
        while True:
            task, lane = lanes.task()
            try:
                sieve = sieve or make_sieve()
                for part in gathered(task(sieve), PART_SECONDS):
                    lanes.put(lane, part)
                lanes.put(lane, None)
            except _Stopped:
                raise
            except BaseException as error:  # the thread that reads must hear of it
                lanes.put(lane, error)
    except _Stopped:
        return

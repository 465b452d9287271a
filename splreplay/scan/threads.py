"""Tasks on several threads, their parts in the order of the tasks, no more in memory than a few parts each.

Threads and not processes: hyperscan, isal and numpy let go of the interpreter's lock. Each takes it back for
some microseconds between two windows; by default the thread that holds it would keep it for 5 ms.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from queue import Full, Queue

from splreplay.scan.matcher import Matcher
from splreplay.scan.model import Part, gathered
from splreplay.scan.tasks import Task

AHEAD = 16  # tasks begun for each thread
PARTS = 2  # of a task that wait to be taken
PART_SECONDS = 0.1  # how late the account may be
TURN = 0.0005  # seconds

Lane = Queue[Part | BaseException | None]
Work = Queue[tuple[Task, Lane] | None]
MakeMatcher = Callable[[], Matcher | None]


def in_order(tasks: Iterator[Task], make_matcher: MakeMatcher, workers: int) -> Generator[Part, None, None]:
    """An empty part once the threads have work, then the parts of the first task, of the second, and so on.

    Closing this ends the threads.
    """
    if workers == 1:
        yield Part()
        matcher = make_matcher()
        for task in tasks:
            yield from task(matcher)
        return
    work: Work = Queue()
    stop = threading.Event()
    turn = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    for _ in range(workers):
        threading.Thread(target=_work, args=(work, make_matcher, stop), daemon=True).start()
    try:
        yield from _merged(tasks, work, workers * AHEAD)
    finally:
        sys.setswitchinterval(turn)
        stop.set()
        for _ in range(workers):
            work.put(None)


def _merged(tasks: Iterator[Task], work: Work, ahead: int) -> Iterator[Part]:
    lanes: deque[Lane] = deque()
    begun = None
    while True:
        while len(lanes) < ahead and (task := next(tasks, None)):
            lanes.append(Queue(PARTS))
            work.put((task, lanes[-1]))
        if not begun:
            yield (begun := Part())
        if not lanes:
            return
        while (part := lanes[0].get()) is not None:
            if isinstance(part, BaseException):
                raise part
            yield part
        lanes.popleft()


def _work(work: Work, make_matcher: MakeMatcher, stop: threading.Event) -> None:
    matcher = None
    made = False
    while (given := work.get()) is not None and not stop.is_set():
        task, lane = given
        try:
            if not made:
                matcher, made = make_matcher(), True
            for part in gathered(task(matcher), PART_SECONDS):
                _put(lane, part, stop)
            _put(lane, None, stop)
        except _Stopped:
            return
        except BaseException as error:  # the thread that reads must hear of it
            lane.put(error)


class _Stopped(Exception):
    pass


def _put(lane: Lane, part: Part | None, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            return lane.put(part, timeout=0.1)
        except Full:
            continue
    raise _Stopped

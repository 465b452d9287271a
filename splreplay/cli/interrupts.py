"""Ctrl-C as the whole program takes it: not within an import, also where DuckDB computes, and never forgotten.

An exception in the midst of an import may leave the interpreter's import lock taken, for which another thread then
waits for ever, and whatever builds a native module answers one with abort(). What is left half done may also say
something else on its way out: argparse's `finally` an AttributeError, DuckDB that numpy is not installed. So that it
came is kept.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SOON = 0.02  # seconds
came: list[int] = []  # the signals that a handler of ours has taken


def heed() -> None:
    """From the main thread. A program in the background may have been told to ignore Ctrl-C, and goes on to."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


def interrupt(number: int, frame: FrameType | None) -> None:
    came.append(number)
    if not _must_end(frame):
        raise KeyboardInterrupt
    _thread.start_new_thread(_again, (number,))


def unraisable(failed: object) -> None:
    """Ctrl-C within a destructor would be printed as a traceback, and lost."""
    if isinstance(getattr(failed, "exc_value", None), KeyboardInterrupt):
        _thread.start_new_thread(_again, (signal.SIGINT,))
    else:
        sys.__unraisablehook__(failed)  # type: ignore[arg-type]


def _must_end(frame: FrameType | None) -> bool:
    """Whether this is an import, or what answers an exception that nobody can take."""
    while frame is not None:
        if frame.f_code is unraisable.__code__ or frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _again(number: int) -> None:
    time.sleep(SOON)
    os.kill(os.getpid(), number)


@contextmanager
def heard() -> Iterator[None]:
    """While it lasts, a signal is heard also where DuckDB computes; the main thread's alone.

    DuckDB asks for signals on the thread that called it, and that one sleeps where another has taken its last task.
    Python writes to this descriptor whatever the main thread does:
    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    read, write = os.pipe()
    os.set_blocking(write, False)
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        threading.Thread(target=_listen, args=(read, len(came)), daemon=True).start()
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(write)  # which ends the thread


def _listen(read: int, taken: int) -> None:
    """A signal that was taken meanwhile has ended the reading; the statement that runs now is what answers."""
    while os.read(read, 1):
        taken += 1
        if len(came) < taken:
            from splreplay.sql.database import interrupt  # only now: most runs hear nothing

            interrupt()
    os.close(read)

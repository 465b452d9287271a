"""Settings of the whole process, which only a process of our own may make: speed, and signals.

glibc's malloc hands large blocks back to the kernel when they are freed, and the kernel gives them out again a
zeroed page at a time: over a gzip trail that took as long as the decompression.
https://man7.org/linux/man-pages/man3/mallopt.3.html

The threads of a scan take the interpreter's lock back for some microseconds between two windows; by default the
thread that holds it would keep it for 5 ms.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST_BLOCK = 32 << 20
KEPT = 128 << 20
TURN = 0.0005  # seconds


@cache
def set_for_scans() -> None:
    """Once for the process."""
    sys.setswitchinterval(TURN)
    _keep_freed()


def _keep_freed() -> None:
    """Other C libraries than glibc have no such setting and lack nothing."""
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    set_option(M_MMAP_THRESHOLD, LARGEST_BLOCK)
    set_option(M_TRIM_THRESHOLD, KEPT)


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
        threading.Thread(target=_listen, args=(read,), daemon=True).start()
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(write)  # which ends the thread


def _listen(read: int) -> None:
    while os.read(read, 1):
        from splreplay.sql.database import interrupt  # only now: most runs hear nothing

        interrupt()
    os.close(read)

"""Settings of the whole process, which only a process of our own may make: speed.

glibc's malloc hands large blocks back to the kernel when they are freed, and the kernel gives them out again a
zeroed page at a time: over a gzip trail that took as long as the decompression.
https://man7.org/linux/man-pages/man3/mallopt.3.html

The threads of a scan take the interpreter's lock back for some microseconds between two windows; by default the
thread that holds it would keep it for 5 ms.
"""

from __future__ import annotations

import ctypes
import sys
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

"""Keeps freed memory for the next buffer of its size.

glibc's malloc hands large blocks back to the kernel when they are freed, and the kernel gives them out again a
zeroed page at a time: over a gzip trail that took as long as the decompression.
https://man7.org/linux/man-pages/man3/mallopt.3.html
"""

from __future__ import annotations

import ctypes
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST_BLOCK = 32 << 20
KEPT = 128 << 20


@cache
def keep_freed() -> None:
    """Once for the process; other C libraries than glibc have no such setting and lack nothing."""
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    set_option(M_MMAP_THRESHOLD, LARGEST_BLOCK)
    set_option(M_TRIM_THRESHOLD, KEPT)

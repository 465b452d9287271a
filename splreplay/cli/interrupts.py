"""Ctrl-C as the whole program takes it: not within an import, and never forgotten.

An exception in the midst of an import may leave the interpreter's import lock taken, for which another thread then
waits for ever, and whatever builds a native module answers one with abort(). What is left half done may also say
something else on its way out: argparse's `finally` an AttributeError, DuckDB that numpy is not installed. So that it
came is kept.
"""

from __future__ import annotations

import _thread
import os
import signal
import time
from types import FrameType

SOON = 0.02  # seconds
came: list[int] = []  # the signals


def heed() -> None:
    """From the main thread. A program in the background may have been told to ignore Ctrl-C, and goes on to."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


def interrupt(number: int, frame: FrameType | None) -> None:
    came.append(number)
    if not _importing(frame):
        raise KeyboardInterrupt
    _thread.start_new_thread(_again, (number,))


def _importing(frame: FrameType | None) -> bool:
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def _again(number: int) -> None:
    time.sleep(SOON)
    os.kill(os.getpid(), number)

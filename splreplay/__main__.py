"""The command line: `splreplay ...` or `python -m splreplay ...`."""

import os
import sys
import threading
from contextlib import suppress

from splreplay.cli import main


def run() -> None:
    """Ends the process without taking Python apart, which takes a tenth of a small search's time."""
    # We count and compare with numpy; for linear algebra it would start a thread for each processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    status = main()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # whoever read it is gone
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    run()

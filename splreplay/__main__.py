"""The command line: `splreplay ...` or `python -m splreplay ...`."""

import os

INTERRUPTED, CLOSED_PIPE = 130, 141  # as in cli.status, which is not imported yet when Ctrl-C comes early


def run() -> None:
    """Ends the process without taking Python apart, which takes a tenth of a small search's time.

    All else is imported within: Ctrl-C may come meanwhile.
    """
    try:
        # We count and compare with numpy; for linear algebra it would start a thread for each processor.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        status = _status()
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status == CLOSED_PIPE:
        _end_by_signal()
    os._exit(status)


def _status() -> int:
    import sys
    import threading
    from contextlib import suppress

    from splreplay.cli import interrupts, main

    interrupts.heed()
    sys.unraisablehook = interrupts.unraisable
    status = main()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    with suppress(OSError, ValueError):  # whoever read it is gone; main() has flushed standard output
        sys.stderr.flush()
    return status


def _end_by_signal() -> None:
    """As other programs end whose reader has gone: quietly, and the shell sees that it was the pipe."""
    import signal

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)


if __name__ == "__main__":
    run()

"""The other side of forked.py: `nursery.py SOCKET` forks itself for each request, and runs a file of the app.

A request is JSON, [[file, argument, ...], folder, environment], with four descriptors: what the file reads, writes and
complains to, and one that it only holds until it ends. The answer is its process ID, once it has a session of its own.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import socket
import sys
import traceback
from pathlib import Path

LIB = Path(__file__).resolve().parents[1] / "lib"
LARGEST = 1 << 20  # bytes of a request
HELD = 4  # descriptors


def serve(requests: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, LARGEST, HELD)
        if not request:
            return
        if not os.fork():
            os._exit(_forked(requests, request, descriptors))
        for given in descriptors:
            os.close(given)


def _forked(requests: socket.socket, request: bytes, descriptors: list[int]) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    argv, folder, environment = json.loads(request)
    for number, given in enumerate(descriptors[:3]):
        os.dup2(given, number)
        os.close(given)
    requests.send(str(os.getpid()).encode())
    requests.close()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    return _run(argv)


def _run(argv: list[str]) -> int:
    """As `python FILE ...` does; the status."""
    sys.argv[:], sys.path[0] = argv, os.path.dirname(argv[0])  # splunklib keeps the list that it found
    code: object = 0
    try:
        runpy.run_path(argv[0], run_name="__main__")
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return code if isinstance(code, int) else bool(code)


if __name__ == "__main__":
    sys.path.insert(1, str(LIB))
    import splunklib.searchcommands  # noqa: F401

    sys.path.remove(str(LIB))
    serve(socket.socket(fileno=int(sys.argv[1])))

"""The app's search commands, forked from a Python that has imported splunklib: that takes 0.25 s of each start's 0.3.

A search starts a process for each of its commands, and a thousand tests do. What is forked runs the same file with
the same arguments, environment and pipes, in a session of its own. Other apps' commands are started as ever, and so
are these where the start itself is the subject: in command/, commands/ and in whatever is a process of its own.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO
from unittest import mock

from splreplay.commands.parts import process

ROOT = Path(__file__).resolve().parents[1]
SPLUNKLIB = Path("lib", "splunklib", "__init__.py")
NURSERY = Path(__file__).parent / "nursery.py"
Argv = Sequence[str]


@contextmanager
def forking() -> Iterator[None]:
    """While it lasts, the shipped commands are forked."""
    with mock.patch.object(process, "subprocess", _Subprocess()):
        yield


class _Subprocess:
    """The module as commands.parts.process uses it."""

    PIPE, DEVNULL, TimeoutExpired = subprocess.PIPE, subprocess.DEVNULL, subprocess.TimeoutExpired

    def Popen(self, argv: Argv, *, stdin: int, stdout: int, stderr: IO[bytes], start_new_session: bool) -> object:
        assert (stdin, stdout, start_new_session) == (subprocess.PIPE, subprocess.PIPE, True)
        if argv[0] == sys.executable and _is_ours(Path(argv[1])):
            return Forked(argv, stderr)
        return subprocess.Popen(argv, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=start_new_session)


def _is_ours(script: Path) -> bool:
    """Of this app or of a copy of it: what it would import of splunklib is what was imported."""
    library = script.parents[1] / SPLUNKLIB
    return library.is_file() and library.read_bytes() == (ROOT / SPLUNKLIB).read_bytes()


class Forked:
    """What `Child` needs of a Popen."""

    def __init__(self, argv: Argv, stderr: IO[bytes]) -> None:
        reads, stdin = os.pipe()
        stdout, writes = os.pipe()
        self._ended, lives = os.pipe()  # its other end is held by the process alone
        self.pid = _nursery().fork(argv, (reads, writes, stderr.fileno(), lives))
        for given in (reads, writes, lives):
            os.close(given)
        self.args, self.stdin, self.stdout = argv, os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")

    def poll(self) -> int | None:
        return 0 if self._has_ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return 0

    def _has_ended(self, seconds: float | None) -> bool:
        return bool(select.select([self._ended], [], [], seconds)[0])

    def __del__(self) -> None:
        os.close(self._ended)


class _Nursery:
    """The process that forks, one at a time; it ends with this one, whose end of the socket it reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(NURSERY), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def fork(self, argv: Argv, descriptors: Sequence[int]) -> int:
        request = json.dumps([argv[1:], os.getcwd(), dict(os.environ)]).encode()
        with self._lock:
            socket.send_fds(self._socket, [request], descriptors)
            return int(self._socket.recv(64))


@cache
def _nursery() -> _Nursery:
    return _Nursery()

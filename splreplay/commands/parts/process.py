"""The process of an app's search command: requests go in, replies come out, and one that gives none is ended.

A frame is `chunked 1.0,<metadata bytes>,<body bytes>` and a line feed, then JSON metadata and a CSV body. Two threads
read and write it, so that neither side waits for the other where a command answers one request with several replies,
or does not read at all.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, NamedTuple

from splreplay.knowledge.commands import CommandFile
from splreplay.spl.errors import LostError, RunError

ENDPOINT = "SPLREPLAY_AWS_ENDPOINT_URL"  # what an app's scripts ask instead of AWS: `--endpoint-url`
SECONDS_TO_ANSWER = 60  # where the stanza has no maxwait
SECONDS_TO_END = 5
REPLIES_AHEAD = 4  # that are read before the search wants them
_HEADER = re.compile(rb"chunked\s+1\.0\s*,\s*(\d{1,12})\s*,\s*(\d{1,12})\s*\n")
_LINE = 300  # bytes of something printed that a message can show


class Chunk(NamedTuple):
    metadata: Mapping[str, Any]
    body: str


class Printed(Exception):
    """Something stands where a frame should begin."""


class Child:
    """A command's process; started before its rows are known, Python's own start costs no time."""

    def __init__(self, command: CommandFile) -> None:
        if not command.path.is_file():
            raise RunError(f"command '{command.name}': {command.path.name} is not in the app's bin/")
        self.command = command
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        argv = [sys.executable, str(command.path), *command.args]
        # Ctrl-C ends the scan and not the command, which then gets the rows that were found: so its own session.
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, start_new_session=True
        )
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._replies: queue.Queue[Chunk | Exception] = queue.Queue(REPLIES_AHEAD)
        self._threads: list[threading.Thread] = []
        self._done = threading.Event()

    def ask(self, request: bytes) -> Chunk:
        """The next reply; RunError, with the command's own words, where none comes."""
        self._begin()
        self._requests.put(request)
        seconds = self.command.maxwait or SECONDS_TO_ANSWER
        try:
            reply = self._replies.get(timeout=seconds)
        except queue.Empty:
            raise self.failed(f"gave no answer for {seconds} seconds and was ended", SILENCE) from None
        if isinstance(reply, Chunk):
            return reply
        if isinstance(reply, EOFError | OSError):
            raise self.failed(f"stopped early: {'; '.join(self.last_words() or ['it said nothing'])}")
        if isinstance(reply, Printed):
            raise self.failed(f"printed to standard output, where only its replies may stand: {reply}", PRINTED)
        raise self.failed(f"gave a reply that cannot be read: {reply}")

    def failed(self, message: str, advice: str = "") -> LostError:
        """The error that names the command, whose process is ended: what it was given is lost, and the search sound."""
        self.kill()
        return LostError(f"command '{self.command.name}' {message}", advice=advice)

    def last_words(self) -> list[str]:
        """The last line that it wrote to standard error."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        self.log.seek(0)
        return self.log.read()[-2000:].decode("utf-8", "replace").strip().splitlines()[-1:]

    def kill(self) -> None:
        """With all that it has started."""
        self._done.set()
        if self.process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let it end by itself; nobody waits for that but the end of the program."""
        self._done.set()
        self._begin()
        self._requests.put(None)
        threading.Thread(target=self._reap).start()

    def _begin(self) -> None:
        if not self._threads:
            self._threads = [threading.Thread(target=work, daemon=True) for work in (self._write, self._read)]
            for thread in self._threads:
                thread.start()

    def _write(self) -> None:
        """Requests, as fast as the command takes them; None closes its input."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError, ValueError), self.process.stdin as stdin:
            while (request := self._requests.get()) is not None:
                stdin.write(request)
                stdin.flush()

    def _read(self) -> None:
        """Replies, as far as they are frames."""
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            try:
                while not self._done.is_set():
                    self._put(read_chunk(stdout))
            except (EOFError, OSError, ValueError, MemoryError, Printed) as error:
                self._put(error)

    def _put(self, reply: Chunk | Exception) -> None:
        """Wait until the reply is wanted, or no reply is."""
        while not self._done.is_set():
            with suppress(queue.Full):
                self._replies.put(reply, timeout=0.2)
                return

    def _reap(self) -> None:
        try:
            self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()
        self.log.close()


SILENCE = "does it speak version 2 of the protocol? maxwait in commands.conf sets the limit"
PRINTED = "let it write to standard error"


def read_chunk(stream: IO[bytes]) -> Chunk:
    """The next frame. Empty lines before it count for nothing: splunklib 1.x writes one, and splunkd takes it."""
    line = stream.readline(_LINE)
    while line and not line.strip():
        line = stream.readline(_LINE)
    if not line:
        raise EOFError
    match = _HEADER.fullmatch(line)
    if match is None:
        raise Printed(ascii(line.decode("utf-8", "replace").strip()))
    head, body = (_exactly(stream, int(size)) for size in match.groups())
    metadata = json.loads(head or b"{}")
    return Chunk(metadata if isinstance(metadata, dict) else {}, body.decode("utf-8", "replace"))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


class Children:
    """Processes that are started before their rows are known, until a command of the search takes them."""

    def __init__(self) -> None:
        self._waiting: list[Child] = []

    def start(self, command: CommandFile) -> None:
        self._waiting.append(Child(command))

    def take(self, command: CommandFile) -> Child:
        """The process that was started for this command, else a new one."""
        for child in self._waiting:
            if child.command == command:
                self._waiting.remove(child)
                return child
        return Child(command)

    def close(self) -> None:
        for child in self._waiting:
            child.close()

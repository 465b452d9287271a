"""Runs an app's search command the way splunkd does: a child process and the chunked 1.0 protocol.

A frame is `chunked 1.0,<metadata bytes>,<body bytes>` and a line feed, then JSON metadata and a CSV body.
Each field has a column and a `__mv_` column for a list of values (`values/multivalue.py`). One reply answers each
request.
https://github.com/splunk/splunk-sdk-python (splunklib/searchcommands/internals.py)
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from splreplay.knowledge.app import CommandFile
from splreplay.spl.errors import RunError
from splreplay.values import multivalue
from splreplay.values.rows import Row

ROWS_A_CHUNK = 50_000  # what splunkd sends at the most
SECONDS_TO_END = 5
_HEADER = re.compile(rb"chunked\s+1\.0\s*,\s*(\d+)\s*,\s*(\d+)\s*\n")


@dataclass
class Reply:
    """All rows and fields that came back, and the command's messages as (level, text)."""

    fields: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)


class Child:
    """A command's process; started before its rows are known, Python's own start costs no time."""

    def __init__(self, command: CommandFile) -> None:
        if not command.path.is_file():
            raise RunError(f"command '{command.name}': {command.path.name} is not in the app's bin/")
        self.command = command
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        argv = [sys.executable, str(command.path)]
        # Ctrl-C ends the scan and not the command, which then gets the rows that were found: so its own session.
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, start_new_session=True
        )

    def exchange(self, request: bytes, reply: Reply) -> None:
        """One request, one answer; EOFError where none comes."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(request)
        self.process.stdin.flush()
        metadata, body = _read(self.process.stdout)
        messages = metadata.get("inspector", {}).get("messages", [])
        reply.messages += [(str(level), str(text)) for level, text in messages]
        _decode(body, reply)

    def last_words(self) -> list[str]:
        self.log.seek(0)
        return self.log.read()[-2000:].decode("utf-8", "replace").strip().splitlines()[-1:]

    def close(self) -> None:
        """Let it end by itself; nobody waits for that but the end of the program."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        threading.Thread(target=self._reap).start()

    def _reap(self) -> None:
        try:
            self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


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


def run_command(child: Child, args: Sequence[str], rows: Sequence[Row], fields: Sequence[str]) -> Reply:
    """Send rows (text or lists of text) through the command; RunError with its own words where it fails."""
    reply = Reply()
    try:
        for request in _requests(child.command, args, rows, fields):
            child.exchange(request, reply)
    except (BrokenPipeError, EOFError, ValueError):
        said = [text for _, text in reply.messages] or child.last_words() or ["it said nothing"]
        raise RunError(f"command '{child.command.name}' stopped early: {'; '.join(said)}") from None
    errors = [text for level, text in reply.messages if level in ("ERROR", "FATAL")]
    if errors:
        raise RunError(f"command '{child.command.name}': {'; '.join(errors)}")
    return reply


def _requests(command: CommandFile, args: Sequence[str], rows: Sequence[Row], fields: Sequence[str]) -> Iterator[bytes]:
    yield frame({"action": "getinfo", "preview": False, "searchinfo": _searchinfo(command, args)}, "")
    starts = range(0, max(len(rows), 1), ROWS_A_CHUNK)
    for start in starts:
        body = encode(rows[start : start + ROWS_A_CHUNK], fields)
        yield frame({"action": "execute", "finished": start == starts[-1]}, body)


def _searchinfo(command: CommandFile, args: Sequence[str]) -> dict[str, Any]:
    now = time.time()
    return {
        "args": list(args), "raw_args": list(args), "command": command.name, "search": "", "app": "splreplay",
        "sid": "splreplay", "owner": "nobody", "username": "nobody", "session_key": "", "splunkd_uri": "",
        "splunk_version": "9.4.0", "dispatch_dir": tempfile.gettempdir(), "maxresultrows": 50_000,
        "earliest_time": "0", "latest_time": str(now),
    }  # fmt: skip


def frame(metadata: Mapping[str, Any], body: str) -> bytes:
    head, data = json.dumps(metadata).encode(), body.encode("utf-8", "replace")
    return b"chunked 1.0,%d,%d\n" % (len(head), len(data)) + head + data


def encode(rows: Sequence[Row], fields: Sequence[str]) -> str:
    """Rows as CSV with a `__mv_` column for each field."""
    if not fields:
        return ""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([name for field in fields for name in (field, f"__mv_{field}")])
    for row in rows:
        writer.writerow([cell for field in fields for cell in multivalue.cells(row.get(field))])
    return out.getvalue()


def _read(stream: IO[bytes]) -> tuple[dict[str, Any], str]:
    match = _HEADER.fullmatch(stream.readline(200))
    if match is None:
        raise EOFError
    head = stream.read(int(match.group(1)))
    return json.loads(head), stream.read(int(match.group(2))).decode("utf-8", "replace")


def _decode(body: str, reply: Reply) -> None:
    csv.field_size_limit(2**31 - 1)
    lines = csv.reader(io.StringIO(body, newline=""))
    header = next(lines, [])
    reply.fields += [name for name in header if not name.startswith("__mv_") and name not in reply.fields]
    for line in lines:
        cells = dict(zip(header, line, strict=False))
        reply.rows.append({name: value for name in reply.fields if (value := _value(cells, name)) is not None})


def _value(cells: Mapping[str, str], name: str) -> Any:
    """A list, a text, or None: CSV cannot tell an empty value from none, and Splunk takes it for none."""
    many = cells.get(f"__mv_{name}")
    if many:
        return multivalue.decode(many)
    return cells.get(name) or None

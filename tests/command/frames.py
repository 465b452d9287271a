"""Speaks Splunk's side of the chunked 1.0 protocol: frames for a search command, and its replies read back.

Written from the format alone and shares no code with splunklib, so that the two check each other.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

Cell = str | list[str]
Row = dict[str, Cell]

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / "bin" / "enrichjobarn.py"
HEADER = re.compile(rb"chunked 1\.0,(\d+),(\d+)\n")

csv.field_size_limit(2**31 - 1)


def frame(metadata: dict[str, Any], body: bytes = b"") -> bytes:
    head = json.dumps(metadata).encode()
    return b"chunked 1.0,%d,%d\n" % (len(head), len(body)) + head + body


def getinfo(*args: str, **known: str | None) -> bytes:
    """The first frame that splunkd sends, with the keys that splunklib needs, and others that are known."""
    searchinfo = {
        "args": list(args),
        "raw_args": list(args),
        "app": "DA-ESS-AWSBatchExfiltration",
        "command": "enrichjobarn",
        "dispatch_dir": "",
        "earliest_time": "0",
        "latest_time": "0",
        "maxresultrows": 50000,
        "owner": "admin",
        "search": "%7C%20enrichjobarn",
        "session_key": "",
        "sid": "1",
        "splunk_version": "9.4.0",
        "splunkd_uri": "",
        "username": "admin",
        **known,
    }
    return frame({"action": "getinfo", "preview": False, "searchinfo": searchinfo})


def execute(body: bytes, *, finished: bool = False) -> bytes:
    return frame({"action": "execute", "finished": finished}, body)


def multi_column(values: list[str]) -> str:
    return ";".join("$" + value.replace("$", "$$") + "$" for value in values)


def columns(cell: Cell) -> tuple[str, str]:
    """A cell as its plain column and its __mv_ column."""
    return (cell, "") if isinstance(cell, str) else ("\n".join(cell), multi_column(cell))


def to_csv(rows: list[Row], fields: list[str]) -> bytes:
    """Rows as splunkd writes them, each field followed by its multivalue column."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow([name for field in fields for name in (field, "__mv_" + field)])
    for row in rows:
        writer.writerow([column for field in fields for column in columns(row.get(field, ""))])
    return text.getvalue().encode()


def cell_of(plain: str, multi: str) -> Cell:
    """A cell from its two columns, which must tell the same."""
    if not multi:
        return plain
    values = [value.replace("$$", "$") for value in re.findall(r"\$([^$]*(?:\$\$[^$]*)*)\$(?:;|\Z)", multi)]
    assert multi_column(values) == multi
    assert "\n".join(values) == plain
    return values


def from_csv(body: bytes) -> list[Row]:
    """The rows of a reply; its columns must come in pairs."""
    if not body:
        return []
    names, *lines = csv.reader(io.StringIO(body.decode(), newline=""))
    fields = names[::2]
    assert names[1::2] == ["__mv_" + field for field in fields]
    assert all(len(line) == len(names) for line in lines)
    return [{field: cell_of(*line[2 * at : 2 * at + 2]) for at, field in enumerate(fields)} for line in lines]


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """The next reply; anything that is not a frame fails."""
    line = stream.readline()
    match = HEADER.fullmatch(line)
    assert match, f"not a chunked 1.0 header: {line[:200]!r}"
    head, body = (stream.read(int(size)) for size in match.groups())
    return json.loads(head), body


class Command:
    """The command as a child process, kept alive over many chunks, as splunkd keeps it."""

    def __init__(self, *args: str, python: str = sys.executable, script: Path = COMMAND, **known: str) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen([python, "-B", str(script)], **pipes)
        self.configuration, _ = self.ask(getinfo(*args, **known))

    def ask(self, request: bytes) -> tuple[dict[str, Any], bytes]:
        """Send one frame and read the one reply that the protocol allows."""
        self.process.stdin.write(request)
        self.process.stdin.flush()
        return read_frame(self.process.stdout)

    def rows(self, body: bytes, *, finished: bool = False) -> list[Row]:
        metadata, reply = self.ask(execute(body, finished=finished))
        assert metadata == {"finished": finished}
        return from_csv(reply)

    def close(self) -> tuple[int, bytes, bytes]:
        """Close the command's input: its exit code, what it still wrote, and its errors."""
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err

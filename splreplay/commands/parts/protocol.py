"""Talks with an app's search command the way splunkd does: the chunked 1.0 protocol, over a `process.Child`.

Each field has a column of the CSV body and a `__mv_` column for a list of values (`values/multivalue.py`).
https://github.com/splunk/splunk-sdk-python (splunklib/searchcommands/internals.py)
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from splreplay.commands.parts.process import Child
from splreplay.knowledge.commands import CommandFile
from splreplay.spl.errors import RunError
from splreplay.values import multivalue
from splreplay.values.rows import Row

ROWS_A_CHUNK = 50_000  # what splunkd sends at the most
MOST_REPLIES = 10_000  # behind the last rows, of at most ROWS_A_CHUNK rows each
ENDLESS = 'its last reply says "finished": true'
INTERNAL = "_chunked_idx"  # a column of splunkd's own


class Arguments(NamedTuple):
    """The words behind a command's name: without what quotes them, and as they are written."""

    meant: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


class Login(NamedTuple):
    """How a command may ask splunkd back: its address, and a session in it.

    Where there is none the address is null, which no splunkd says: who misses it need not be told at every run.
    """

    uri: str | None = None
    key: str = ""


class Settings(NamedTuple):
    """What a command says of itself; `preop` is SPL that is to run before it."""

    generating: bool
    type: str
    preop: str
    maxinputs: int


@dataclass
class Reply:
    """All rows and fields that came back, and the command's messages as (level, text)."""

    fields: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)


class Conversation:
    """splunkd's side of one run of a command: `begin`, then `run`. RunError with the command's words where it fails."""

    def __init__(self, child: Child, args: Arguments, login: Login) -> None:
        self.child, self.args, self.login, self.reply = child, args, login, Reply()

    def begin(self) -> Settings:
        """Ask what the command is."""
        info = {
            "action": "getinfo",
            "preview": False,
            "searchinfo": _searchinfo(self.child.command, self.args, self.login),
        }
        return _settings(self._ask(frame(info, "")))

    def run(self, rows: Sequence[Row], fields: Sequence[str], maxinputs: int = ROWS_A_CHUNK) -> Reply:
        """Send rows (text or lists of text) through the command, until it says that it is finished.

        Not every command gives one reply to one request: a generating one is asked on for the rest of its rows, one
        that gives several is asked as often, and one that has seen enough says so before the last rows.
        """
        for last, body in _bodies(rows, fields, maxinputs):
            if self._execute(last, body):
                return self.reply
        for _ in range(MOST_REPLIES):
            if self._execute(True, ""):
                return self.reply
        raise self.child.failed(f"had not finished after {MOST_REPLIES:,} replies and was ended", ENDLESS)

    def _execute(self, last: bool, body: str) -> bool:
        return bool(self._ask(frame({"action": "execute", "finished": last}, body)).get("finished", last))

    def _ask(self, request: bytes) -> Mapping[str, Any]:
        metadata, body = self.child.ask(request)
        said = list(_messages(metadata))
        self.reply.messages += said
        if errors := [text for level, text in said if level in ("ERROR", "FATAL")]:
            self.child.kill()
            raise RunError(f"command '{self.child.command.name}': {'; '.join(errors)}")
        try:
            _decode(body, self.reply)
        except csv.Error as error:
            raise self.child.failed(f"gave rows that are no CSV: {error}") from None
        return metadata


def _bodies(rows: Sequence[Row], fields: Sequence[str], maxinputs: int) -> Iterator[tuple[bool, str]]:
    """The rows in chunks, and whether one is the last."""
    size = min(maxinputs, ROWS_A_CHUNK) if maxinputs > 0 else ROWS_A_CHUNK
    starts = range(0, max(len(rows), 1), size)
    for start in starts:
        yield start == starts[-1], encode(rows[start : start + size], fields)


def _settings(metadata: Mapping[str, Any]) -> Settings:
    """From the reply to getinfo; what is not as it should be counts as not said."""
    preop, maxinputs = metadata.get("streaming_preop"), metadata.get("maxinputs")
    return Settings(
        bool(metadata.get("generating")),
        str(metadata.get("type", "")),
        preop if isinstance(preop, str) else "",
        maxinputs if isinstance(maxinputs, int) else ROWS_A_CHUNK,
    )


def _messages(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Level and text of what a command has to say."""
    inspector = metadata.get("inspector")
    messages = inspector.get("messages") if isinstance(inspector, dict) else None
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, list) and len(message) == 2:
            yield str(message[0]).upper(), str(message[1])
    if metadata.get("error"):
        yield "ERROR", str(metadata["error"])


def _searchinfo(command: CommandFile, args: Arguments, login: Login) -> dict[str, Any]:
    now = time.time()
    return {
        "args": list(args.meant), "raw_args": list(args.written), "command": command.name, "search": "",
        "app": "splreplay", "sid": "splreplay", "owner": "nobody", "username": "nobody",
        "session_key": login.key, "splunkd_uri": login.uri, "splunk_version": "9.4.0",
        "dispatch_dir": tempfile.gettempdir(), "maxresultrows": 50_000,
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


def _decode(body: str, reply: Reply) -> None:
    csv.field_size_limit(2**31 - 1)
    lines = csv.reader(io.StringIO(body, newline=""))
    header = next(lines, [])
    named = (name for name in header if not name.startswith("__mv_") and name != INTERNAL)
    reply.fields += [name for name in dict.fromkeys(named) if name not in reply.fields]
    for line in lines:
        cells = dict(zip(header, line, strict=False))
        reply.rows.append({name: value for name in reply.fields if (value := _value(cells, name)) is not None})


def _value(cells: Mapping[str, str], name: str) -> Any:
    """A list, a text, or None: CSV cannot tell an empty value from none, and Splunk takes it for none."""
    many = cells.get(f"__mv_{name}")
    if many:
        return multivalue.decode(many)
    return cells.get(name) or None

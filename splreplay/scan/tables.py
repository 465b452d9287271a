"""CSV files of which a column holds records, as Splunk, CloudTrail Lake and CloudWatch Logs Insights export them.

A row is an object of its columns, so whatever opens an envelope opens it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence

from splreplay.scan.documents import LONGEST
from splreplay.scan.envelopes import COLUMNS, CSV
from splreplay.scan.model import Note, Part, RawRecord
from splreplay.scan.opening import unpacked
from splreplay.scan.sieve import Sieve

BATCH = 1_000
NO_RECORDS = "CSV without a column of whole records; export the column _raw (Splunk) or eventJson (CloudTrail Lake)"


def header(head: bytes) -> list[str]:
    """The columns of a text that may be CSV: those of its first line that is not blank."""
    line = head.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    try:
        return [name.strip() for name in next(csv.reader([line], strict=True), [])]
    except csv.Error:
        return []


def holds_records(columns: Sequence[str]) -> bool:
    return not set(columns).isdisjoint(COLUMNS)


def is_trail(columns: Sequence[str]) -> bool:
    """Whether a table speaks of CloudTrail's events without having them."""
    return len(columns) > 1 and any(name.lower().replace(" ", "") == "eventname" for name in columns)


class _Lines:
    """The lines of a text, of bounded length, and where the last one given begins."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.at = 0

    def __iter__(self) -> Iterator[str]:
        held = b""
        for chunk in self.chunks:
            *lines, held = (held + chunk).split(b"\n")
            for line in lines:
                yield self._line(line + b"\n")
            if len(held) > LONGEST:
                raise csv.Error(f"a line is longer than {LONGEST >> 20} MB")
        if held:
            yield self._line(held)

    def _line(self, line: bytes) -> str:
        self.at += len(line)
        return line.decode("utf-8", "replace")


def scan_table(chunks: Iterator[bytes], source: str, sieve: Sieve) -> Iterator[Part]:
    """The parts of one CSV text."""
    csv.field_size_limit(LONGEST)
    lines = _Lines(chunks)
    columns: list[str] = []
    part, begin = Part(), 0
    try:
        for row in csv.reader(iter(lines)):
            if row and not columns:
                columns = [name.strip() for name in row]
            elif row:
                text = json.dumps(dict(zip(columns, row, strict=False)), ensure_ascii=False)
                record = RawRecord(text.encode("utf-8", "replace"), source, begin, (CSV,))
                part.records += part.sort(unpacked(record, sieve))
            begin = lines.at
            if len(part.records) + part.passed_over >= BATCH:
                yield part
                part = Part()
    except csv.Error as error:
        part.damaged.append(Note(source, f"byte {begin}", f"damaged CSV ({error}); the rest is not read"))
    yield part

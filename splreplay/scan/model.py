"""What a scan is asked for, what it hands over, and the account that it gives of what it saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from splreplay.values.printable import printable

if TYPE_CHECKING:
    from splreplay.scan.native import Rows

KEPT = 20  # notes kept of each sort; the count goes on
UNTIMED = "no eventTime that can be read; _time is the time of the run instead"
Place = tuple[int, int]  # in a text, from a byte to before another


@dataclass(frozen=True)
class Needle:
    """A record can only match if its text, JSON escapes resolved, contains one of these literals.

    The literals are printable ASCII without quotes and backslashes, and compare without case.
    """

    literals: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not self.literals or not all(usable(literal) for literal in self.literals):
            raise ValueError(f"no usable literals: {self.literals!r}")


def usable(literal: bytes) -> bool:
    return bool(literal) and all(32 <= char < 127 and char not in b'"\\' for char in literal)


class RawRecord(NamedTuple):
    """A record's own bytes, the file it came from, and the byte of that file's text where it begins.

    One that was in `envelopes` (the outermost first) begins where they do; `given` are the default fields, and the
    `time`, that they have for it.
    """

    raw: bytes
    source: str
    at: int
    envelopes: tuple[str, ...] = ()
    given: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return len(self.raw)


class Passed(NamedTuple):
    """In the place of a record that was looked at and does not hold the needle."""

    envelopes: tuple[str, ...] = ()


class Found(NamedTuple):
    """Lines or records of a text: how many there are, and those of them to look at, with their numbers.

    Where the sieve reads fields, most of those have become `rows`, and the others are left to look at.
    """

    total: int
    spans: Sequence[Place]
    numbers: Sequence[int]
    rows: Rows | None = None


class Stretch(NamedTuple):
    """Records of a text of which most were read where they are: `rows`, and the others, each with its number.

    Rows and others are numbered together, in the order of the text.
    """

    rows: Rows | None
    others: list[tuple[int, RawRecord]]
    total: int  # how many numbers there are

    @property
    def size(self) -> int:
        return (self.rows.size if self.rows else 0) + sum(record.size for _, record in self.others)


Candidate = RawRecord | Stretch


class Note(NamedTuple):
    """`fault`: what was asked for was not read; otherwise it is named, and nothing is missing."""

    file: str
    where: str
    reason: str
    fault: bool = True

    def __str__(self) -> str:
        """One line that is safe on a terminal, whatever the file is called."""
        return printable(f"{self.file}{', ' if self.where else ''}{self.where}: {self.reason}")


@dataclass
class Notes:
    """The first few things worth naming, how many there were in all, and how many of them are faults."""

    count: int = 0
    faults: int = 0
    first: list[Note] = field(default_factory=list)

    def add(self, *notes: Note) -> None:
        self.count += len(notes)
        self.faults += sum(note.fault for note in notes)
        self.first += notes[: max(0, KEPT - len(self.first))]


@dataclass
class ScanStats:
    """`records == passed_over + parsed + malformed.count` once the records handed over are parsed, if they are not.

    What the prefilter passed over was not parsed and so not checked for well-formedness. `bytes` are bytes
    as stored, `expanded` as they were before gzip. `skipped` are files or folders of which nothing was
    read; `damaged` are files of which a part could not be read. `slowed` says why native code that is there is
    not used; nothing is lost by that. `noticed` are files that were read and are not what one may think: insights,
    empty ones. `odd` are records of that kind: how many of a file, by what is odd about them. `envelopes` are how
    many records came out of each kind; one that was in several counts for each.
    """

    files: int = 0
    bytes: int = 0
    expanded: int = 0
    records: int = 0
    passed_over: int = 0
    parsed: int = 0
    total_bytes: int = 0
    malformed: Notes = field(default_factory=Notes)
    skipped: Notes = field(default_factory=Notes)
    damaged: Notes = field(default_factory=Notes)
    slowed: Notes = field(default_factory=Notes)
    noticed: Notes = field(default_factory=Notes)
    odd: Counter[tuple[str, str]] = field(default_factory=Counter)
    envelopes: Counter[str] = field(default_factory=Counter)
    partial: bool = False
    late: bool = False  # ended by a time limit
    begun: bool = False  # there are searches that read nothing

    @property
    def faults(self) -> int:
        """How much of what was asked for could not be read; nothing at all counts as one thing."""
        lost = self.malformed.faults + self.skipped.faults + self.damaged.faults
        return lost or int(self.begun and not (self.files or self.skipped.count))

    @property
    def first_faults(self) -> list[Note]:
        notes = (self.skipped, self.damaged, self.malformed)
        return [note for each in notes for note in each.first if note.fault]

    def bad_record(self, record: RawRecord, reason: str) -> None:
        """What whoever parses the records says of one that is no JSON object."""
        self.malformed.add(Note(record.source, f"byte {record.at}", reason))

    @property
    def notices(self) -> Notes:
        """What was noticed: of files, then of records."""
        found = Notes(self.noticed.count, first=[*self.noticed.first])
        found.add(*(Note(file, f"{count:,} {'record' if count == 1 else 'records'}", what)
                    for (file, what), count in self.odd.items()))  # fmt: skip
        return found

    def slow(self, file: str, reason: str) -> None:
        """Said once, however often the files are scanned."""
        if not self.slowed.count:
            self.slowed.add(Note(file, "", reason))

    def take(self, part: Part) -> None:
        self.files += part.files
        self.bytes += part.bytes
        self.expanded += part.expanded
        for item in part.records:
            read, others = (len(item.rows or ()), len(item.others)) if isinstance(item, Stretch) else (0, 1)
            self.records += read + others
            self.parsed += read
            if isinstance(item, Stretch) and item.rows and item.rows.untimed:
                self.odd[item.rows.origin, UNTIMED] += item.rows.untimed
        self.records += part.passed_over + len(part.malformed)
        self.passed_over += part.passed_over
        self.malformed.add(*part.malformed)
        self.skipped.add(*part.skipped)
        self.damaged.add(*part.damaged)
        self.noticed.add(*part.noticed)
        self.envelopes += part.envelopes


@dataclass
class Part:
    """A stretch of one input: its candidates, in order, and what it adds to the account."""

    records: list[Candidate] = field(default_factory=list)
    passed_over: int = 0
    files: int = 0
    bytes: int = 0
    expanded: int = 0
    malformed: list[Note] = field(default_factory=list)
    skipped: list[Note] = field(default_factory=list)
    damaged: list[Note] = field(default_factory=list)

    noticed: list[Note] = field(default_factory=list)
    envelopes: Counter[str] = field(default_factory=Counter)

    def sort(self, items: Iterable[RawRecord | Note | Passed]) -> list[RawRecord]:
        """The records among these; the others are counted."""
        held: list[RawRecord] = []
        for item in items:
            if isinstance(item, Note):
                self.malformed.append(item)
                continue
            if item.envelopes:
                self.envelopes.update(set(item.envelopes))
            if isinstance(item, RawRecord):
                held.append(item)
            else:
                self.passed_over += 1
        return held

    def add(self, other: Part) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def handed_over(found: Found, records: list[tuple[int, RawRecord]]) -> list[Candidate]:
    """What a sieve found, as the items of a part; `records` are those that remained."""
    if found.rows is None:
        return [record for _, record in records]
    return [Stretch(found.rows, records, found.total)] if records or len(found.rows) else []


def gathered(parts: Iterable[Part], seconds: float) -> Iterator[Part]:
    """The same in fewer parts: those without records wait for the next, but no longer than so many seconds."""
    held, since = Part(), 0.0
    for part in parts:
        held.add(part)
        if held.records or monotonic() - since > seconds:
            yield held
            held, since = Part(), monotonic()
    yield held

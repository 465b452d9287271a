"""Why a search found nothing, as far as that can be told: one likely reason, and what each stage left.

Told from the account of the scan and the rows behind each stage. Only where those do not say enough are the files
read again: their first records for the names of fields, all of them for the range of time.
"""

from __future__ import annotations

import argparse
import fnmatch
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from typing import Any

from splreplay.cli.scanning import say
from splreplay.commands import COMMANDS, REFUSED
from splreplay.engine import Result, Stage, search
from splreplay.load.defaults import DATES, LINECOUNT, META
from splreplay.scan import ScanStats
from splreplay.scan.files import FileSource
from splreplay.scan.inputs import STDIN
from splreplay.scan.source import Event, Needs
from splreplay.spl.bounds import written_bounds
from splreplay.spl.errors import SplError, nearest
from splreplay.spl.times import modifier
from splreplay.values.moments import iso

SAMPLE = 500  # records whose fields are looked at
WORDS = 70  # characters of a stage that are shown
_META = re.compile(r"\b(sourcetype|host)\s*=\s*\"?([^\s\")]+)")


@dataclass(frozen=True)
class Case:
    """A search without rows: what it read, what its stages left, and how it was started."""

    files: Sequence[str]
    source: FileSource
    stages: Sequence[Stage]
    options: dict[str, Any]

    @property
    def stats(self) -> ScanStats:
        return self.source.stats

    @property
    def again(self) -> FileSource | None:
        """The files once more; what came by standard input is gone."""
        return None if STDIN in self.files else FileSource(self.files)

    @cached_property
    def sample(self) -> Result | None:
        """The first records, with the add-on's fields; None where they cannot be read again."""
        return search("*", _Sample(self.again), addon=self.options["addon"]) if self.again else None

    @property
    def known(self) -> frozenset[str]:
        """The fields that the first records have."""
        return frozenset(self.sample.fields if self.sample and self.sample.rows else ())

    def time_range(self) -> tuple[str, str] | None:
        """The first and last time of all records, epoch seconds."""
        if self.again is None:
            return None
        rows = search("* | stats min(_time) AS first max(_time) AS last", self.again).rows
        return (str(rows[0]["first"]), str(rows[0]["last"])) if rows and "first" in rows[0] else None


@dataclass(frozen=True)
class _Sample:
    """The first records of a source."""

    source: FileSource
    shows_meta: bool = True

    def events(self, needs: Needs) -> Iterator[Event]:
        with closing(self.source.events(Needs())) as found:  # type: ignore[type-var]
            yield from islice(found, SAMPLE)


def say_why(args: argparse.Namespace, source: FileSource, result: Result, options: dict[str, Any]) -> str:
    """The likely reason, once, on standard error; and as the answer."""
    case = Case(args.files, source, result.stages, options)
    try:
        reason = next(filter(None, (rule(case) for rule in RULES)), "")
    except SplError:  # to look for a reason must not be one to fail
        reason = ""
    if reason:
        say(f"note: {reason}")
    return reason


# --- the reasons, the surest first -----------------------------------------------------------------------
def _no_files(case: Case) -> str:
    if not case.stats.begun or case.files:
        return ""
    return _no_pipe(case) or "no FILES are named, so there was nothing to search: splreplay query SPL FILES"


def _not_read(case: Case) -> str:
    if not case.stats.begun or case.stats.files:
        return ""
    return "no file was read; name CloudTrail files, folders or globs, or - for standard input"


def _not_understood(case: Case) -> str:
    stats = case.stats
    if not stats.files or stats.parsed:
        return ""
    if not stats.records:
        return "the files hold no record"
    unknown = not stats.passed_over or (case.sample is not None and not case.sample.rows)
    return "nothing was understood: the first records are no JSON objects" if unknown else ""


def _no_pipe(case: Case) -> str:
    first = case.stages[0]
    word = first.words.split(" ")[0].lower()
    if first.rows or first.macro or word == "search" or word not in {*COMMANDS, *REFUSED}:
        return ""
    if not case.stats.begun or (word in COMMANDS and COMMANDS[word].generates):  # it had its pipe
        return ""
    words = len(first.words.split(" "))
    return (
        f"'{_clipped(first.words)}' looks for {words} words in the records; "
        f"for the command {word} write '* | {_clipped(first.words)}'"
    )


def _out_of_range(case: Case) -> str:
    if case.stages[0].rows or not (bounds := _bounds(case)):
        return ""
    found = case.time_range()
    if found is None:
        return ""
    low, high = bounds.get("earliest"), bounds.get("latest")
    if not ((low is not None and float(found[1]) < low) or (high is not None and float(found[0]) >= high)):
        return ""
    tz = case.options["tz"]
    asked = " ".join(f"{name}={iso(repr(time), tz)}" for name, time in bounds.items())
    return (
        f"no record lies in the time range ({asked}); the records are from {iso(found[0], tz)} to {iso(found[1], tz)}"
    )


def _bounds(case: Case) -> dict[str, float]:
    """The time range of the search: its own goes before that of the command line."""
    tz, now = case.options["tz"], case.options["now"]
    given = {name: case.options[name] for name in ("earliest", "latest") if case.options[name] is not None}
    inline = {name: modifier(text, now, tz) for name, text in written_bounds(case.stages[0].words).items()}
    return {**given, **inline}


def _no_such_field(case: Case) -> str:
    return "" if case.stages[0].rows else _unknown(case, case.stages[0].reads, frozenset())


def _other_origin(case: Case) -> str:
    """`sourcetype=` and `host=` are not what files have."""
    if case.stages[0].rows:
        return ""
    for name, value in _META.findall(case.stages[0].words):
        if not fnmatch.fnmatch(case.source.meta[name].lower(), value.lower()):
            return f"the files have {name}={case.source.meta[name]}, not {value}"
    return ""


def _no_match(case: Case) -> str:
    if case.stages[0].rows or not case.stats.records:
        return ""
    return f"none of the {case.stats.records:,} records matches '{_clipped(case.stages[0].words)}'"


def _dropped(case: Case) -> str:
    """The first stage that left nothing of what it was given."""
    for before, stage in pairwise(case.stages):
        if before.rows and not stage.rows:
            unknown = _unknown(case, stage.reads - set(before.fields), frozenset(before.fields))
            return f"{_named(stage)} dropped {before.rows:,} of {before.rows:,}{'; ' if unknown else ''}{unknown}"
    return ""


def _unknown(case: Case, names: frozenset[str], fields: frozenset[str]) -> str:
    """A field that no record has, with the one that may be meant."""
    asked = sorted(name for name in names if "*" not in name and not name.startswith("_"))
    missing = [name for name in asked if name not in {*META, *DATES, LINECOUNT}]
    known = fields | case.known if missing else frozenset()
    for name in (name for name in missing if known and name not in known):
        meant = _meant(name, known)
        if meant or 0 < case.stats.records <= SAMPLE:
            which = "no record" if case.stats.records <= SAMPLE else f"none of the first {SAMPLE} records"
            return f"{which} has the field '{name}'{'; ' if meant else ''}{meant}"
    return ""


def _meant(name: str, known: frozenset[str]) -> str:
    """Letters in another case first: field names have theirs."""
    same = [field for field in sorted(known) if field.lower() == name.lower()]
    return f"did you mean '{same[0]}'?" if same else nearest(name, known)


def _made_nothing(case: Case) -> str:
    """A command that begins a search by itself, and reads no events."""
    return "" if case.stats.begun or case.stages[0].rows else f"{_named(case.stages[0])} gave no rows"


RULES: tuple[Callable[[Case], str], ...] = (
    _no_files,
    _not_read,
    _not_understood,
    _no_pipe,
    _out_of_range,
    _no_such_field,
    _other_origin,
    _no_match,
    _made_nothing,
    _dropped,
)


# --- what each stage left --------------------------------------------------------------------------------
def traced(stages: Sequence[Stage]) -> Iterator[str]:
    """A line for each stage: the rows behind it, its words, and how many it dropped."""
    yield f"{'rows':>12}  stage"
    for place, stage in enumerate(stages):
        before = stages[place - 1] if place else None
        yield f"{stage.rows:>12,}  {'| ' if place else ''}{_clipped(stage.words)}{_effect(before, stage)}"


def _effect(before: Stage | None, stage: Stage) -> str:
    """The macro that a stage comes from, and the rows that it dropped."""
    of = f"   `{stage.macro}`" if stage.macro else ""
    dropped = stage.dropped(before)
    return f"{of}   dropped {dropped:,} of {dropped + stage.rows:,}" if dropped else of


def _named(stage: Stage) -> str:
    return f"the macro `{stage.macro}` ({_clipped(stage.words)})" if stage.macro else f"'| {_clipped(stage.words)}'"


def _clipped(words: str) -> str:
    return words if len(words) <= WORDS else words[: WORDS - 3] + "..."

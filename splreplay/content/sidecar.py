"""tests/<detection>.yml: what a detection must find and must not, beyond the tests that contentctl knows.

contentctl takes no unknown keys in a detection, so all that it has no words for stands beside it: data that must stay
silent, the rows and fields to expect, a time range, edits of macros, an add-on or none. `docs/test.md` is the
description; schema.yml the table of keys.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from splreplay.content.documents import Document, DocumentError, Place, read_document
from splreplay.content.schema import problems
from splreplay.spl.errors import SplError
from splreplay.spl.times import modifier

META = ("sourcetype", "source", "index", "host")
FEWER = "one record fewer"
SILENT = "silent"
NO_ADDON, BUNDLED = "none", "bundled"

Value = str | list[str] | None
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ZONED = re.compile(r"T.*(Z|[-+]\d\d:?\d\d)$")


@dataclass(frozen=True)
class Data:
    """One source of events as a test names it: a path or URL, and what Splunk would know of it beside its text."""

    data: str
    sourcetype: str = "aws:cloudtrail"
    source: str = ""
    index: str = ""
    host: str = ""
    line: int = 1


@dataclass(frozen=True)
class Finding:
    """One finding and its risk event. A field whose value is null must be absent or empty."""

    entity: str
    risk_score: int
    message: str
    fields: Mapping[str, Value]
    fields_by_target: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    def fields_on(self, target: str) -> dict[str, Value]:
        """The fields to expect on one of TARGETS: a real Splunk may read less of a record than we do."""
        return {**self.fields, **self.fields_by_target.get(target, {})}


@dataclass(frozen=True)
class Expect:
    """What must come out; what is None was not said. `row` are fields that one of the rows must have."""

    fires: bool = True
    rows: int | None = None
    row: Mapping[str, Value] | None = None
    findings: tuple[Finding, ...] | None = None
    may_be_empty: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """A detection, data, and what must come of it. `base` is the folder that its paths begin at.

    The bounds and `now` are times as the command line takes them; without `now` it is just after the newest event.
    """

    name: str
    data: tuple[Data, ...]
    expect: Expect
    base: Path
    file: str
    line: int = 1
    why: str = ""
    earliest: str | None = None
    latest: str | None = None
    now: str | None = None
    macros: Mapping[str, str] = field(default_factory=dict)
    lookups: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    addon: str | None = None
    near_miss_of: str | None = None
    changed: str | tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True)
class Sidecar:
    """`detection` is the name of what it is about, where it says so."""

    file: str
    detection: str
    cases: tuple[Case, ...]
    may_be_empty: frozenset[str] = frozenset()

    def about(self, case: Case) -> Case:
        """The case with what is said of all, also where it is one that the detection itself brings."""
        empty = case.expect.may_be_empty | self.may_be_empty
        return replace(case, expect=replace(case.expect, may_be_empty=empty))

    def case(self, name: str) -> Case | None:
        return next((case for case in self.cases if case.name == name), None)


def read_sidecar(path: Path, shown: str = "") -> Sidecar:
    """DocumentError where it says something unknown or impossible, so that a typing mistake passes no test."""
    document = read_document(path, shown or str(path))
    found = list(problems(document, "sidecar"))
    if not found:
        found = list(_oddities(document))
    if found:
        raise DocumentError(*found)
    cases = tuple(_case(document, path.parent, number) for number in range(len(document.value["cases"])))
    empty = frozenset(document.value.get("may_be_empty", ()))
    return Sidecar(document.file, document.value.get("detection", ""), cases, empty)


def _case(document: Document, base: Path, number: int) -> Case:
    given = _with_defaults(document.value.get("defaults", {}), document.value["cases"][number])
    place: Place = ("cases", number)
    meta: dict[str, str] = {key: given.pop(key) for key in META if key in given}
    given["data"] = tuple(_data(document, place, given["data"], meta))
    given["expect"] = _expect(given["expect"])
    if isinstance(given.get("changed"), list):
        given["changed"] = tuple(given["changed"])
    return Case(base=base, file=document.file, line=document.line(*place), **given)


def _with_defaults(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A macro or a table of a case stands beside those of all cases; any other key replaces theirs."""
    both = [name for name in ("macros", "lookups") if name in defaults and name in given]
    beside = {name: {**defaults[name], **given[name]} for name in both}
    return {**defaults, **given, **beside}


def _data(document: Document, place: Place, given: Any, meta: Mapping[str, str]) -> Iterator[Data]:
    if isinstance(given, str):
        yield Data(given, **meta, line=document.line(*place, "data"))
        return
    for number, item in enumerate(given):
        yield Data(**{**meta, **item}, line=document.line(*place, "data", number))


def _expect(given: Any) -> Expect:
    if isinstance(given, str):
        return Expect(fires=given != SILENT)
    findings = tuple(map(_finding, given["findings"])) if "findings" in given else None
    empty = frozenset(given.get("may_be_empty", ()))
    fires = given.get("rows") != 0 and (findings is None or bool(findings))
    return Expect(fires, given.get("rows"), given.get("row"), findings, empty)


def _finding(given: Mapping[str, Any]) -> Finding:
    return Finding(given["entity"], given["risk_score"], given["message"], given["fields"], given.get("fields_on", {}))


# --- what a table of keys cannot say -----------------------------------------------------------------------
def _oddities(document: Document) -> Iterator[Any]:
    names: list[str] = []
    for number, case in enumerate(document.value["cases"]):
        place: Place = ("cases", number)
        if case["name"] in names:
            yield document.problem(place, f"there are two cases '{case['name'][:60]}'")
        yield from _times(document, place, case)
        yield from _contradiction(document, place, case)
        if "changed" in case and "near_miss_of" not in case:
            yield document.problem((*place, "changed"), "changed says how a near miss differs", "add near_miss_of")
        if "near_miss_of" in case and case["near_miss_of"] not in names:
            advice = "name a case that stands before it"
            yield document.problem((*place, "near_miss_of"), f"there is no case '{case['near_miss_of'][:60]}'", advice)
        names.append(case["name"])


def _times(document: Document, place: Place, case: Mapping[str, Any]) -> Iterator[Any]:
    for name in ("earliest", "latest", "now"):
        if name in case and not _is_time(case[name]):
            advice = 'write "2026-03-02T09:00:00Z", or a distance from now such as "-24h"'
            yield document.problem((*place, name), f"{name} is '{case[name][:60]}', which is no time", advice)
            return
    first, last = case.get("earliest"), case.get("latest")
    # A date and a distance from now can be compared only when `now` is known.
    if first and last and bool(_DATE.match(first)) == bool(_DATE.match(last)) and not _is_before(first, last):
        yield document.problem((*place, "latest"), "earliest is not before latest, and no event lies between")


def _contradiction(document: Document, place: Place, case: Mapping[str, Any]) -> Iterator[Any]:
    """What can never be all at once, of which a part would never be looked at."""
    wanted = case.get("expect")
    if not isinstance(wanted, dict) or _expect(wanted).fires:
        return
    if wanted.get("rows") or wanted.get("row") is not None or wanted.get("findings"):
        yield document.problem((*place, "expect"), "it expects nothing, and something of it", "say `silent`, or what")


def _is_before(first: str, last: str) -> bool:
    now = time.time()
    return modifier(first, now, "UTC") < modifier(last, now, "UTC")


def _is_time(text: str) -> bool:
    """A date without a zone would mean another moment to each reader."""
    try:
        modifier(text, 0.0, "UTC")
    except SplError:
        return False
    return not _DATE.match(text) or bool(_ZONED.search(text))

"""One detection over one case's data: run as it would run in Splunk, and looked at from all sides."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from splreplay.content.detections import Detection
from splreplay.content.repository import Repository, owner
from splreplay.content.sidecar import BUNDLED, NO_ADDON, Case, Sidecar
from splreplay.engine import Result, answer, explain, watch
from splreplay.findings import drilldowns, findings, risk_events
from splreplay.knowledge.app import App, load_apps
from splreplay.knowledge.conf import Value
from splreplay.scan.source import DictSource
from splreplay.spl.errors import (
    LostError,
    MissingLookupError,
    MissingMacroError,
    ParseError,
    RunError,
    SplError,
    UnknownError,
)
from splreplay.spl.times import modifier
from splreplay.values.rows import Row
from splreplay.verdicts.data import Events, Folders, NoDataError, OutsideError, read
from splreplay.verdicts.expectations import faults, other_than_told
from splreplay.verdicts.fields import empty_fields
from splreplay.verdicts.model import (
    DRILLDOWN,
    FIRES,
    SILENT,
    YAML,
    Drilled,
    Fault,
    Place,
    Stage,
    Tried,
    Verdict,
)

ADDON = Path(__file__).parent.parent / "addons" / "aws_cloudtrail"
# What is kept of each kind, for people to look at.
MOST_ROWS, MOST_DRILLED_ROWS, MOST_TIMES = 50, 20, 5000
DRILLED, DRILLED_WHOLE = 1, 3  # rows whose drilldowns are run


@dataclass(frozen=True)
class Setup:
    """What all cases of a run share. `addons` are folders, or BUNDLED for our own.

    `whole`: all is looked at that can be shown, the rows behind each stage too, which takes twice as long.
    """

    repository: Repository
    folders: Folders
    addons: tuple[str, ...] = (BUNDLED,)
    maxmind: str | None = None
    whole: bool = False
    _addons: dict[tuple[str, ...], App] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def app(self) -> App:
        """The repository's, which sees the macros that an add-on brings."""
        app = self.repository.app
        brought = self.addon(self.addons).conf("macros")
        known = app.conf("macros")
        return app.edited({"macros": {name: dict(keys) for name, keys in brought.items() if name not in known}})

    def addon(self, names: tuple[str, ...]) -> App:
        if names not in self._addons:
            self._addons[names] = load_apps([ADDON if name == BUNDLED else name for name in names])
        return self._addons[names]

    def options(self, case: Case | None, events: Events | None = None) -> dict[str, Any]:
        """Keyword arguments of the engine for a case; RunError where its add-on is none."""
        if case is None or events is None:
            return {"app": self.app, "addon": self.addon(self.addons), "maxmind": self.maxmind}
        now = self._now(case, events)
        edits = {name: {"definition": Value(text, case.file, case.line)} for name, text in case.macros.items()}
        bounds = {name: modifier(text, now) for name in ("earliest", "latest") if (text := getattr(case, name))}
        return {
            "app": self.app.edited({"macros": edits}) if edits else self.app,
            "addon": self.addon(self._addon_of(case)),
            "lookups": case.lookups,
            "maxmind": self.maxmind,
            "now": now,
            **bounds,
        }

    def _addon_of(self, case: Case) -> tuple[str, ...]:
        if case.addon is None:
            return self.addons
        if case.addon == NO_ADDON:
            return ()
        if case.addon == BUNDLED:
            return (BUNDLED,)
        folder = (case.base / case.addon).resolve()
        if not folder.is_relative_to(self.repository.root.resolve()):
            raise RunError(f"the add-on {case.addon[:60]} leads out of the repository", advice="name it with --addon")
        return (str(folder),)

    @staticmethod
    def _now(case: Case, events: Events) -> float:
        """Just after the newest event, so that a search of the last day finds on any day what it finds today."""
        if case.now is not None:
            return modifier(case.now, time.time())
        return time.time() if events.newest is None else float(int(events.newest) + 1)


@dataclass(frozen=True)
class Subject:
    """What is judged: a detection over one of its cases; without a case, its search by itself."""

    detection: Detection
    case: Case | None = None
    sidecar: Sidecar | None = None

    @property
    def blank(self) -> Tried:
        """What is known before anything was run."""
        detection, case = self.detection, self.case
        if case is not None:
            expected = FIRES if case.expect.fires else SILENT
            return Tried(case.name, case.why, case.file, case.line, expected, Verdict.SILENT, optional=case.optional)
        untested = f"no test: {detection.untested}" if detection.untested else ""
        tried = Tried("", "", detection.file, detection.line, "", Verdict.NO_DATA, untested, optional=bool(untested))
        return tried if untested else replace(tried, reason="it has no test", help="write tests/<detection>.yml")


def judge(subject: Subject, setup: Setup) -> Tried:
    """The verdict. Whatever goes wrong is told in it."""
    started = time.perf_counter()
    try:
        tried = _judged(subject, setup)
    except SplError as error:
        tried = of_error(subject.blank, error)
    except Exception as error:  # a fault of ours must not hide the verdicts on all others
        if os.environ.get("SPLREPLAY_TRACEBACK"):
            raise
        reason, advice = f"internal error: {type(error).__name__}: {error}", "this is a fault of splreplay"
        tried = replace(subject.blank, verdict=Verdict.ERROR, reason=reason, help=advice)
    return replace(tried, seconds=round(time.perf_counter() - started, 4))


def _judged(subject: Subject, setup: Setup) -> Tried:
    case = subject.case
    if subject.detection.problems:
        return _wrong(subject)
    if case is None:
        return _refused(subject, setup) or subject.blank
    try:
        return _run(subject, case, read(case.data, case.base, setup.folders), setup)
    except NoDataError as error:
        outside = isinstance(error, OutsideError)
        missing = replace(
            subject.blank,
            verdict=Verdict.ERROR if outside else Verdict.NO_DATA,
            reason=error.message,
            help=error.advice,
            place=Place(case.file, error.data.line if error.data.data else case.line),
        )
        return missing if outside else _refused(subject, setup) or missing


def _wrong(subject: Subject) -> Tried:
    """What contentctl would refuse is not run."""
    first, *more = subject.detection.problems
    told = tuple(Fault(YAML, str(problem)) for problem in more)
    place = Place(first.file, first.line, first.column)
    verdict = Verdict.NO_DATA if first.unreadable else Verdict.ERROR
    return replace(subject.blank, verdict=verdict, reason=first.message, help=first.advice, place=place, faults=told)


def _refused(subject: Subject, setup: Setup) -> Tried | None:
    """Without data a search is compiled all the same, since a search that is wrong needs no data to be told."""
    try:
        explain(subject.detection.search, DictSource([]), assume_fields=True, **setup.options(None))
    except SplError as error:
        return of_error(subject.blank, error)
    return None


def _run(subject: Subject, case: Case, events: Events, setup: Setup) -> Tried:
    options, detection = setup.options(case, events), subject.detection
    result = (watch if setup.whole else answer)(detection.search, events, **options)
    if case.expect.fires and not result.rows:
        result = watch(detection.search, events, **options)  # to tell at which stage they were lost
    found, risk = findings(detection.saved, result.rows), risk_events(detection.saved, result.rows)
    drilled = list(_drilled(detection, result.rows[: DRILLED_WHOLE if setup.whole else DRILLED], events, options))
    failed = (item for item in drilled if item.verdict == Verdict.ERROR)
    return replace(
        subject.blank,
        verdict=Verdict.FIRED if result.rows else Verdict.SILENT,
        rows=len(result.rows),
        events=len(events.found),
        matched=len(result.matched.times),
        finding_count=len(found),
        risk_event_count=len(risk),
        findings=tuple(found[:MOST_ROWS]) or tuple(result.rows[:MOST_ROWS]),
        risk_events=tuple(risk[:MOST_ROWS]),
        drilldowns=tuple(drilled),
        stages=tuple(Stage(stage.words, stage.macro, stage.rows) for stage in result.stages),
        times=result.matched.times[:MOST_TIMES],
        faults=(
            *faults(case, result.rows, found, risk),
            *empty_fields(detection.saved, result.rows, case.expect.may_be_empty),
            *(Fault(DRILLDOWN, f"drilldown '{item.name}': {item.reason}") for item in failed),
            *_near_miss(case, subject.sidecar, events, setup),
        ),
        notes=_said(result),
    )


def _said(result: Result) -> tuple[str, ...]:
    return tuple(f"{message.level}: {message.text}" for message in result.messages if message.level == "warn")


def _near_miss(case: Case, sidecar: Sidecar | None, events: Events, setup: Setup) -> Iterator[Fault]:
    other = sidecar.case(case.near_miss_of) if sidecar and case.near_miss_of else None
    if other is not None and case.changed:
        yield from other_than_told(case, read(other.data, other.base, setup.folders).found, events.found)


def _drilled(
    detection: Detection, rows: Sequence[Row], events: Events, options: Mapping[str, Any]
) -> Iterator[Drilled]:
    """The drilldowns of rows. They look at all of the data; those that become one search are run once."""
    whole = {**options, "earliest": None, "latest": None}
    done: dict[str, Drilled] = {}
    for number, row in enumerate(rows):
        for item in drilldowns(detection.saved, row):
            if item["search"] not in done:
                done[item["search"]] = _one_drilled(item["name"], item["search"], events, whole)
            yield replace(done[item["search"]], row=number, name=item["name"])


def _one_drilled(name: str, spl: str, events: Events, options: Mapping[str, Any]) -> Drilled:
    try:
        result = answer(spl, events, **options)
    except SplError as error:
        verdict, reason = verdict_of(error)
        return Drilled(0, name, spl, verdict, reason)
    verdict = Verdict.FIRED if result.rows else Verdict.SILENT
    return Drilled(0, name, spl, verdict, "", len(result.rows), result.fields, tuple(result.rows[:MOST_DRILLED_ROWS]))


# --- errors -----------------------------------------------------------------------------------------------
def verdict_of(error: SplError) -> tuple[Verdict, str]:
    """Wrong wherever it runs is an error; what only this engine or this machine lacks is refused."""
    if isinstance(error, MissingMacroError | MissingLookupError):
        kind = "macro" if isinstance(error, MissingMacroError) else "lookup"
        app = owner(f"{kind}s", error.name)
        if app:
            return Verdict.REFUSED, f"{kind} '{error.name[:60]}' is {app}'s, which is not here"
        return Verdict.ERROR, error.message
    if isinstance(error, LostError):
        return Verdict.NO_DATA, error.message
    return (
        Verdict.ERROR if isinstance(error, ParseError | UnknownError | RunError) else Verdict.REFUSED
    ), error.message


def of_error(blank: Tried, error: SplError) -> Tried:
    verdict, reason = verdict_of(error)
    return replace(blank, verdict=verdict, reason=reason, help=error.advice, place=_place(blank, error))


def _place(blank: Tried, error: SplError) -> Place:
    if error.source is None or error.span is None:
        return Place(blank.file, blank.line)
    head, *excerpt = error.source.point(error.span)
    file, line, column = head.removeprefix("  --> ").rsplit(":", 2)
    return Place(file, int(line), int(column), tuple(excerpt))

"""One page to look at, on standard output: each detection by the case that decides, with all its cases."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import IO, Any

from splreplay.page.detections import FINDINGS, finding, risk
from splreplay.page.model import Case, Detection, Drilldown, Events, Finding, First, Page, Refusal, Scan, Stage, Table
from splreplay.page.render import render
from splreplay.values.moments import plain, shown
from splreplay.verdicts.model import Drilled, Judged, Tried, Verdict
from splreplay.verdicts.report import Report, Status, told

TZ = "UTC"


def show(report: Report, out: IO[str]) -> None:
    detections = tuple(_detection(judged, report) for judged in report.judged)
    notes = tuple(map(str, report.problems))
    print(render(Page("Tested detections", detections, time.time(), TZ, "splreplay test", notes)), file=out)


def _detection(judged: Judged, report: Report) -> Detection:
    case = judged.deciding
    asked = judged.coverage != "none" and case.verdict != Verdict.REFUSED
    expected = not report.fails(judged) if asked or report.fails(judged) else None
    return Detection(
        name=judged.name,
        verdict=str(case.verdict),
        expected=expected,
        file=judged.file,
        reason=told(case),
        seconds=judged.seconds,
        rows=case.rows,
        findings=First(tuple(_findings(judged, case)), case.finding_count or case.rows),
        risk=risk(case.risk_events),
        events=Events(tuple(sorted(case.times))),
        stages=tuple(Stage(stage.words, stage.rows, macro=stage.macro) for stage in case.stages),
        cases=tuple(_case(each, report) for each in judged.cases if each.expected),
        refusals=tuple(_refusals(judged)),
        scan=Scan(case.events, (), case.notes) if case.events else None,
        about=tuple((name, value) for name, value in (("Type", judged.type), ("Status", judged.status)) if value),
    )


def _case(case: Tried, report: Report) -> Case:
    return Case(
        case.case, case.expected, str(case.verdict), report.status_of(case) is Status.OK, told(case) or case.why
    )


def _findings(judged: Judged, case: Tried) -> Iterator[Finding]:
    """Its findings; of a detection that makes none, its rows."""
    for number, found in enumerate(case.findings[:FINDINGS]):
        made = finding(found, TZ) if case.finding_count else _row(judged, found)
        drilled = [each for each in case.drilldowns if each.row == number]
        yield replace(made, drilldowns=tuple(_drilldowns(made.drilldowns, drilled)))


def _row(judged: Judged, row: Mapping[str, Any]) -> Finding:
    (values,) = shown([dict(row)], TZ, plain)
    return Finding(judged.name, fields=tuple(values.items()))


def _drilldowns(told_of: Sequence[Drilldown], ran: Sequence[Drilled]) -> Iterator[Drilldown]:
    """Those of the finding, with what came of them where they were run."""
    if not told_of:
        told_of = tuple(Drilldown(each.name, each.search) for each in ran)
    for place, each in enumerate(told_of):
        yield _outcome(each, ran[place]) if place < len(ran) else each


def _outcome(drilldown: Drilldown, ran: Drilled) -> Drilldown:
    if ran.verdict in (Verdict.REFUSED, Verdict.ERROR, Verdict.NO_DATA):
        return replace(drilldown, outcome=f"{ran.verdict}: {ran.reason}")
    rows = tuple(shown([dict(row) for row in ran.shown], TZ, plain))
    used = [name for name in ran.fields if any(name in row for row in rows)]
    outcome = f"{ran.rows:,} row{'' if ran.rows == 1 else 's'}"
    return replace(drilldown, outcome=outcome, rows=Table(used, First(rows, ran.rows)))


def _refusals(judged: Judged) -> Iterator[Refusal]:
    for case in judged.cases:
        if case.verdict in (Verdict.REFUSED, Verdict.ERROR, Verdict.NO_DATA):
            place = case.place
            where = f"{place.file}:{place.line}" if place else f"{case.file}:{case.line}"
            excerpt = "\n".join(line.removeprefix("   | ") for line in place.excerpt) if place else ""
            yield Refusal(told(case), where, excerpt, case.help)

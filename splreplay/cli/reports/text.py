"""For people: a line a detection, what is not as expected in full, what was refused by its reason, and a summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from splreplay.cli.screen import Screen, cells, folded, padded
from splreplay.values.printable import printable
from splreplay.verdicts.model import Judged, Tried, Verdict
from splreplay.verdicts.report import COVERAGE, Report, Status

WIDEST = 100  # columns: longer lines are hard to read, however wide the screen
MOST_PLACES = 5  # of a reason for which searches were refused
MOST_MISSING = 10  # cases without data that are told in full
MOST_LINES = 30  # of one text
VERDICT_WIDTH, NUMBERS_WIDTH = 8, 24
OK, FAIL, OPEN = "ok", "FAIL", "-"
HELP, WHOLE = "help: ", 10_000  # a command to copy is not broken into lines
GUTTER = "   | "  # before an excerpt, whose caret must stay below its word: cut, and not folded
STAGE = 60  # characters of a stage and its macro


def show(report: Report, out: IO[str]) -> None:
    screen = Screen.of(out)
    for line in lines(report, screen._replace(width=min(screen.width, WIDEST))):
        print(line, file=out)


def lines(report: Report, screen: Screen) -> Iterator[str]:
    yield from (_line(judged, report, screen) for judged in report.judged)
    failures = list(report.failures())
    missing = [case for _, case in failures if case.verdict == Verdict.NO_DATA]
    unsaid = {id(case) for case in missing[MOST_MISSING:]}
    for judged, case in (found for found in failures if id(found[1]) not in unsaid):
        yield ""
        yield screen.bold(_cut(f"{FAIL} {judged.name}: {_headed(case)}", screen.width))
        yield from _wrapped(said(case), screen, "  ")
    if unsaid:
        yield ""
        yield f"and {_counted(len(unsaid), 'more case')} without data; --format json lists all"
    yield from _problems(report, screen)
    yield from _refused(report, screen)
    yield from _mutants(report, screen)
    yield ""
    yield from _wrapped(_summary(report), screen, "")


def _line(judged: Judged, report: Report, screen: Screen) -> str:
    case = judged.deciding
    mark = FAIL if report.fails(judged) else OK if case.verdict in (Verdict.FIRED, Verdict.SILENT) else OPEN
    count = sum(bool(each.expected) for each in judged.cases)
    numbers = f"{_counted(count, 'case')}, {_counted(sum(each.rows for each in judged.cases), 'row')}"
    room = screen.width - len(FAIL) - VERDICT_WIDTH - NUMBERS_WIDTH - 16
    name = _cut(judged.name, room)
    text = f"{mark:<4}  {case.verdict:<8}  {padded(name, room)}  {numbers:>{NUMBERS_WIDTH}}  {judged.seconds:6.2f} s"
    return screen.bold(text) if mark == FAIL else text


def _headed(case: Tried) -> str:
    return f"{case.verdict}, {case.case}" if case.case else case.verdict


def said(case: Tried) -> Iterator[str]:
    """All there is to say of a case that is not as expected: the place, the reason, the faults, the stages."""
    place = case.place
    if place is None:
        yield f"{case.file}:{case.line}"
    else:
        yield f"{place.file}:{place.line}{f':{place.column}' if place.column else ''}"
    if case.why:
        yield f"case: {case.why.strip()}"
    if case.reason:
        yield case.reason
    if place is not None:
        yield from place.excerpt
    yield from (fault.text for fault in case.faults)
    if case.help:
        yield f"{HELP}{case.help}"
    if case.faults and not case.rows:
        yield from _stages(case)
    yield from case.notes


def _stages(case: Tried) -> Iterator[str]:
    """The stages up to the first that left nothing: there it was lost."""
    if case.stages:
        yield f"{case.events:>9,}  events"
    for stage in case.stages:
        macro = f"   `{stage.macro}`" if stage.macro else ""
        yield f"{stage.rows:>9,}  {_cut(stage.words, max(STAGE - len(macro), 20))}{macro}"
        if not stage.rows:
            return


def _problems(report: Report, screen: Screen) -> Iterator[str]:
    if report.problems:
        yield ""
        yield screen.bold(f"{FAIL} macros, lookups, sidecars")
        yield from _wrapped(map(str, report.problems), screen, "  ")


def _refused(report: Report, screen: Screen) -> Iterator[str]:
    """Reasons with the places that they hold at, the most frequent first."""
    reasons: dict[str, list[str]] = {}
    for judged in report.judged:
        for case in judged.cases:
            if case.verdict == Verdict.REFUSED:
                place = case.place
                where = f"{place.file}:{place.line}:{place.column}" if place else f"{case.file}:{case.line}"
                reasons.setdefault(case.reason, []).append(where)
            for item in case.drilldowns:
                if item.verdict == Verdict.REFUSED:
                    reasons.setdefault(item.reason, []).append(f"{judged.file}: a drilldown of it")
    for reason, found in sorted(reasons.items(), key=lambda item: -len(item[1])):
        places = list(dict.fromkeys(found))
        yield ""
        yield from _wrapped([f"refused, {_counted(len(places), 'place')}: {reason}"], screen, "")
        yield from _wrapped(places[:MOST_PLACES], screen, "  ")
        if len(places) > MOST_PLACES:
            yield f"  and {len(places) - MOST_PLACES:,} more; --format json lists all"


def _mutants(report: Report, screen: Screen) -> Iterator[str]:
    for judged in report.judged:
        if judged.mutants:
            yield ""
            caught = judged.mutants - len(judged.missed)
            yield _cut(f"{judged.name}: {caught:,} of {_counted(judged.mutants, 'mutant')} caught", screen.width)
            yield from _wrapped(judged.missed, screen, "  ")


def headline(report: Report) -> str:
    return next(_summary(report))


def _summary(report: Report) -> Iterator[str]:
    told = report.summary
    verdicts = ", ".join(f"{count:,} {name}" for name, count in told["verdicts"].items() if count)
    failed = f", {told['failed']:,} failed" if told["failed"] else ""
    counts = f"{_counted(told['detections'], 'detection')}, {_counted(told['cases'], 'case')}"
    yield f"{counts}{failed}: {verdicts}"
    coverage = told["coverage"]
    words = {"fires": "only that it fires", "near miss": "only near misses", "both": "both", "none": "no test"}
    tested = ", ".join(f"{coverage[kind]:,} {words[kind]}" for kind in COVERAGE if coverage[kind])
    yield f"tested: {tested}; took {report.seconds:.1f} s"
    if report.status is not Status.OK:
        yield f"exit {int(report.status)}: {_EXITS[report.status]}"


_EXITS = {
    Status.OTHERWISE: "not all is as expected",
    Status.WRONG: "something is wrong, or was refused",
    Status.UNREAD: "data is missing or cannot be read",
}


def _wrapped(texts: Iterator[str] | list[str] | tuple[str, ...], screen: Screen, indent: str) -> Iterator[str]:
    for text in texts:
        for line in text.splitlines() or [""]:
            room = screen.width - len(indent)
            shown = _cut(line, room) if line.startswith(GUTTER) else printable(line)
            width = WHOLE if line.startswith(HELP) or _is_path(line) else room
            for part in folded(shown, width, MOST_LINES):
                yield f"{indent}{part.rstrip()}"


def _is_path(line: str) -> bool:
    """What has no blank is a place to be opened by a click, and is not broken either."""
    return "/" in line and " " not in line


def _cut(text: str, width: int) -> str:
    text = printable(text)
    while cells(text) > width:
        text = f"{text[: max(width - 3, 1) if len(text) > width else -4]}..."
    return text


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"

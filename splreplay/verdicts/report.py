"""The verdicts of a run as a whole: its status, its numbers, and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from splreplay.content.documents import Problem
from splreplay.verdicts.model import Judged, Tried, Verdict

COVERAGE = ("fires", "near miss", "both", "none")


class Status(IntEnum):
    """How a run ends: what is wrong goes before what is not there, and that before what is other than expected."""

    OK = 0
    OTHERWISE = 1
    WRONG = 2
    UNREAD = 3


_FIRST = (Status.WRONG, Status.UNREAD, Status.OTHERWISE, Status.OK)


@dataclass(frozen=True)
class Report:
    """`problems` are those of macros and lookups, which belong to no single detection."""

    judged: tuple[Judged, ...]
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    fail_on_refused: bool = False

    @property
    def status(self) -> Status:
        found = {self.status_of(case) for judged in self.judged for case in judged.cases}
        found |= {Status.UNREAD if problem.unreadable else Status.WRONG for problem in self.problems}
        return next(status for status in _FIRST if status in found or status is Status.OK)

    def status_of(self, case: Tried) -> Status:
        if case.verdict == Verdict.ERROR:
            return Status.WRONG
        if self.fail_on_refused and self.is_refused(case):
            return Status.WRONG
        if case.verdict == Verdict.NO_DATA:
            return Status.OK if case.optional else Status.UNREAD
        return Status.OK if case.ok else Status.OTHERWISE

    @staticmethod
    def is_refused(case: Tried) -> bool:
        return Verdict.REFUSED in (case.verdict, *(item.verdict for item in case.drilldowns))

    def fails(self, judged: Judged) -> bool:
        return any(self.status_of(case) for case in judged.cases)

    def failures(self) -> Iterator[tuple[Judged, Tried]]:
        """Each case that is not as expected."""
        yield from ((judged, case) for judged in self.judged for case in judged.cases if self.status_of(case))

    @property
    def summary(self) -> dict[str, Any]:
        verdicts = Counter(judged.verdict for judged in self.judged)
        coverage = Counter(judged.coverage for judged in self.judged)
        cases = [case for judged in self.judged for case in judged.cases]
        return {
            "detections": len(self.judged),
            "cases": sum(bool(case.expected) for case in cases),
            "failed": sum(self.fails(judged) for judged in self.judged),
            "verdicts": {verdict.value: verdicts[verdict.value] for verdict in Verdict},
            "coverage": {kind: coverage[kind] for kind in COVERAGE},
            "findings": sum(case.finding_count for case in cases),
            "risk_events": sum(case.risk_event_count for case in cases),
            "seconds": round(self.seconds, 3),
            "exit": int(self.status),
        }

    def plain(self) -> dict[str, Any]:
        return {
            "results": [_result(judged, self) for judged in self.judged],
            "problems": [asdict(problem) for problem in self.problems],
            "summary": self.summary,
        }


def _result(judged: Judged, report: Report) -> dict[str, Any]:
    case = judged.deciding
    mutants = {"missed": list(judged.missed), "mutants": judged.mutants} if judged.mutants else {}
    return {
        "name": judged.name,
        "file": judged.file,
        "verdict": case.verdict,
        "reason": told(case),
        "rows": case.rows,
        "seconds": round(judged.seconds, 4),
        "ok": not report.fails(judged),
        "line": case.place.line if case.place else judged.line,
        "type": judged.type,
        "status": judged.status,
        "coverage": judged.coverage,
        **mutants,
        "cases": [_case(case, report) for case in judged.cases],
    }


def _case(case: Tried, report: Report) -> dict[str, Any]:
    return {
        "name": case.case,
        "why": case.why,
        "file": case.place.file if case.place else case.file,
        "line": case.place.line if case.place else case.line,
        "column": case.place.column if case.place else 0,
        "expected": case.expected,
        "verdict": case.verdict,
        "ok": report.status_of(case) is Status.OK,
        "reason": told(case),
        "help": case.help,
        "events": case.events,
        "rows": case.rows,
        "findings": case.finding_count,
        "risk_events": case.risk_event_count,
        "drilldowns": [{"name": item.name, "verdict": item.verdict, "rows": item.rows, "reason": item.reason}
                       for item in case.drilldowns],
        "faults": [asdict(fault) for fault in case.faults],
        "notes": list(case.notes),
        "seconds": case.seconds,
    }  # fmt: skip


def told(case: Tried) -> str:
    """Why a verdict is what it is, or the first thing that is not as expected."""
    return case.reason or next((fault.text for fault in case.faults), "")

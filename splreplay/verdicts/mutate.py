"""Which conditions of a search no test would miss.

A condition is a part that the `search` and `where` commands of a detection, and of the macros that it calls, join by
AND. Each is taken out of the search by itself and the cases are run: where all come out as before, no test would notice
its loss. For such a condition the fields that it names are changed, and dropped, one at a time in the events that
matched: what then silences the detection is the near miss to write.

What only says where records are (index, sourcetype, source, host) is not asked for: the data stands in for that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from splreplay.content.detections import Detection
from splreplay.content.sidecar import Case
from splreplay.engine import answer, events, walking
from splreplay.findings import findings, risk_events
from splreplay.knowledge.conf import Value
from splreplay.load.defaults import META
from splreplay.spl import ast
from splreplay.spl.errors import SplError
from splreplay.spl.fields import filter_fields, formula_fields
from splreplay.values.rows import Row
from splreplay.verdicts.data import Events, changed, read
from splreplay.verdicts.expectations import faults
from splreplay.verdicts.fields import empty_fields
from splreplay.verdicts.judge import Setup
from splreplay.verdicts.model import Judged, Verdict

# What stands for a condition that was taken out.
ALL = {"search": "*", "where": "1=1"}
OTHER = "other"  # a value that no condition asks for
_ABSENT = object()


@dataclass(frozen=True)
class Condition:
    """A part of a search: its place in the expanded text, its words, and where those were written."""

    command: str
    start: int
    end: int
    words: str
    origin: str
    fields: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """A case that comes out as expected, with what it is run with."""

    case: Case
    events: Events
    options: dict[str, Any]


def mutated(judged: Judged, detection: Detection, cases: Sequence[Case | None], setup: Setup) -> Judged:
    """The verdicts with the conditions that no case would miss; only cases that are as expected can tell."""
    trials = [
        Trial(case, events, setup.options(case, events))
        for case, tried in zip(cases, judged.cases, strict=True)
        if case is not None and tried.ok and tried.verdict in (Verdict.FIRED, Verdict.SILENT)
        for events in [read(case.data, case.base, setup.folders)]
    ]
    if not trials:
        return judged
    trials.sort(key=lambda trial: trial.case.expect.fires)  # a near miss is the most likely to tell
    text, found = _conditions(detection, trials[0])
    missed = [
        condition for condition in found if not any(_tells(detection, text, condition, trial) for trial in trials)
    ]
    told = tuple(
        f"no test would miss `{each.words}` ({each.origin}){_advice(detection, each, trials)}" for each in missed
    )
    return replace(judged, missed=told, mutants=len(found))


def _conditions(detection: Detection, trial: Trial) -> tuple[str, list[Condition]]:
    """The expanded text of the search, and its conditions."""
    with walking(detection.search, trial.events, **trial.options) as walk:
        found: list[Condition] = []
        for command in walk.parsed().commands:
            node = command.args if command.name == "search" else getattr(command.args, "condition", None)
            if command.name in ALL and node is not None:
                for part in node.items if isinstance(node, ast.And) else (node,):
                    origin, offset = walk.text.locate(part.span.start)
                    words = " ".join(walk.text.text[part.span.start : part.span.end].split())
                    where = f"`{origin.macro}`" if origin.macro else f"line {origin.place(offset)[0]}"
                    found.append(_condition(command.name, part, words, where))
        return walk.text.text, [each for each in found if set(each.fields) - set(META)]


def _condition(command: str, part: ast.Node, words: str, origin: str) -> Condition:
    names = filter_fields(part) if command == "search" else formula_fields(part)
    values = [value for each in ast.walk(part) for value in _values(each)]
    return Condition(command, *part.span, words, origin, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(values)))


def _values(node: ast.Node) -> tuple[str, ...]:
    """The values that a condition names."""
    if isinstance(node, ast.InList):
        return node.values
    if isinstance(node, ast.Compare):
        return (node.value,)
    return (str(node.value),) if isinstance(node, ast.Literal) else ()


def _tells(detection: Detection, text: str, condition: Condition, trial: Trial) -> bool:
    """Whether a case comes out otherwise without the condition."""
    without = f"{text[: condition.start]} {ALL[condition.command]} {text[condition.end :]}"
    try:
        rows = answer(Value(without, detection.file), trial.events, **trial.options).rows
    except SplError:
        return True
    return _otherwise(detection, trial.case, rows)


def _otherwise(detection: Detection, case: Case, rows: Sequence[Row]) -> bool:
    found, risk = findings(detection.saved, rows), risk_events(detection.saved, rows)
    return any(faults(case, rows, found, risk)) or any(empty_fields(detection.saved, rows, case.expect.may_be_empty))


# --- the near miss to write -------------------------------------------------------------------------------
def _advice(detection: Detection, condition: Condition, trials: Sequence[Trial]) -> str:
    for trial in (trial for trial in trials if trial.case.expect.fires):
        for name in condition.fields:
            for value in (_ABSENT, OTHER, *condition.values):
                if _silences(detection, trial, name, value):
                    how = f"without {name}" if value is _ABSENT else f"with {name}={str(value)[:60]}"
                    return f"; a near miss: the data of '{trial.case.name}' {how}"
    return "; nor does a change of what it names silence any case"


def _silences(detection: Detection, trial: Trial, name: str, value: object) -> bool:
    """Whether the detection is silent once this field of the events that matched is another."""
    matched = _matched(detection, trial)
    records = [(event, _record(event.raw) if event.raw in matched else None) for event in trial.events.found]
    if not [record for _, record in records if record is not None and _set(record, name.split("."), value)]:
        return False
    events = replace(
        trial.events, found=[event if record is None else changed(event, record) for event, record in records]
    )
    try:
        return not answer(detection.search, events, **trial.options).rows
    except SplError:
        return False


def _matched(detection: Detection, trial: Trial) -> set[str]:
    """`_raw` of the events that the first search keeps; none where the pipeline begins otherwise."""
    with walking(detection.search, trial.events, **trial.options) as walk:
        first = walk.parsed().commands[0]
        if first.name != "search":
            return set()
        looking = replace(walk, shown=frozenset(("_raw",)))
        return {str(row.get("_raw")) for row in walk.rows(events(looking, ast.Pipeline((first,))))}


def _record(raw: str) -> dict[str, Any] | None:
    try:
        record = json.loads(raw)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _set(record: dict[str, Any], path: Sequence[str], value: object) -> bool:
    """Set or drop a field by its dotted name; False where the record has no object to hold it, or nothing to drop."""
    *outer, name = path
    for part in outer:
        inner = record.get(part)
        if not isinstance(inner, dict):
            return False
        record = inner
    if value is _ABSENT:
        return record.pop(name, _ABSENT) is not _ABSENT
    record[name] = value
    return True

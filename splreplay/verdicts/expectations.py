"""What came, against what a case expects: rows, fields, findings with their risk events; how a near miss differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from splreplay.content.sidecar import FEWER, Case, Finding, Value
from splreplay.scan.source import Event
from splreplay.values.rows import Row
from splreplay.verdicts.fields import is_empty
from splreplay.verdicts.model import EXPECTED, NEAR_MISS, VERDICT, Fault

TARGET = "splreplay"
SHOWN = 120  # characters of a value


def faults(case: Case, rows: Sequence[Row], found: Sequence[Row], risk: Sequence[Row]) -> Iterator[Fault]:
    """Each thing that is not as the case says. `found` and `risk` are the findings and risk events of the rows."""
    wanted = case.expect
    if bool(rows) != wanted.fires:
        yield Fault(
            VERDICT, "it must fire, and stayed silent" if wanted.fires else f"it must stay silent, and {_fired(rows)}"
        )
        return
    if wanted.rows is not None and len(rows) != wanted.rows:
        yield Fault(EXPECTED, f"{_counted(len(rows), 'row')}, and {wanted.rows:,} expected")
    if wanted.row is not None:
        yield from _near("row", wanted.row, rows, "a row of these fields")
    if wanted.findings is not None:
        yield from _findings(wanted.findings, found, risk)


def _fired(rows: Sequence[Row]) -> str:
    first = ", ".join(f"{name}={_shown(value)}" for name, value in list(rows[0].items())[:4])
    return f"fired: {_counted(len(rows), 'row')}, the first {first}"


def _findings(wanted: Sequence[Finding], found: Sequence[Row], risk: Sequence[Row]) -> Iterator[Fault]:
    if len(found) != len(wanted):
        yield Fault(EXPECTED, f"{_counted(len(found), 'finding')}, and {len(wanted):,} expected")
    scored = {(event["risk_object"], event["risk_score"], event["risk_message"]) for event in risk}
    for number, item in enumerate(wanted, 1):
        head = {"entity": item.entity, "risk_score": item.risk_score, "risk_message": item.message}
        yield from _near("finding", {**head, **item.fields_on(TARGET)}, found, f"finding {number} of those expected")
        if risk and (item.entity, item.risk_score, item.message) not in scored:
            yield Fault(EXPECTED, f"no risk event is that of finding {number}: {item.entity} with {item.risk_score}")


def _near(kind: str, wanted: Mapping[str, Any], found: Sequence[Row], what: str) -> Iterator[Fault]:
    """Nothing where one of the rows is as wanted; else the one that comes nearest, and in what it differs."""
    differing = [[name for name, value in wanted.items() if not _same(row.get(name), value)] for row in found]
    nearest = min(range(len(found)), key=lambda place: len(differing[place]), default=None)
    if nearest is None or not differing[nearest]:
        return
    row = found[nearest]
    for name in differing[nearest]:
        yield Fault(EXPECTED, f"{what}: {name} is {_shown(row.get(name))}, and {_shown(wanted[name])} expected")


def _same(found: Any, wanted: Value | int) -> bool:
    return is_empty(found) if wanted is None else bool(found == wanted)


def _shown(value: Any) -> str:
    if value is None:
        return "absent"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text):,} characters)"
    return f"'{text}'" if isinstance(value, str) else text


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


# --- near misses ------------------------------------------------------------------------------------------
def other_than_told(case: Case, before: Sequence[Event], after: Sequence[Event]) -> Iterator[Fault]:
    """A near miss is worth something if it differs in what it says and in nothing else."""
    if case.changed == FEWER:
        if [event.raw for event in after] != [event.raw for event in before][:-1]:
            yield Fault(NEAR_MISS, f"its data is not that of {case.near_miss_of} without the last record")
        return
    if len(before) != len(after):
        yield Fault(NEAR_MISS, f"{len(after):,} records, and {case.near_miss_of} has {len(before):,}")
        return
    pairs = zip(map(_record, before), map(_record, after), strict=True)
    found = {path for old, new in pairs for path in differences(old, new)}
    for path in sorted(path for path in found if not any(within(path, name) for name in case.changed)):
        yield Fault(NEAR_MISS, f"its data differs from {case.near_miss_of} in {path} too")
    for name in sorted(name for name in case.changed if not any(within(path, name) for path in found)):
        yield Fault(NEAR_MISS, f"its data does not differ from {case.near_miss_of} in {name}")


def _record(event: Event) -> Any:
    try:
        return json.loads(event.raw)
    except ValueError:
        return event.raw


def differences(old: Any, new: Any, path: str = "") -> set[str]:
    """The paths at which two records differ, as dotted names."""
    if old == new:
        return set()
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        old, new = dict(enumerate(old)), dict(enumerate(new))
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return {path.lstrip(".")}
    keys = old.keys() | new.keys()
    return {found for key in keys for found in differences(old.get(key), new.get(key), f"{path}.{key}")}


def within(path: str, name: str) -> bool:
    """Whether a path is a field of this name, or lies below it."""
    return path == name or path.startswith(f"{name}.")

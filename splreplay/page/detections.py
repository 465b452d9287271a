"""A saved search and what a run of it gave, as the page shows it.

`detection` is for whoever ran one; a test adds its verdict, its cases and its refusals by `dataclasses.replace`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from splreplay.findings import findings, own_fields, risk_events
from splreplay.page.model import (
    Detection,
    Drilldown,
    Event,
    Events,
    Finding,
    First,
    Refusal,
    Risk,
    Scan,
    Stage,
    Table,
)
from splreplay.spl.bounds import written_bounds
from splreplay.values.moments import plain, shown

if TYPE_CHECKING:
    from splreplay.engine import Matched, Result
    from splreplay.engine import Stage as Traced
    from splreplay.knowledge.app import SavedSearch
    from splreplay.spl.errors import SplError
    from splreplay.values.rows import Row

FINDINGS, ENTITIES, ROWS = 200, 20, 20  # of each, what a page shows
LEADING = ("mitre_attack", "kill_chain_phases")
LABEL = 6  # fields of an event that its line shows
WIDEST = 240  # characters of such a line
SAME = {"index", "sourcetype"}  # fields that tell no event from another
ABOUT = (("Description", "description"), ("How it is scheduled", "cron_schedule"))
_OFFSET = re.compile(r"\d+[a-zA-Z]+")


def detection(saved: SavedSearch, result: Result, scan: Scan | None, tz: str) -> Detection:
    """What was found; the verdict is fired or silent."""
    found, risks = findings(saved, result.rows), risk_events(saved, result.rows)
    return Detection(
        name=saved.name,
        verdict="fired" if result.rows else "silent",
        rows=len(result.rows),
        findings=First(tuple(finding(each, tz) for each in found[:FINDINGS]), len(found)),
        risk=risk(risks),
        events=_events(result.matched),
        stages=tuple(_stages(result.stages)),
        scan=scan,
        about=tuple(_about(saved)),
        search=saved.search.text,
    )


def ran(drilldown: Drilldown, result: Result, tz: str) -> Drilldown:
    """A drilldown with what it gave."""
    used = [name for name in result.fields if any(name in row for row in result.rows)]
    rows: First[Mapping[str, Any]] = First.of(shown(result.rows, tz, plain), ROWS)
    outcome = "1 row" if rows.total == 1 else f"{rows.total:,} rows"
    return replace(drilldown, outcome=outcome, rows=Table(used, rows))


def refusal(error: SplError) -> Refusal:
    """An error with its place in the text."""
    place, *excerpt = error.source.point(error.span) if error.source and error.span else ["", ""]
    lines = "\n".join(line.removeprefix("   | ") for line in excerpt)
    return Refusal(f"{error.kind}: {error.message}", place.removeprefix("  --> "), lines, error.advice)


# --- findings and risk -----------------------------------------------------------------------------------
def finding(found: Mapping[str, Any], tz: str) -> Finding:
    (row,) = shown([dict(own_fields(found))], tz, plain)
    return Finding(
        title=found["rule_title"] or found["search_name"],
        message=found["risk_message"],
        description=found["rule_description"],
        severity=found["severity"],
        domain=found["security_domain"],
        entity=found["entity"],
        entity_type=found["entity_type"],
        score=found["risk_score"],
        fields=tuple(row.items()),
        annotations=tuple(_annotations(found["annotations"])),
        drilldowns=tuple(_drilldown(each, tz) for each in found["drilldown_searches"]),
    )


def _annotations(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Those that an analyst looks for first come first."""
    for name in dict.fromkeys([*LEADING, *found]):
        if found.get(name):
            yield name.replace("_", " "), found[name]


def _drilldown(found: Mapping[str, str], tz: str) -> Drilldown:
    search = found.get("search", "")
    return Drilldown(found.get("name", ""), search, _span(search, found, tz))


def _span(search: str, found: Mapping[str, str], tz: str) -> str:
    """What the search names itself goes before the offsets that stand beside it."""
    named = written_bounds(search)
    ends = (("earliest", "earliest_offset", "before"), ("latest", "latest_offset", "after"))
    return " to ".join(_end(named.get(name), found.get(offset, ""), side, tz) for name, offset, side in ends)


def _end(named: str | None, offset: str, side: str, tz: str) -> str:
    if named is not None:
        return plain(named, tz)
    if offset == "0":
        return "the finding"
    return f"{offset} {side} the finding" if _OFFSET.fullmatch(offset) else plain(offset, tz) or "any time"


def risk(events: Sequence[Mapping[str, Any]]) -> First[Risk]:
    """The entities, those with the most risk first."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for event in events:
        groups.setdefault((event["risk_object"], event["risk_object_type"]), []).append(event)
    risks = (
        Risk(*who, sum(each["risk_score"] for each in found), len(found), tuple(_threats(found)))
        for who, found in groups.items()
    )
    return First.of(sorted(risks, key=lambda risk: -risk.score), ENTITIES)


def _threats(events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield from dict.fromkeys(threat["threat_object"] for event in events for threat in event["threat_objects"])


# --- events, stages, and what the search is ---------------------------------------------------------------
def _events(matched: Matched) -> Events:
    first = zip(matched.times, matched.events, strict=False)
    return Events(matched.times, tuple(Event(time, _label(row)) for time, row in first))


def _label(row: Row) -> str:
    """The fields that the search names; the whole event where it names none."""
    named = [f"{name}={_text(row[name])}" for name in row if name not in SAME and not name.startswith("_")]
    label = "  ".join(named[:LABEL]) or _text(row.get("_raw", ""))
    return label if len(label) <= WIDEST else f"{label[: WIDEST - 3]}..."


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _stages(stages: Sequence[Traced]) -> Iterator[Stage]:
    for before, stage in zip([None, *stages], stages, strict=False):
        yield Stage(stage.words, stage.rows, stage.dropped(before), stage.macro)


def _about(saved: SavedSearch) -> Iterator[tuple[str, str]]:
    for label, key in ABOUT:
        if text := saved.settings.get(key, "").strip():
            yield label, text
    if steps := _next_steps(saved.settings.get("action.notable.param.next_steps", "")):
        yield "Next steps", steps


def _next_steps(text: str) -> str:
    """ES keeps them as JSON: `{"version": 1, "data": TEXT}`."""
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    return str(found.get("data", "")) if isinstance(found, dict) else ""

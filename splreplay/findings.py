"""What Enterprise Security would show of a detection's rows: findings and risk events.

Read from the saved search's own `action.notable.*` and `action.risk.*`. One finding a row and entity value,
one risk event a row and risk object; `$field$` in texts is the row's value, as ES fills it in. Both carry the
row's own fields beside what ES adds, under ES's names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from splreplay.knowledge.app import SavedSearch
from splreplay.spl.booleans import truth
from splreplay.spl.errors import RunError
from splreplay.values.rows import Row

_TOKEN = re.compile(r"\$([^$\s]+)\$")
_FOR_A_SCORE = re.compile(r"_risk_\d+$")
_HELPER = re.compile(r'(?:\b(?:earliest|latest)=|\blike\([^()$]*")\$([^$\s]+)\$')
# What a finding has beside the fields of its row.
_PARAMS = ("rule_title", "rule_description", "severity", "security_domain")
ADDED = frozenset({*_PARAMS, "search_name", "entity", "entity_type", "risk_score", "risk_message", "annotations",
                   "drilldown_searches"})  # fmt: skip
ADDED_TO_RISK = frozenset({"search_name", "risk_object", "risk_object_type", "risk_score", "risk_message",
                           "threat_objects", "annotations"})  # fmt: skip
_QUOTED_OR_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")|' + _TOKEN.pattern, re.DOTALL)
DRILLDOWNS = "action.notable.param.drilldown_searches"
_PLAIN = re.compile(r"[\w.:@/-]+", re.ASCII)
OWN_TOKENS = ("info_",)  # Enterprise Security fills these itself, such as $info_min_time$


def findings(saved: SavedSearch, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One finding for each row and each value of the entity field of `_entities`."""
    if not _is_on(saved, "action.notable"):
        return []
    return [
        _finding(saved, row, entity)
        for row in rows
        for entity in _objects(saved, "action.notable.param._entities", row)
    ]


def risk_events(saved: SavedSearch, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One risk event (intermediate finding) for each row and each value of each risk object."""
    if not _is_on(saved, "action.risk"):
        return []
    return [
        _risk_event(saved, row, scored) for row in rows for scored in _objects(saved, "action.risk.param._risk", row)
    ]


def own_fields(found: Mapping[str, Any], kind: str = "findings") -> Iterator[tuple[str, Any]]:
    """The fields of the row of a finding, or of one of `risk_events`."""
    added = ADDED if kind == "findings" else ADDED_TO_RISK
    return ((name, value) for name, value in found.items() if name not in added)


def makes(saved: SavedSearch) -> tuple[bool, bool]:
    """Whether its rows become findings, and risk events."""
    return _is_on(saved, "action.notable"), _is_on(saved, "action.risk")


def tells(saved: SavedSearch) -> str:
    """What it is there to tell, `findings`; or `risk_events`, where it adds risk and makes no finding by design."""
    return "risk_events" if makes(saved) == (False, True) else "findings"


def texts(saved: SavedSearch) -> Iterator[tuple[str, str]]:
    """The texts that are filled from a row, each with what it is; those of actions that are on."""
    notable, risk = makes(saved)
    named = (
        (risk, "risk message", "action.risk.param._risk_message"),
        (notable, "title", "action.notable.param.rule_title"),
        (notable, "description", "action.notable.param.rule_description"),
    )
    yield from ((what, saved.settings.get(key, "")) for on, what, key in named if on)
    for entry in _json(saved, DRILLDOWNS) if notable else ():
        yield f"drilldown '{entry['name']}'", f"{entry['name']} {entry['search']}"


def tokens(text: str) -> list[str]:
    """The fields that a text names, once each."""
    return list(dict.fromkeys(name for name in _TOKEN.findall(text) if not name.startswith(OWN_TOKENS)))


def object_fields(saved: SavedSearch) -> Iterator[tuple[str, str]]:
    """Each field of a risk object or threat object, with which of them it is."""
    notable, risk = makes(saved)
    keys = [key for on, key in ((risk, "action.risk.param._risk"), (notable, "action.notable.param._entities")) if on]
    found = [entry for key in keys for entry in _json(saved, key)]
    for kind in ("risk_object", "threat_object"):
        names = (entry[f"{kind}_field"] for entry in found if f"{kind}_field" in entry)
        yield from ((name, kind.replace("_", " ")) for name in dict.fromkeys(names))


def drilldowns(saved: SavedSearch, row: Row) -> Iterator[dict[str, str]]:
    """Name and search of each drilldown for a row. A value stays a value there, whatever a log has put into it."""
    return _drilldowns(saved, row, search=fill_search)


def fill_search(template: str, row: Row) -> str:
    """`$field$` replaced in a search: escaped within quotes, and put into quotes where it is no plain word."""

    def within(match: re.Match[str]) -> str:
        return _escaped(fill(match[0], row)) if match[1] in row else match[0]

    def whole(match: re.Match[str]) -> str:
        if match[1] is not None:
            return _TOKEN.sub(within, match[1])
        value = fill(match[0], row)
        return value if match[2] not in row or _PLAIN.fullmatch(value) else f'"{_escaped(value)}"'

    return _QUOTED_OR_TOKEN.sub(whole, template)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _is_on(saved: SavedSearch, action: str) -> bool:
    text = saved.settings.get(action, "").strip()
    try:
        return bool(text) and truth(text)
    except ValueError:
        raise RunError(
            f"{saved.name}: {action} = {text[:60]} is neither true nor false", advice="write 1 or 0"
        ) from None


def _finding(saved: SavedSearch, row: Row, entity: Mapping[str, Any]) -> dict[str, Any]:
    param = {key: saved.settings.get(f"action.notable.param.{key}", "") for key in _PARAMS}
    return {
        **row,
        **{key: fill(text, row) for key, text in param.items()},
        "search_name": saved.name,
        "entity": entity["value"],
        "entity_type": entity["risk_object_type"],
        "risk_score": _row_score(saved, row, entity["value"]),
        "risk_message": _risk_message(saved, row),
        "annotations": _annotations(saved),
        "drilldown_searches": list(_drilldowns(saved, row)),
    }


def _risk_event(saved: SavedSearch, row: Row, scored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "search_name": saved.name,
        "risk_object": scored["value"],
        "risk_object_type": scored["risk_object_type"],
        "risk_score": scored["risk_score"],
        "risk_message": _risk_message(saved, row),
        "threat_objects": list(_threats(saved, row)),
        "annotations": _annotations(saved),
    }


def _risk_message(saved: SavedSearch, row: Row) -> str:
    return fill(saved.settings.get("action.risk.param._risk_message", ""), row)


def _row_score(saved: SavedSearch, row: Row, entity: str) -> int:
    """The entity's score in the row's risk events; the finding itself adds none (splunk/contentctl#387)."""
    scores = [
        scored["risk_score"] for scored in _objects(saved, "action.risk.param._risk", row) if scored["value"] == entity
    ]
    return max(scores, default=0)


def _objects(saved: SavedSearch, key: str, row: Row) -> Iterator[dict[str, Any]]:
    for entry in _json(saved, key):
        if "risk_object_field" not in entry:
            continue
        for value in _values(row.get(entry["risk_object_field"])):
            yield {"value": value, "risk_object_type": entry.get("risk_object_type", "other"),
                   "risk_score": int(entry.get("risk_score", 0))}  # fmt: skip


def _threats(saved: SavedSearch, row: Row) -> Iterator[dict[str, str]]:
    for entry in _json(saved, "action.risk.param._risk"):
        for value in _values(row.get(entry.get("threat_object_field", ""))):
            yield {"threat_object": value, "threat_object_type": entry.get("threat_object_type", "")}


def helpers(saved: SavedSearch) -> frozenset[str]:
    """The fields of a row that are there for other texts: bounds and patterns of drilldowns, parts of the title.

    So are the copies of an object of risk that are filled in for one score alone, as `user_risk_80`.
    """
    searches = " ".join(str(entry.get("search", "")) for entry in _json(saved, DRILLDOWNS))
    in_title = _TOKEN.findall(saved.settings.get("action.notable.param.rule_title", ""))
    scored = {entry.get("risk_object_field", "") for entry in _json(saved, "action.risk.param._risk")}
    copies = {name for name in scored if _FOR_A_SCORE.search(name)}
    return frozenset(_HELPER.findall(searches)) | {name for name in in_title if f"${name}$" not in searches} | copies


def _drilldowns(saved: SavedSearch, row: Row, **fillers: Callable[[str, Row], str]) -> Iterator[dict[str, str]]:
    """As Enterprise Security fills them, but for the keys that have a filler of their own."""
    for entry in _json(saved, DRILLDOWNS):
        yield {key: fillers.get(key, fill)(str(text), row) for key, text in entry.items()}


def _annotations(saved: SavedSearch) -> dict[str, Any]:
    text = saved.settings.get("action.correlationsearch.annotations", "")
    return json.loads(text) if text else {}


def _json(saved: SavedSearch, key: str) -> list[dict[str, Any]]:
    text = saved.settings.get(key, "")
    try:
        found = json.loads(text) if text else []
    except ValueError as error:
        raise RunError(f"{saved.name}: {key} is not JSON: {error}") from None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise RunError(f"{saved.name}: {key} is not a list of objects")
    return found


def fill(template: str, row: Row) -> str:
    """`$field$` replaced by the row's value; a token that the row lacks stays as it is, as in ES."""
    return _TOKEN.sub(
        lambda match: ", ".join(_values(row[match.group(1)])) if match.group(1) in row else match.group(),
        template,
    )


def _values(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]

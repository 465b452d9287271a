"""Findings and risk events, kept where Enterprise Security keeps them: index=notable and index=risk.

ES writes them as key="value" text; here `_raw` is one JSON object with the same names, because that is what
a search here takes fields from. A list of one value is written as that value, so that the field has the
name that it has in ES (`annotations.mitre_attack`); several become an array.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from splreplay import findings
from splreplay.knowledge.app import SavedSearch
from splreplay.knowledge.conf import Value
from splreplay.serve.alerts.firing import Firing, Said
from splreplay.serve.state.store import StoredEvent
from splreplay.spl.errors import SplError
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

SOURCETYPE = "stash"
NOT_KEPT = ("_raw", "_time", "_indextime", "_cd", "index", "host", "source", "sourcetype")  # the event has its own
FLATTENED = ("annotations", "threat_objects", "drilldown_searches")
Make = Callable[[SavedSearch, Sequence[Row]], list[dict[str, Any]]]
WRITERS: Mapping[str, Make] = {"notable": findings.findings, "risk": findings.risk_events}


def write(server: Splunkd, action: str, firing: Firing) -> Said:
    """Write what one action makes of the rows. The index is named as the action is."""
    saved = SavedSearch(firing.name, Value(firing.values["search"]), firing.values)
    try:
        made = WRITERS[action](saved, firing.rows)
    except SplError as error:
        return [("ERROR", f"The alert action '{action}' failed: {error.message}")]
    server.store.append([event(firing, action, item) for item in made])
    return []


def event(firing: Firing, action: str, item: Mapping[str, Any]) -> StoredEvent:
    job, now = firing.job, time.time()
    bounds = job.query.bounds()
    earliest, latest = bounds["earliest"], bounds["latest"]
    kept = {key: value for key, value in item.items() if key not in (*NOT_KEPT, *FLATTENED)}
    fields = {
        **kept,
        **dict(_flattened(item)),
        "orig_sid": job.sid,
        "orig_time": item.get("_time", str(now)),
        "info_min_time": "0" if earliest is None else str(earliest),
        "info_max_time": "+Infinity" if latest is None else str(latest),
        "info_search_time": str(job.query.now),
    }
    single = {key: _single(value) for key, value in fields.items()}
    raw = json.dumps(single, ensure_ascii=False, separators=(",", ":"))
    return StoredEvent(action, now, now, "splreplay", firing.name, SOURCETYPE, raw)


def _flattened(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    annotations: Mapping[str, Any] = item.get("annotations", {})
    for key, value in annotations.items():
        yield f"annotations.{key}", value
    yield "annotations._all", [text for value in annotations.values() for text in _list(value)]
    yield "analyticstories", annotations.get("analytic_story", [])
    if "threat_objects" in item:
        for key in ("threat_object", "threat_object_type"):
            yield key, [threat[key] for threat in item["threat_objects"]]
    if drilldowns := item.get("drilldown_searches"):
        yield "drilldown_searches", json.dumps(drilldowns, ensure_ascii=False)


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]

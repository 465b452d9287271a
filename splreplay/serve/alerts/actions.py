"""What a dispatched saved search sets off: its condition, its throttling, its alert actions.

An app's alert_actions.conf brings actions as scripts, run as splunkd runs them. `notable` and `risk` are
Enterprise Security's; where no app brings them, the findings of `splreplay` are written in ES's field form.
"""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from splreplay.knowledge.conf import split_list
from splreplay.serve.alerts import modalert, stash
from splreplay.serve.alerts.firing import Firing, Said
from splreplay.serve.alerts.throttle import Throttle, drop_past, throttle_of
from splreplay.serve.search import meets
from splreplay.spl.booleans import FALSE, TRUE, truth
from splreplay.spl.errors import SplError
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "greater than": operator.gt,
    "less than": operator.lt,
    "equal to": operator.eq,
    "not equal to": operator.ne,
}
# limits.conf [scheduler] max_per_result_alerts and max_per_result_alerts_time: of one run, with digest_mode = 0.
MOST_RESULTS = 500
MOST_SECONDS = 300.0
NO_ACTIONS = {"correlationsearch", "escu"}  # settings that only look like an action


def is_on(values: Mapping[str, str], key: str) -> bool:
    """A setting that is neither true nor false is off; `fire` says so."""
    return truth(values.get(key, ""), unclear=False)


def actions_of(values: Mapping[str, str]) -> list[str]:
    """The actions that are switched on: `action.x = 1`."""
    return [key[len("action.") :] for key in _switches(values) if is_on(values, key)]


def _switches(values: Mapping[str, str]) -> Iterator[str]:
    """The keys `action.x`."""
    for key in values:
        prefix, _, name = key.partition(".")
        if prefix == "action" and name and "." not in name and name not in NO_ACTIONS:
            yield key


def _unclear(values: Mapping[str, str]) -> Said:
    """What the switches say that say neither on nor off."""
    switches = {key: values.get(key, "").strip() for key in ("disabled", "alert.suppress", *_switches(values))}
    unclear = {key: text for key, text in switches.items() if text and text.lower() not in TRUE | FALSE}
    return [("WARN", f"{key} = {text[:60]} is neither true nor false, so off.") for key, text in unclear.items()]


def fire(server: Splunkd, firing: Firing) -> Said:
    """Run the actions; what went unusually is said in the job's messages."""
    return [*_unclear(firing.values), *_fire(server, firing)]


def _fire(server: Splunkd, firing: Firing) -> Said:
    values = firing.values
    if is_on(values, "disabled"):
        return [("WARN", "The saved search is disabled: its actions did not run.")]
    try:
        met = _condition(values, firing.rows)
    except SplError as error:
        return [("ERROR", f"alert_condition: {error.message}: no action ran.")]
    if met is None:
        return [("ERROR", f"The alert condition '{values.get('counttype')}' is not known here: no action ran.")]
    if not met:
        return []
    per_result = not is_on({"alert.digest_mode": "1", **values}, "alert.digest_mode")
    throttle, wrong = _throttle(firing, per_result)
    with server.lock:
        drop_past(server.throttled, time.time())
    said = [("WARN", f"{wrong}: nothing was held back.")] if wrong else []
    return [*said, *(_each if per_result else _digest)(server, firing, throttle)]


def _digest(server: Splunkd, firing: Firing, throttle: Throttle) -> Said:
    """One alert about all rows."""
    with server.lock:
        rows = throttle.digest(firing.rows, server.throttled, time.time())
    return _run(server, replace(firing, rows=rows)) if rows else []


def _each(server: Splunkd, firing: Firing, throttle: Throttle) -> Said:
    """An alert for each row, as far as Splunk's limits go; what they cut off is lost, and not held back either."""
    said: dict[tuple[str, str], None] = {}
    told, end = 0, time.monotonic() + MOST_SECONDS
    for number, row in enumerate(firing.rows):
        if told >= MOST_RESULTS or time.monotonic() > end:
            why = f"{MOST_RESULTS} results" if told >= MOST_RESULTS else f"{MOST_SECONDS:.0f} seconds"
            left = f"Per-result alerts end after {why}: the last {len(firing.rows) - number:,} rows set nothing off."
            return [*said, ("WARN", left)]
        with server.lock:
            admitted = throttle.admits(row, server.throttled, time.time())
        if admitted:
            said |= dict.fromkeys(_run(server, replace(firing, rows=[row])))
            told += 1
    return [*said]


def _run(server: Splunkd, firing: Firing) -> Said:
    return [said for action in actions_of(firing.values) for said in _act(server, action, firing)]


def _condition(values: Mapping[str, str], rows: Sequence[Row]) -> bool | None:
    """Whether the alert triggers; None where that is not known here. A condition of its own goes before a count."""
    if condition := values.get("alert_condition", "").strip():
        return meets(condition, rows)
    count = len(rows)
    counttype = values.get("counttype", "always").lower()
    if counttype == "always":
        return count > 0
    relation = RELATIONS.get(values.get("relation", "").lower())
    quantity = values.get("quantity", "0").strip()
    if counttype != "number of events" or relation is None or not quantity.isdigit():
        return None
    return relation(count, int(quantity))


def _throttle(firing: Firing, per_result: bool) -> tuple[Throttle, str]:
    search = (firing.app, firing.name)
    if not is_on(firing.values, "alert.suppress"):
        return Throttle(search), ""
    return throttle_of(search, firing.values, split_list(firing.values.get("alert.suppress.fields", "")), per_result)


def _act(server: Splunkd, action: str, firing: Firing) -> Said:
    stanzas = server.layers.find(firing.app, "alert_actions", action)
    if stanzas:
        return modalert.run(server, stanzas[0], firing)
    if action in stash.WRITERS:
        return stash.write(server, action, firing)
    return [("WARN", f"Nothing provides the alert action '{action}': it did not run.")]

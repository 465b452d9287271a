"""What a dispatched saved search sets off: its condition, its throttling, its alert actions.

An app's alert_actions.conf brings actions as scripts, run as splunkd runs them. `notable` and `risk` are
Enterprise Security's; where no app brings them, the findings of `splreplay` are written in ES's field form.
"""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from splreplay.knowledge.conf import split_list
from splreplay.serve.alerts import modalert, stash
from splreplay.serve.alerts.firing import Firing, Said
from splreplay.spl.booleans import FALSE, TRUE, truth
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "greater than": operator.gt,
    "less than": operator.lt,
    "equal to": operator.eq,
    "not equal to": operator.ne,
}
PERIOD = re.compile(r"(\d{1,9})([smhd]?)")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
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
    met = _condition(values, len(firing.rows))
    if met is None:
        return [("ERROR", f"The alert condition '{values.get('counttype')}' is not known here: no action ran.")]
    rows = _unthrottled(server, firing) if met else []
    if not rows:
        return []
    kept = replace(firing, rows=rows)
    return [said for action in actions_of(values) for said in _act(server, action, kept)]


def _condition(values: Mapping[str, str], count: int) -> bool | None:
    counttype = values.get("counttype", "always").lower()
    if counttype == "always":
        return count > 0
    relation = RELATIONS.get(values.get("relation", "").lower())
    quantity = values.get("quantity", "0").strip()
    if counttype != "number of events" or relation is None or not quantity.isdigit():
        return None
    return relation(count, int(quantity))


def _unthrottled(server: Splunkd, firing: Firing) -> Sequence[Row]:
    """The rows whose throttling fields were not seen within the period."""
    values = firing.values
    period = PERIOD.fullmatch(values.get("alert.suppress.period", "").strip())
    if not is_on(values, "alert.suppress") or period is None:
        return firing.rows
    fields = split_list(values.get("alert.suppress.fields", ""))
    now, kept = time.time(), []
    with server.lock:
        for row in firing.rows:
            key = (firing.app, firing.name, *(str(row.get(field, "")) for field in fields))
            if server.throttled.get(key, 0.0) <= now:
                server.throttled[key] = now + int(period[1]) * SECONDS[period[2]]
                kept.append(row)
    return kept


def _act(server: Splunkd, action: str, firing: Firing) -> Said:
    stanzas = server.layers.find(firing.app, "alert_actions", action)
    if stanzas:
        return modalert.run(server, stanzas[0], firing)
    if action in stash.WRITERS:
        return stash.write(server, action, firing)
    return [("WARN", f"Nothing provides the alert action '{action}': it did not run.")]

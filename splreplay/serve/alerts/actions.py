"""What a dispatched saved search sets off: its condition, its throttling, its alert actions.

An app's alert_actions.conf brings actions as scripts, run as splunkd runs them. `notable` and `risk` are
Enterprise Security's; where no app brings them, the findings of `splreplay` are written in ES's field form.
"""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from splreplay.serve.alerts import modalert, stash
from splreplay.serve.alerts.firing import Firing, Said
from splreplay.serve.state.splunkd import split_list
from splreplay.sql.session import Row

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


def is_on(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "t", "yes"}


def actions_of(values: Mapping[str, str]) -> list[str]:
    """The actions that are switched on: `action.x = 1`."""
    named = (key[len("action.") :] for key, value in values.items() if key.startswith("action.") and is_on(value))
    return [name for name in named if "." not in name and name not in NO_ACTIONS]


def fire(server: Splunkd, firing: Firing) -> Said:
    """Run the actions; what went unusually is said in the job's messages."""
    values = firing.values
    if is_on(values.get("disabled", "0")):
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
    if not is_on(values.get("alert.suppress", "0")) or period is None:
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

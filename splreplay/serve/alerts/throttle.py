"""Throttling: which rows an alert may be about, those held back that were told within the period.

The key of a row is the text of its `alert.suppress.fields`; where no fields are named, the search is one key.
Splunk documents fields for alerts per result (`alert.digest_mode = 0`) only. Enterprise Security's own pages have
digest alerts held back by row too, which is what is done here: a digest is about the rows whose key is new.
https://help.splunk.com/en/splunk-enterprise/alert-and-respond/alerting-manual/9.4/create-alerts/throttle-alerts
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass

from splreplay.values.rows import Row

PERIOD = re.compile(r"(\d{1,9})([smhd]?)")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
Key = tuple[str, ...]
Told = MutableMapping[Key, float]  # until when a key is held back, in epoch seconds


@dataclass(frozen=True)
class Throttle:
    """What a saved search is throttled by; a period of 0 holds nothing back."""

    search: Key
    fields: tuple[str, ...] = ()
    period: float = 0.0

    def admits(self, row: Row, told: Told, now: float) -> bool:
        """Whether a row is told now, and then not again until the period has passed."""
        if not self.period:
            return True
        key = (*self.search, *(str(row.get(field, "")) for field in self.fields))
        if told.get(key, now) > now:
            return False
        told[key] = now + self.period
        return True

    def digest(self, rows: Sequence[Row], told: Told, now: float) -> Sequence[Row]:
        """The rows that one alert about all of them is about."""
        if not self.fields:
            return rows if self.admits({}, told, now) else []
        return [row for row in rows if self.admits(row, told, now)]


def seconds(text: str) -> float | None:
    """A period such as 86400, 24h or 1d; None where it is none."""
    found = PERIOD.fullmatch(text.strip())
    return int(found[1]) * SECONDS[found[2]] if found else None


def forget(told: Told, search: Key) -> None:
    """An edit of the search ends what it was throttled by, as in Splunk."""
    for key in [key for key in told if key[: len(search)] == search]:
        del told[key]


def drop_past(told: Told, now: float) -> None:
    for key in [key for key, until in told.items() if until <= now]:
        del told[key]


def throttle_of(
    search: Key, values: Mapping[str, str], fields: Sequence[str], per_result: bool
) -> tuple[Throttle, str]:
    """The throttle of a search whose `alert.suppress` is on, and what is wrong with its settings."""
    text = values.get("alert.suppress.period", "")
    period = seconds(text)
    if period is None:
        return Throttle(search), f"alert.suppress.period = {text[:60]} is no time such as 86400s or 24h"
    if per_result and not fields:
        return Throttle(search), "alert.suppress with alert.digest_mode = 0 needs alert.suppress.fields"
    return Throttle(search, tuple(fields), period), ""

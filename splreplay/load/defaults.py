"""The fields that Splunk gives every event by itself: where it came from, and the parts of its time.

The `date_*` fields repeat the timestamp as it is written in the event, and an event without one has none.
CloudTrail writes UTC. https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.4/use-default-fields
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from splreplay.scan.source import Event, Needs
from splreplay.spl.fields import filter_fields

META = ("index", "source", "host", "sourcetype", "splunk_server")
LINECOUNT = "linecount"
DATES: Mapping[str, Callable[[datetime], str]] = {
    "date_second": lambda time: str(time.second),
    "date_minute": lambda time: str(time.minute),
    "date_hour": lambda time: str(time.hour),
    "date_mday": lambda time: str(time.day),
    "date_wday": lambda time: time.strftime("%A").lower(),
    "date_month": lambda time: time.strftime("%B").lower(),
    "date_year": lambda time: str(time.year),
    "date_zone": lambda time: "0",
}


def default_names(needs: Needs, shown: bool) -> list[str]:
    """Those of META, DATES and LINECOUNT that a search reads.

    A source that is no index (`shown` is false) has META only to be searched by: `host` of a plain record
    that has no host is null.
    """
    named = needs.named if needs.fields is None else needs.fields
    everything = {*META, LINECOUNT} if needs.fields is None else named
    meta = everything if shown else set(filter_fields(needs.filter))
    return [name for name in (*META, LINECOUNT) if name in meta] + [name for name in DATES if name in named]


def default_field(event: Event, name: str) -> str | None:
    """The value of one of META, DATES and LINECOUNT."""
    if name == LINECOUNT:
        return str(event.raw.count("\n") + 1)
    if name in META:
        return event.meta.get(name)
    return None if event.time is None else DATES[name](datetime.fromtimestamp(event.time, timezone.utc))

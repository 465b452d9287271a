"""The body of HEC's /raw: cut into events at line ends, and dated by what a sourcetype's props would say.

Splunk applies LINE_BREAKER and TIME_PREFIX of the sourcetype; the rules here are what the add-on for AWS
sets for CloudTrail. A sourcetype without a row is dated by `?time=` or by its arrival.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone

LINE_END = re.compile(r"[\r\n]+")
ISO_SECONDS = "%Y-%m-%dT%H:%M:%SZ"
# sourcetype: (where the time is, how it is written), in UTC
TIMES = {
    "aws:cloudtrail": (re.compile(r'"eventTime"\s*:\s*"([0-9T:-]{19}Z)"', re.ASCII), ISO_SECONDS),
}


def read_lines(body: bytes, sourcetype: str, default: str = "") -> Iterator[tuple[str, float | None]]:
    """Each event with its time, or None where the time of arrival counts."""
    fallback = _number(default)
    for line in LINE_END.split(body.decode("utf-8", "replace")):
        if line.strip():
            yield line, time_in(line, sourcetype, fallback)


def time_in(line: str, sourcetype: str, fallback: float | None = None) -> float | None:
    """The time that an event of this sourcetype tells of itself."""
    rule = TIMES.get(sourcetype)
    found = rule[0].search(line) if rule else None
    if rule is None or found is None:
        return fallback
    try:
        return datetime.strptime(found[1], rule[1]).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return fallback


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,11}(\.\d{1,9})?", text, re.ASCII) else None

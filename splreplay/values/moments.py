"""`_time` as Splunk shows it. Within a search, and to alert actions, it is epoch seconds.

A value that is no number (a search may set `_time` to anything) is shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

TIME = "_time"


def iso(epoch: str, tz: str) -> str:
    """`2026-03-02T10:11:30.000+01:00`, as REST gives it and exports have it."""
    moment = _moment(epoch, tz)
    return epoch if moment is None else moment.isoformat(timespec="milliseconds")


def plain(epoch: str, tz: str) -> str:
    """`2026-03-02 10:11:30`, as a table shows it; with milliseconds where there are any."""
    moment = _moment(epoch, tz)
    if moment is None:
        return epoch
    return moment.replace(tzinfo=None).isoformat(" ", "milliseconds" if moment.microsecond >= 1000 else "seconds")


def shown(
    rows: Iterable[Mapping[str, Any]], tz: str, form: Callable[[str, str], str] = iso
) -> Iterator[dict[str, Any]]:
    """The rows with `_time` in that form."""
    for row in rows:
        time = row.get(TIME)
        yield {**row, TIME: form(time, tz)} if isinstance(time, str) else dict(row)


@lru_cache(maxsize=1024)
def _moment(epoch: str, tz: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(epoch), ZoneInfo(tz))
    except (ValueError, OverflowError, OSError):
        return None

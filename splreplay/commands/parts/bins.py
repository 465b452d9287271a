"""Bins of times and numbers to SQL.

Times in `_time` become the time at which their bin begins; any other number becomes a text such as `10-20`.
What is no number stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from splreplay.spl.errors import Span
from splreplay.spl.spans import BinOptions, LogSpan, NumberSpan, TimeSpan, seconds_of
from splreplay.spl.times import modifier
from splreplay.sql.expr import Expr, number, text
from splreplay.sql.relation import Kind, Relation

if TYPE_CHECKING:
    from splreplay.sql.session import Session

# "Default time spans" and "Spans used when minspan is specified" of the page on timechart.
LADDER = (
    *(TimeSpan(count, "second") for count in (1, 5, 10, 30)),
    *(TimeSpan(count, "minute") for count in (1, 5, 10, 30)),
    TimeSpan(1, "hour"),
    TimeSpan(1, "day"),
    TimeSpan(1, "month"),
)
BINS = 100
MOMENT = 1e-3  # the end of a time range is not in it
LATEST_DAY = 1e11  # seconds; a calendar ends before


@dataclass(frozen=True)
class Binned:
    """The value that names the bin, and SQL of the number it begins with."""

    label: Expr
    low: str


def bin_field(session: Session, relation: Relation, field: str, options: BinOptions, place: Span) -> Binned:
    """The bins of a field. Without a span the relation must be a table: its values decide."""
    value = session.scope(relation).field(field)
    if field == "_time":
        length = time_span(session, relation, options)
        low = time_bin(session, number(value), length, alignment(session, relation, options, place))
        return Binned(Expr(low, Kind.NUM), low)
    span = number_span(session, relation, value, options)
    if value.kind is Kind.MULTI:
        name = session.fresh("v")
        inner = _number_bin(Expr(name, Kind.TEXT), span).label.sql
        return Binned(Expr(f"list_transform({value.sql}, lambda {name}: {inner})", Kind.MULTI), "NULL")
    return _number_bin(value, span)


# --- numbers -------------------------------------------------------------------------------------
def _number_bin(value: Expr, span: NumberSpan | LogSpan) -> Binned:
    found = number(value)
    if isinstance(span, LogSpan):
        power = f"floor(round(log({found} / {span.factor!r}) / log({span.base!r}), 9))"
        low, high = (f"round({span.factor!r} * pow({span.base!r}, {power} + {more}), 9)" for more in (0, 1))
        inside = f"coalesce({found} > 0, FALSE)"
    else:
        step = f"floor(round({found} / {span.size!r}, 9))"
        low, high = (f"round(({step} + {more}) * {span.size!r}, 9)" for more in (0, 1))
        inside = f"{found} IS NOT NULL"
    label = f"spl_text({low}) || '-' || spl_text({high})"
    return Binned(
        Expr(f"CASE WHEN {inside} THEN {label} ELSE {text(value)} END", Kind.TEXT),
        f"CASE WHEN {inside} THEN {low} ELSE {found} END",
    )


def number_span(session: Session, relation: Relation, value: Expr, options: BinOptions) -> NumberSpan | LogSpan:
    """The span as given, or the one that makes no more bins of the values than asked for."""
    if isinstance(options.span, TimeSpan):
        return NumberSpan(seconds_of(options.span))
    if options.span is not None:
        return options.span
    low, high = _extent(session, relation, number(value)) or (0.0, 0.0)
    low = min(low, options.start) if options.start is not None else low
    high = max(high, options.end) if options.end is not None else high
    least = options.minspan.size if isinstance(options.minspan, NumberSpan) else 0.0
    return NumberSpan(power_of_ten(low, high, options.bins or BINS, least))


def power_of_ten(low: float, high: float, bins: int, least: float = 0.0) -> float:
    """The least power of ten, not below `least`, that makes no more than `bins` bins of the range."""
    floor = max((high - low) / bins, least)
    power = math.floor(math.log10(floor)) if floor > 0 and math.isfinite(floor) else 0
    sizes = (float(f"1e{n}") for n in range(power, power + 4))
    return next(s for s in sizes if s >= least and (least or floor == 0 or _count(low, high, s) <= bins))


def _count(low: float, high: float, size: float) -> int:
    """How many bins of this size hold the values from `low` to `high`."""
    return math.floor(round(high / size, 9)) - math.floor(round(low / size, 9)) + 1


def _extent(session: Session, relation: Relation, value: str) -> tuple[float, float] | None:
    low, high = session.one(f"{relation.prelude}SELECT min({value}), max({value}) FROM {relation.name}")
    return None if low is None else (low, high)


# --- times ---------------------------------------------------------------------------------------
def time_range(session: Session, relation: Relation, fixed: bool = True) -> tuple[float, float] | None:
    """The time range of the search, if `fixed` and where it has one, else that of the rows.

    From 0 on is how Splunk says all time, whose range is that of the rows.
    """
    all_time = session.earliest == 0 and (session.latest is None or session.latest >= session.now)
    first, last = (None, None) if all_time or not fixed else (session.earliest, session.latest)
    found = _extent(session, relation, number(session.scope(relation).field("_time")))
    if found is None:
        return None if first is None or last is None else (first, last - MOMENT)
    return found[0] if first is None else first, found[1] if last is None else last - MOMENT


def time_span(session: Session, relation: Relation, options: BinOptions) -> TimeSpan:
    """The span as given, or the shortest of the ladder that makes no more bins than asked for."""
    if isinstance(options.span, TimeSpan):
        return options.span
    if isinstance(options.span, NumberSpan):
        return TimeSpan(max(1, round(options.span.size)), "second")
    first, last = time_range(session, relation) or (0.0, 0.0)
    least = seconds_of(options.minspan) if isinstance(options.minspan, TimeSpan) else 0
    most = options.bins or BINS
    lengths = ((span, seconds_of(span)) for span in LADDER)
    fits = (span for span, size in lengths if size >= least and _count(first, last, size) <= most)
    return next(fits, LADDER[-1])


def alignment(session: Session, relation: Relation, options: BinOptions, place: Span) -> float:
    """`aligntime` as seconds."""
    if not options.aligntime:
        return 0.0
    first, last = time_range(session, relation) or (0.0, 0.0)
    found = {"earliest": first, "latest": last}.get(options.aligntime.lower())
    return modifier(options.aligntime, session.now, session.tz, place) if found is None else found


def time_bin(session: Session, time: str, span: TimeSpan, align: float = 0.0) -> str:
    """SQL of the time at which the bin of `time` begins; days, weeks and months are those of the zone."""
    if span.calendar:
        return _calendar_bin(session, time, span)
    length = seconds_of(span)
    if length < 1:
        return f"(floor(round({time} * {round(1 / length)}, 3)) / {round(1 / length)})"
    offset = align % length
    return f"(floor(({time} - {offset!r}) / {length!r}) * {length!r} + {offset!r})"


def _calendar_bin(session: Session, time: str, span: TimeSpan) -> str:
    zone = session.bind(session.tz)
    local = f"timezone({zone}, to_timestamp(CASE WHEN abs({time}) < {LATEST_DAY!r} THEN {time} END))"
    if span.unit == "month":
        month = f"(year({local}) * 12 + month({local}) - 1)"
        first = f"CAST(floor(({month} - {MONTH_1970}) / {span.count}) * {span.count} + {MONTH_1970} AS BIGINT)"
        day = f"make_date({first} // 12, {first} % 12 + 1, 1)"
    else:
        days, offset = _days(span)
        index = f"(CAST({local} AS DATE) - DATE '1970-01-01')"
        day = f"DATE '1970-01-01' + CAST(floor(({index} - {offset}) / {days}) * {days} + {offset} AS INTEGER)"
    return f"epoch(timezone({zone}, CAST({day} AS TIMESTAMP)))"


MONTH_1970 = 1970 * 12
THURSDAY = 4  # 1970-01-01


def _days(span: TimeSpan) -> tuple[int, int]:
    """Days of a bin, and the first day (counted from 1970-01-01) with which one begins."""
    if span.unit == "day":
        return span.count, 0
    return 7 * span.count, 0 if span.weekday is None else (span.weekday - THURSDAY) % 7


def bins_between(first: float, last: float, span: TimeSpan, tz: str) -> Iterator[float]:
    """The beginnings of bins from the one that begins at `first` to the one that `last` is in."""
    if not span.calendar:
        length = seconds_of(span)
        for index in range(math.floor((last - first) / length + 1e-9) + 1):
            yield round(first + index * length, 6)
        return
    moment = datetime.fromtimestamp(first, ZoneInfo(tz))
    while moment.timestamp() <= last:
        yield moment.timestamp()
        moment = _next(moment, span)


def _next(moment: datetime, span: TimeSpan) -> datetime:
    if span.unit != "month":
        return moment + timedelta(days=_days(span)[0])
    years, month = divmod(moment.month - 1 + span.count, 12)
    return moment.replace(year=moment.year + years, month=month + 1)

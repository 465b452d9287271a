"""`timechart`: aggregates over time, a row for every bin.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/timechart
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from splreplay.commands.chart import reads_chart
from splreplay.commands.parts.bins import alignment, bins_between, time_bin, time_range, time_span
from splreplay.commands.parts.charts import Chart, parse_timechart
from splreplay.commands.parts.charts_sql import LOW, ROW, Bins, Cells, choose, finish, pivot, plain, prepare
from splreplay.commands.row import CommandRow
from splreplay.spl.errors import RunError, Span
from splreplay.spl.spans import TimeSpan, seconds_of
from splreplay.sql.derive import for_wildcards
from splreplay.sql.relation import Kind
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session

MAX_ROWS = 50_000


def parse(parser: PipelineParser, span: Span) -> Chart:
    return parse_timechart(parser.cursor(span), span)


def compile_timechart(session: Session, before: Relation, node: Chart) -> Relation:
    before = session.materialise(for_wildcards(session, before, node.fields))
    node = _span_for_time(session, node)
    span = time_span(session, before, node.bins)
    node = replace(node, bins=replace(node.bins, span=span))
    cells = prepare(session, before, node)
    cells = replace(cells, seconds=_seconds(session, cells, span))
    rows = _rows(session, before, node, span)
    if node.split is None:
        relation, series = plain(session, cells, [ROW])
    else:
        cells, shown = choose(session, cells, node)
        relation, series = pivot(session, cells, node, shown)
    return finish(session, relation, node, series, Bins(rows, _continuous(node)) if rows else None)


def _span_for_time(session: Session, node: Chart) -> Chart:
    """`timechart count by user span=1h`: by the page that span is the split field's, but it is a time."""
    split = node.split
    if split is None or not isinstance(split.bins.span, TimeSpan) or node.bins.span is not None:
        return node
    session.warn("a span behind BY belongs to the split field; this one is a time, so write it before BY", node.span)
    bins = replace(node.bins, span=split.bins.span)
    return replace(node, bins=bins, split=replace(split, bins=replace(split.bins, span=None)))


def _seconds(session: Session, cells: Cells, span: TimeSpan) -> str:
    """SQL of the length of a bin; of months it is measured, from the beginning of a bin to the next one."""
    if span.unit != "month":
        return repr(float(seconds_of(span)))
    low = f"min({cells.column(LOW).sql})"
    return f"({time_bin(session, f'({low} + {seconds_of(span) * 1.1})', span)} - {low})"


def _rows(session: Session, before: Relation, node: Chart, span: TimeSpan) -> Relation | None:
    """The beginning of every bin to show; None: of those that have events."""
    found = time_range(session, before, bool(node.options.get("fixedrange", True)))
    if found is None or not (_continuous(node) or _whole_only(node)):
        return None
    first, last = found
    begin = time_bin(session, session.bind(float(first)), span, alignment(session, before, node.bins, node.span))
    (start,) = session.one(f"SELECT {begin}")
    starts = list(islice(bins_between(start, last, span, session.tz), MAX_ROWS + 1))
    if len(starts) > MAX_ROWS:
        raise RunError(f"timechart would give more than {MAX_ROWS:,} rows", node.span, "set a longer span=")
    if _whole_only(node):
        starts = [start for start, end in pairwise(starts) if start >= first and end <= last]
    return load_rows(session, ({ROW: start} for start in starts), (ROW,), {ROW: Kind.NUM})


def _continuous(node: Chart) -> bool:
    return bool(node.options.get("cont", True))


def _whole_only(node: Chart) -> bool:
    """`partial=false`: without the first and last bin where the time range covers them in part."""
    return not node.options.get("partial", True)


ROWS = (CommandRow("timechart", parse, compile_timechart, reads_chart, example="timechart span=1h count by eventName"),)

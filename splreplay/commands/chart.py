"""`chart`: aggregates as a table of rows by series.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/chart
Bins without events are not shown: the page's own examples leave them out although `cont` is true by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from splreplay.commands.parts.charts import Chart, parse_chart
from splreplay.commands.parts.charts_sql import ROW, choose, finish, pivot, plain, prepare
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl.errors import Span
from splreplay.sql.derive import for_wildcards

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session


def parse(parser: PipelineParser, span: Span) -> Chart:
    return parse_chart(parser.cursor(span), span)


def compile_chart(session: Session, before: Relation, node: Chart) -> Relation:
    if node.options.get("cont") is True:
        session.warn("chart shows no bins without events; timechart fills the gaps of time", node.span)
    cells = prepare(session, for_wildcards(session, before, node.fields), node)
    if node.split is None:
        relation, series = plain(session, cells, [ROW] if node.row else [])
    else:
        cells, shown = choose(session, cells, node)
        relation, series = pivot(session, cells, node, shown)
    return finish(session, relation, node, series)


def reads_chart(node: Chart) -> Reads:
    return reads(node.fields, closes=True)


ROWS = (CommandRow("chart", parse, compile_chart, reads_chart, example="chart count over user by eventName"),)

"""The statistical functions of stats, eventstats, streamstats, chart and timechart.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/statistical-and-charting-functions
"""

from __future__ import annotations

from splreplay.functions.rows import StatsRow
from splreplay.relation import Kind

ROWS = (
    StatsRow("count", "count({0})", "len({0})", "A", Kind.NUM, needs_argument=False, example="count(errorCode)"),
    StatsRow("dc", "count(DISTINCT {0})", "len(list_distinct({0}))", "T", Kind.NUM, example="dc(src_ip)"),
    StatsRow("values", "list_sort(list_distinct(list({0}) FILTER ({0} IS NOT NULL)))", "list_sort(list_distinct({0}))",
             returns=Kind.MULTI, example="values(src_ip) as src_ip"),
    StatsRow("min", "spl_min({0})", "spl_min_list({0})", same_kind=True, example="min(_time) as firstTime"),
    StatsRow("max", "spl_max({0})", "spl_max_list({0})", same_kind=True, example="max(_time) as lastTime"),
)  # fmt: skip

"""The statistical functions of stats, eventstats, streamstats, chart and timechart.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/statistical-and-charting-functions
Where the pages leave a choice: percentiles interpolate, as the examples of perc() do, and variance is
computed as its example's digits show; a median of an even number of values is the higher middle one.
"""

from __future__ import annotations

from splreplay.sql.relation import Kind
from splreplay.sql.rows import StatsRow

NUM, MULTI = Kind.NUM, Kind.MULTI

VARIANCE = "spl_var(count({{0}}){{w}}, sum({{0}}){{w}}, sum({{0}} * {{0}}){{w}}, {lost})"
VARIANCE_MULTI = "spl_var(len({{0}}), list_sum({{0}}), list_sum(list_transform({{0}}, lambda x: x * x)), {lost})"
SAMPLE, SAMPLE_MULTI = VARIANCE.format(lost=1), VARIANCE_MULTI.format(lost=1)
WHOLE, WHOLE_MULTI = VARIANCE.format(lost=0), VARIANCE_MULTI.format(lost=0)

PERCENTILE = "spl_digits(quantile_cont({0}, {n}){w})"
PERCENTILE_MULTI = "spl_digits(list_aggregate({0}, 'quantile_cont', {n}))"
# Among events of one time the first in order is the latest: events come newest first.
EARLIEST, LATEST = "arg_min({0}, row({t}, -o)){w}", "arg_max({0}, row({t}, -o)){w}"
FIRST_TIME, LAST_TIME = (
    "min({t}) FILTER (WHERE {0} IS NOT NULL){w}",
    "max({t}) FILTER (WHERE {0} IS NOT NULL){w}",
)

COUNTING = (
    StatsRow("count", "count({0}){w}", "coalesce(sum(len({m})){w}, 0)", "A", NUM, counts=True, aliases=("c",),
             needs_argument=False, example="count(errorCode)"),
    StatsRow("dc", "count(DISTINCT {0}){w}", "coalesce(len(list_distinct({0})), 0)", returns=NUM, counts=True,
             aliases=("distinct_count", "estdc"), example="dc(src_ip)"),
    StatsRow("estdc_error", "CASE WHEN count({0}){w} > 0 THEN 0 END", "CASE WHEN len({0}) > 0 THEN 0 END",
             returns=NUM, example="estdc_error(src_ip)"),
)  # fmt: skip
LISTS = (
    StatsRow("values", "list_sort(list(DISTINCT {0}) FILTER (WHERE {0} IS NOT NULL){w})",
             "spl_list(list_sort(list_distinct({0})))", returns=MULTI, example="values(src_ip) as src_ip"),
    StatsRow("list", "arg_min({0}, o, {limit}){w}",
             "spl_list(list_slice(flatten(arg_min({m}, o, {limit}){w}), 1, {limit}))",
             returns=MULTI, limit=100, example="list(eventName)"),
)  # fmt: skip
SQUARES = "list_sum(list_transform({0}, lambda x: x * x))"
NUMBERS = (
    StatsRow("sum", "sum({0}){w}", "list_sum({0})", "N", NUM, example="sum(bytes)"),
    StatsRow("sumsq", "sum({0} * {0}){w}", SQUARES, "N", NUM, example="sumsq(bytes)"),
    StatsRow("avg", "avg({0}){w}", "list_avg({0})", "N", NUM, aliases=("mean",), example="avg(bytes)"),
    StatsRow("range", "max({0}){w} - min({0}){w}", "list_sort({0})[-1] - list_sort({0})[1]", "N", NUM,
             example="range(_time)"),
    StatsRow("stdev", f"sqrt({SAMPLE})", f"sqrt({SAMPLE_MULTI})", "N", NUM, example="stdev(bytes)"),
    StatsRow("stdevp", f"sqrt({WHOLE})", f"sqrt({WHOLE_MULTI})", "N", NUM, example="stdevp(bytes)"),
    StatsRow("var", SAMPLE, SAMPLE_MULTI, "N", NUM, example="var(bytes)"),
    StatsRow("varp", WHOLE, WHOLE_MULTI, "N", NUM, example="varp(bytes)"),
    StatsRow("median", "-(quantile_disc(-{0}, 0.5){w})",
             "-list_aggregate(list_transform({0}, lambda x: -x), 'quantile_disc', 0.5)", "N", NUM,
             example="median(bytes)"),
)  # fmt: skip
PERCENTILES = tuple(
    StatsRow(name, PERCENTILE, PERCENTILE_MULTI, "N", NUM, numbered=True, aliases=aliases,
             example=f"{name}95(bytes)")
    for name, aliases in (("perc", ("p",)), ("exactperc", ()), ("upperperc", ()))
)  # fmt: skip
# Numbers come before any other text, also in a field that holds both.
IS_NUMBER = "FILTER (WHERE spl_num({0}) IS NOT NULL){w}"
EXTREMES = (
    StatsRow("min", f"coalesce(arg_min({{0}}, row(spl_num({{0}}), {{0}})) {IS_NUMBER}, min({{0}}){{w}})",
             "spl_least({0})", num="min({0}){w}", same_kind=True, example="min(_time) as firstTime"),
    StatsRow("max",
             "coalesce(max({0}) FILTER (WHERE spl_num({0}) IS NULL){w}, "
             f"arg_max({{0}}, row(spl_num({{0}}), {{0}})) {IS_NUMBER})",
             "spl_greatest({0})", num="max({0}){w}", same_kind=True, example="max(_time) as lastTime"),
    StatsRow("mode", "mode({0} ORDER BY o){w}", "list_aggregate({0}, 'mode')", same_kind=True,
             example="mode(eventName)"),
)  # fmt: skip
ORDERED = (
    StatsRow("first", "arg_min({0}, o){w}", same_kind=True, example="first(eventName)"),
    StatsRow("last", "arg_max({0}, o){w}", "arg_max({m}[-1], o){w}", same_kind=True,
             example="last(eventName)"),
    StatsRow("earliest", EARLIEST, same_kind=True, example="earliest(eventName)"),
    StatsRow("latest", LATEST, same_kind=True, example="latest(eventName)"),
    StatsRow("earliest_time", FIRST_TIME, returns=NUM, example="earliest_time(errorCode)"),
    StatsRow("latest_time", LAST_TIME, returns=NUM, example="latest_time(errorCode)"),
    StatsRow("rate", f"({LATEST} - {EARLIEST}) / nullif({LAST_TIME} - {FIRST_TIME}, 0)", "", "N", NUM,
             example="rate(total)"),
)  # fmt: skip
PER = tuple(
    StatsRow(f"per_{unit}", f"sum({{0}}){{w}} / {{seconds}} * {length}",
             f"list_sum({{0}}) / {{seconds}} * {length}", "N", NUM, example=f"per_{unit}(bytes)")
    for unit, length in (("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400))
)  # fmt: skip

ROWS = (*COUNTING, *LISTS, *NUMBERS, *PERCENTILES, *EXTREMES, *ORDERED, *PER)

REFUSED = {
    "sparkline": "its value is a drawing for Splunk Web; timechart gives the same numbers",
    "rate_avg": "it needs a metrics index",
    "rate_sum": "it needs a metrics index",
}

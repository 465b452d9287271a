"""Every command, with names and values that would break SQL, JSON or an expression if they became part of it.

A search either runs or is refused in its own words: nothing else may leave the engine.
"""

from __future__ import annotations

import pytest

import splreplay
from tests.hostile.test_no_sql import NASTY, quoted

# {n} is the name of a field that holds {v}, both quoted.
TEMPLATES = (
    "addtotals {n} fieldname={n}",
    "addcoltotals labelfield={n} label={v}",
    "accum {n} AS {v}",
    "append [search {n}={v} | table {n}]",
    "appendcols [search {n}={v} | table {n}]",
    "appendpipe [stats count by {n}]",
    "autoregress {n} p=1-2",
    "convert timeformat={v} ctime({n}) AS {v} auto({n})",
    "delta {n} AS {v}",
    "fillnull value={v} {n} other",
    "filldown {n}",
    "foreach {n} [eval x={v}]",
    'foreach mode=multivalue {n} [eval x="a<<ITEM>>".<<ITEM>>]',
    "format {v} {v} {v} {v} {v} {v} | table search",
    "fields {n} | fields - {v}",
    "join {n} [search {n}={v} | eval z={v} | table {n} z]",
    "join left=L right=R where L.a=R.a [search * | eval a={v}]",
    "lookup t k AS {n} OUTPUT v AS {v}",
    "outputlookup append=true t | inputlookup append=true t where k={v}",
    "makemv delim={v} {n} | mvexpand {n} | mvcombine delim={v} {n} | nomv {n}",
    "makemv tokenizer={v} {n}",
    "rangemap field={n} low=0-1 default={v}",
    "regex {n}={v}",
    "rename {n} AS {v} | table {v}",
    "replace {v} WITH {v} IN {n}",
    'replace "*" WITH {v}',
    "return 5 {n} | table search",
    "return ${n}",
    "rex field={n} {v}",
    "rex field={n} mode=sed {v}",
    'rex field={n} "(?<all>.*)" offset_field={v}',
    "search {n}={v} OR NOT {n} IN ({v}, {v}) {v}",
    "spath input={n} path={v} output={v}",
    "spath input={n}",
    "strcat {n} {v} {n}",
    "table {n} | transpose header_field={n} column_name={v}",
    "table {n} {v} | untable {n} {v} x",
    "table {n} {v} | xyseries {n} {n} {n} sep={v}",
    "uniq | addinfo",
    "where {n}=[search * | return {n}]",
)


VALUES = (*NASTY, '{"a": [1, {"b": null}]}', "(a+)+$", "*", "")


def outcome(template: str, name: str, value: str) -> str:
    """What comes of the search: `rows`, or the words of the refusal."""
    stage = template.replace("{n}", quoted(name)).replace("{v}", quoted(value))
    tables = {"t": [{"k": value, "v": value}]}
    try:
        rows = splreplay.query(f"* | {stage}", [{name: value}, {name: "other"}], lookups=tables)
    except splreplay.SplError as error:
        return str(error)
    return "rows" if all(isinstance(row, dict) for row in rows) else "no rows"


@pytest.mark.parametrize(("number", "template"), list(enumerate(TEMPLATES)))
def test_nothing_but_rows_or_a_refusal(number: int, template: str) -> None:
    """Three pairs a command, other ones for each: together they try every name and every value."""
    for turn in range(3):
        name, value = NASTY[(number + 5 * turn) % len(NASTY)], VALUES[(number * 3 + turn) % len(VALUES)]
        assert "DuckDB" not in outcome(template, name, value), (name, value)

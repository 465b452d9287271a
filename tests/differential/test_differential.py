"""The SQL and an obvious Python reference give the same rows for random pipelines over random records.

Every difference ever found is a row in tests/cases/differential.jsonl.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

import splreplay
from tests.differential.reference import Row
from tests.differential.stages import Stage, pipelines, rows

# An array of a record is the field a{}; the pipelines know it as a.
LISTS = "* | eval " + ", ".join(f"{name}=coalesce({name}, '{name}{{}}')" for name in "abc") + " | table a b c"


def visible(found: list[dict[str, object]]) -> list[str]:
    return [json.dumps({k: v for k, v in row.items() if not k.startswith("_")}, sort_keys=True) for row in found]


@settings(max_examples=60, deadline=None)
@given(records=rows, stages=pipelines)
def test_same_rows(records: list[Row], stages: list[Stage]) -> None:
    check(records, stages)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(records=rows, stages=pipelines)
def test_same_rows_of_hundreds_of_pipelines(records: list[Row], stages: list[Stage]) -> None:
    check(records, stages)


def check(records: list[Row], stages: list[Stage]) -> None:
    spl = " | ".join([LISTS, *(stage.spl for stage in stages)])
    expected: list[Row] = [dict(record) for record in records]
    for stage in stages:
        expected = stage.python(expected)
    got = visible(splreplay.query(spl, [{**record, "_time": 1700000000} for record in records]))
    want = visible(expected)  # type: ignore[arg-type]
    if stages and stages[-1].spl.startswith("stats"):
        got, want = sorted(got), sorted(want)
    assert got == want, spl

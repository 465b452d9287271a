"""No search of ours depends on whether an empty cell of a command's reply is null or "" to Splunk.

Nothing documents which it is. So each search runs here as if it were the one and as if it were the other.
"""

from __future__ import annotations

from functools import cache

import job_arn
import pytest

from tests.app.shipped import DETECTION, conf, drilldowns, jobs, records, search, with_macros
from tests.app.test_drilldowns import filled
from tests.app.test_tuning import ALL

COMMAND = "| enrichjobarn"
FIELDS = " ".join(job_arn.FIELDS)
AS_NULL = f"{COMMAND} | foreach {FIELDS} [eval <<FIELD>>=if('<<FIELD>>'=\"\", null(), '<<FIELD>>')]"
AS_EMPTY = f'{COMMAND} | fillnull value="" {FIELDS}'
ROWS = {
    name: records(name)
    for name in ("one_job", "unreadable_arn", "jobs_without_an_arn", "arn_of_another_account", "govcloud_and_china")
}
FEW = tuple(ROWS)
TOGETHER = [record for kind in FEW for record in ROWS[kind]]
ROWS["flood"] = jobs(55) + records("unreadable_arn")
NOW = 1772445420
SEARCH = conf("savedsearches")[DETECTION]["search"]


def without_empty(rows: list[dict]) -> list[dict]:
    return [{field: value for field, value in row.items() if value != ""} for row in rows]


def both_ways(spl: str, events: list[dict], **options) -> tuple[list[dict], list[dict]]:
    assert COMMAND in spl
    null, empty = (search(events, spl.replace(COMMAND, way), now=NOW, **options) for way in (AS_NULL, AS_EMPTY))
    return null, empty


@cache
def found(kind: str) -> tuple[list[dict], list[dict]]:
    """What the detection finds, both ways."""
    return both_ways(SEARCH, ROWS[kind])


def test_the_two_ways_differ_where_nothing_heeds_them():
    """Else the tests below would say nothing."""
    spl = f"search * {COMMAND} | eval found=if(isnull(job_id), 1, 0) | table found"
    null, empty = both_ways(spl, [{"job_arn": "no ARN"}])
    assert (null, empty) == ([{"found": "1"}], [{"found": "0"}])


@pytest.mark.parametrize("kind", ROWS)
def test_the_detection_finds_the_same(kind):
    null, empty = map(without_empty, found(kind))
    assert null == empty != []


@pytest.mark.parametrize("kind", ROWS)
def test_what_raises_a_finding_is_the_same_to_the_cell(kind):
    """The fields that settings name must not be "" in the one way and absent in the other."""
    named = ("job_console_url", "finding_summary", "severity", "vendor_account", "s3_job", "s3_job_pattern")
    null, empty = ([{field: row.get(field) for field in named} for row in rows] for rows in found(kind))
    assert null == empty


def test_the_few_rows_together_are_the_rows_of_each():
    alone = [row for kind in FEW for row in found(kind)[0]]
    assert len(both_ways(SEARCH, TOGETHER)[0]) == len(alone) > len(FEW)


@pytest.mark.parametrize("edit", [*[*ALL][:2], *(pytest.param(edit, marks=pytest.mark.slow) for edit in [*ALL][2:])])
def test_an_edit_of_the_filter_keeps_the_same(edit, tmp_path):
    app = with_macros(tmp_path, aws_exfiltration_via_batch_service_filter=ALL[edit])
    for events in (TOGETHER, ROWS["flood"]):
        null, empty = map(without_empty, both_ways(SEARCH, events, app=app))
        assert null == empty


@pytest.mark.parametrize("kind", ROWS)
def test_the_drilldowns_show_the_same(kind):
    for drilldown in drilldowns(conf("savedsearches")[DETECTION]):
        null, empty = (filled(drilldown["search"], rows[0]) for rows in found(kind))
        assert null == empty
        if COMMAND in null:
            null, empty = map(without_empty, both_ways(null, ROWS[kind]))
            assert null == empty != []

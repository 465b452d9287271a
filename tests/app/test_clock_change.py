"""Times of a finding where clocks go back: an hour comes twice, and its text alone does not say which one is meant."""

from __future__ import annotations

import pytest

from splreplay.engine import search
from splreplay.knowledge.app import load_app
from splreplay.scan.source import DictSource
from tests.app.shipped import DETECTION, ROOT, conf, records


@pytest.mark.parametrize(
    ("time", "epoch"), [("2026-10-25T00:30:00Z", 1_792_888_200), ("2026-10-25T01:30:00Z", 1_792_891_800)]
)
def test_a_drilldown_begins_two_hours_before_the_job_in_either_hour(time, epoch):
    [event] = records("one_job")
    spl = conf("savedsearches")[DETECTION]["search"]
    source = DictSource([{**event, "eventTime": time}])
    [row] = search(spl, source, app=load_app(str(ROOT)), tz="Europe/Berlin").rows
    assert row["firstTime"] == "2026-10-25T02:30:00"
    assert row["from_2h_before"] == str(epoch - 7_200)

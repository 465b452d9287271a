"""The search `CloudTrail arrival`: what it says of sources that come, come late, fall silent or never were steady."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.app.shipped import DETECTION, ROOT, conf, search, with_macros

SAVED = conf("savedsearches")["CloudTrail arrival"]
CASES = yaml.safe_load((ROOT / "tests" / "app" / "arrival.yml").read_text("utf-8"))
NOW, DAY = 1772445420, 86400
SETTINGS = "cloudtrail_arrival_settings"
ALERT = SAVED["alert_condition"].removeprefix("search ")


def event(time: float, delay: float, account: str, region: str, more: dict[str, Any]) -> dict[str, Any]:
    """A record as an index has it: with its time, and the time at which it came."""
    return {
        "_time": str(time),
        "_indextime": str(time + delay),
        "sourcetype": "aws:cloudtrail",
        "recipientAccountId": account,
        "awsRegion": region,
        **more,
    }


def events(case: dict[str, Any]) -> list[dict[str, Any]]:
    """`days` ago, each an hour before that day's end, unless `hours` says otherwise."""
    return [
        event(NOW - ago, source.get("delay", 600), str(source["account"]), source["region"], source.get("fields", {}))
        for source in case["sources"]
        for ago in [*(day * DAY + 3600 for day in source.get("days", [])), *(h * 3600 for h in source.get("hours", []))]
    ]


@pytest.fixture
def offline(tmp_path):
    """The app without what asks a running Splunk."""
    return with_macros(tmp_path, **{SETTINGS: "search *"})


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_a_source(name, offline):
    rows = search(events(CASES[name]), SAVED["search"], app=offline, now=NOW)
    wanted = CASES[name]["rows"]
    assert [{field: row.get(field) for field in want} for row, want in zip(rows, wanted, strict=True)] == wanted
    alerts = search(events(CASES[name]), f"{SAVED['search']} | search {ALERT}", app=offline, now=NOW)
    assert bool(alerts) == CASES[name]["alerts"]
    assert all(row["says"] for row in alerts)


def test_the_macro_in_another_index_is_the_first_thing_told(tmp_path):
    app = with_macros(tmp_path, cloudtrail="index=aws sourcetype=aws:cloudtrail", **{SETTINGS: "search *"})
    case = {"sources": [{"account": 1, "region": "r", "days": [0, 1, 2]}]}
    given = [{**record, "index": "main"} for record in events(case)]
    [row] = search(given, SAVED["search"], app=app, now=NOW)
    assert (row["state"], "The macro cloudtrail finds no" in row["says"]) == ("nothing found", True)


# What rest returns: every setting as the layers of confs make it.
SHIPPED = {"title": DETECTION, "eai:acl.app": "DA-ESS-AWSBatchExfiltration", **conf("savedsearches")[DETECTION]}
OF_1_0 = {
    "dispatch.earliest_time": "-70m@m",
    "dispatch.latest_time": "-10m@m",
    "alert.digest_mode": "1",
    "alert.suppress.fields": "aws_account_id,firstTime,job_arn",
}
REST = re.compile(r"\| rest [^|]*")


def hidden(merged: dict[str, str]) -> list[dict[str, Any]]:
    """What the macro says where rest answers with one saved search."""
    definition = conf("macros")[SETTINGS]["definition"]
    assert len(REST.findall(definition)) == 1
    asked = REST.sub("search sourcetype=saved ", definition)
    return search([{**merged, "sourcetype": "saved"}], f"search sourcetype=none | {asked}")


def test_the_shipped_settings_are_not_told():
    assert hidden(SHIPPED) == []


@pytest.mark.parametrize("key", [*OF_1_0, "dispatch.index_earliest", "dispatch.index_latest"])
def test_a_local_key_that_hides_the_schedule_is_named(key):
    for value in {OF_1_0.get(key, ""), ""}:
        [row] = hidden({**SHIPPED, key: value})
        assert (row["state"], f": {key}. " in row["says"]) == ("local settings", True)


def test_all_keys_of_version_1_0_are_named_at_once():
    [row] = hidden({**SHIPPED, **OF_1_0})
    assert ", ".join(OF_1_0) in row["says"]


def test_another_search_and_another_app_are_not_meant():
    assert hidden({**SHIPPED, **OF_1_0, "title": "another"}) == []
    assert hidden({**SHIPPED, **OF_1_0, "eai:acl.app": "search"}) == []


def test_it_asks_this_splunk_for_this_apps_searches():
    [asked] = REST.findall(conf("macros")[SETTINGS]["definition"])
    app = conf("app")["package"]["id"]
    assert asked.split() == ["|", "rest", f"/servicesNS/-/{app}/saved/searches", "splunk_server=local", "count=0"]

"""The drilldowns, filled with a finding's values and run over the bundled example, show what they promise."""

from __future__ import annotations

import json

import pytest

import splreplay
from tests.app.shipped import ROOT, TOKEN, conf, drilldowns

NAME = "Threat - AWS Exfiltration via Batch Service - Rule"
LINES = (ROOT / "examples" / "cloudtrail.ndjson").read_text("utf-8").splitlines()
RECORDS = [json.loads(line) for line in LINES]
ADDON = str(ROOT / "splreplay" / "addons" / "aws_cloudtrail")

PROMISED = {
    "View the detection results": [{"aws_account_id": "111111111111", "count": "1", "status": "New"}],
    "View the states": [
        {"eventName": "JobCreated", "serviceEventDetails.status": "New"},
        *[
            {"eventName": "JobStatusChanged", "serviceEventDetails.status": status}
            for status in ("Preparing", "Ready", "Active", "Completing", "Complete")
        ],
    ],
    "View the role sessions": [{"requestParameters.roleArn": "arn:aws:iam::111111111111:role/nightly-copy"}],
    "View bucket policy": [
        {"eventName": "PutBucketReplication", "requestParameters.bucketName": "example-customer-data"}
    ],
}


def rows(spl: str, addon: str | None = None) -> list[dict]:
    return splreplay.query(spl, RECORDS, app=str(ROOT), addon=addon)


@pytest.fixture(scope="module")
def finding() -> dict:
    [row] = rows(conf("savedsearches")[NAME]["search"])
    return row


def filled(text: str, finding: dict) -> str:
    """The text as Enterprise Security fills its tokens: a multivalue as its values joined."""

    def value(token) -> str:
        cell = finding[token[1]]
        return cell if isinstance(cell, str) else "\n".join(cell)

    return TOKEN.sub(value, text)


def search_named(start: str) -> str:
    told = drilldowns(conf("savedsearches")[NAME])
    [search] = [item["search"] for item in told if item["name"].startswith(start)]
    return search


@pytest.mark.parametrize("addon", [None, ADDON], ids=["without the add-on", "with it"])
@pytest.mark.parametrize("start", PROMISED)
def test_a_drilldown_shows_what_its_name_says(start, addon, finding):
    found = rows(filled(search_named(start), finding), addon)
    assert [{field: row.get(field) for field in PROMISED[start][0]} for row in found] == PROMISED[start]


def test_the_states_of_several_jobs_are_shown_together(finding):
    several = {**finding, "job_id": ["d6e58ec4-897a-4b6d-975f-10d7f0fb63ce", finding["job_id"]]}
    assert len(rows(filled(search_named("View the states"), several))) == 6


def test_another_job_has_no_states_here(finding):
    other = {**finding, "job_id": "d6e58ec4-897a-4b6d-975f-10d7f0fb63ce"}
    assert rows(filled(search_named("View the states"), other)) == []


def test_every_drilldown_but_the_one_over_es_data_is_tried():
    names = [item["name"] for item in drilldowns(conf("savedsearches")[NAME])]
    tried = [name for name in names if name.startswith(tuple(PROMISED))]
    assert [name for name in names if name not in tried] == [
        "View the risk of account $aws_account_id$ in the last 7 days"
    ]

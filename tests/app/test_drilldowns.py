"""The drilldowns, filled with a finding's values and run over records, show what their names promise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.shipped import DETECTION, ROOT, TOKEN, conf, drilldowns, jobs, records, search, with_macros

LINES = (ROOT / "examples" / "cloudtrail.ndjson").read_text("utf-8").splitlines()
RECORDS = [json.loads(line) for line in LINES]
ADDON = str(ROOT / "splreplay" / "addons" / "aws_cloudtrail")
DRILLDOWNS = drilldowns(conf("savedsearches")[DETECTION])
ROLE = "arn:aws:iam::111111111111:role/nightly-copy"
ALICE = "arn:aws:sts::111111111111:assumed-role/analyst/alice"

PROMISED = {
    "View the detection results": [{"aws_account_id": "111111111111", "count": "1", "status": "New"}],
    "View the states": [
        {"eventName": "JobCreated", "serviceEventDetails.status": "New"},
        *[
            {"eventName": "JobStatusChanged", "serviceEventDetails.status": status}
            for status in ("Preparing", "Ready", "Active", "Completing", "Complete")
        ],
    ],
    "View who let": [
        {"eventName": "CreateRole", "requestParameters.roleName": "nightly-copy", "userIdentity.arn": ALICE}
    ],
    "View who changed": [
        {"eventName": "PutBucketReplication", "target": "example-customer-data", "userIdentity.arn": ALICE}
    ],
    "View the role sessions": [{"requestParameters.roleArn": ROLE}],
    "View the objects": [
        {
            "userIdentity.sessionContext.sessionIssuer.arn": ROLE,
            "eventName": "CopyObject",
            "requestParameters.bucketName": "example-elsewhere",
            "count": "3",
            "objects": "2",
            "bucket_accounts": "222222222222",
        }
    ],
}
OVER_ES_DATA = ["View the risk of account $aws_account_id$ in the last 7 days"]


def written(key: str, role: str = ROLE) -> dict[str, Any]:
    """A data event of a copied object."""
    return {
        **RECORDS[0],
        "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": role}}},
        "eventTime": "2026-03-02T09:30:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "CopyObject",
        "readOnly": False,
        "managementEvent": False,
        "requestParameters": {"bucketName": "example-elsewhere", "key": key},
        "resources": [{"type": "AWS::S3::Bucket", "accountId": "222222222222"}],
    }


OBJECTS = [written("a"), written("b"), written("b"), written("c", role=ROLE.replace("nightly-copy", "app"))]


@pytest.fixture(scope="module")
def finding() -> dict:
    [row] = search(RECORDS)
    return row


def filled(text: str, finding: dict) -> str:
    """The text as Enterprise Security fills its tokens: a multivalue as its values joined, the unknown left."""

    def value(token) -> str:
        cell = finding.get(token[1], token[0])
        return cell if isinstance(cell, str) else "\n".join(cell)

    return TOKEN.sub(value, text)


def search_named(start: str) -> str:
    [found] = [item["search"] for item in DRILLDOWNS if item["name"].startswith(start)]
    return found


def shown(start: str, finding: dict, events: list[dict], **options: Any) -> list[dict]:
    return search(events, filled(search_named(start), finding), **options)


@pytest.mark.parametrize("addon", [None, ADDON], ids=["without the add-on", "with it"])
@pytest.mark.parametrize("start", PROMISED)
def test_a_drilldown_shows_what_its_name_says(start, addon, finding):
    found = shown(start, finding, RECORDS + OBJECTS, addon=addon)
    assert [{field: row.get(field) for field in PROMISED[start][0]} for row in found] == PROMISED[start]


def test_another_job_has_no_states_here(finding):
    [other] = search(records("one_job"))
    assert shown("View the states", {**finding, "s3_job_pattern": other["s3_job_pattern"]}, RECORDS) == []


def changed(record: dict, status: str) -> dict:
    details = {**record["serviceEventDetails"], "status": status}
    event = {"eventName": "JobStatusChanged", "eventID": f"{record['eventID']}-later"}
    return {**record, **event, "serviceEventDetails": details}


@pytest.mark.parametrize("dataset", ["unreadable_arn", "jobs_without_an_arn"])
def test_results_and_states_are_shown_where_the_arn_cannot_be_read(dataset):
    events = records(dataset)
    events += [changed(event, "Complete") for event in events]
    rows = search(events)
    assert len(rows) == len(events) / 2
    for row in rows:
        [again] = shown("View the detection results", row, events)
        assert (again["s3_job"], again["firstTime"]) == (row["s3_job"], row["firstTime"])
        states = shown("View the states", row, events)
        # A record with neither ARN nor id is known by itself alone.
        named = row["s3_job"] not in {event["eventID"] for event in events}
        assert [state["eventName"] for state in states] == ["JobCreated", *["JobStatusChanged"] * named]


def test_what_a_log_says_never_becomes_a_part_of_a_search():
    [event] = records("one_job")
    hostile = ':job/" OR 1=1) | delete | eval x="$aws_account_id$ `cloudtrail` [search *]'
    event["serviceEventDetails"]["jobArn"] = hostile
    [row] = search([event])
    assert row["s3_job"] == hostile
    for drilldown in DRILLDOWNS:
        assert "delete" not in filled(drilldown["search"], row).replace("___delete___", "")
    assert len(shown("View the states", row, [event, *RECORDS])) == 1


def test_tokens_stay_short_however_many_jobs_there_are():
    rows = search(jobs(500))
    tokens = {token for item in DRILLDOWNS for text in item.values() for token in TOKEN.findall(text)}
    assert max(len(row[token]) for row in rows for token in tokens) <= 201
    [rest] = [row for row in rows if "more_jobs" in row]
    assert len(shown("View the detection results", rest, jobs(500))) == 500


def test_a_job_that_is_approved_later_keeps_its_finding_readable(tmp_path: Path, finding):
    app = with_macros(tmp_path, aws_exfiltration_via_batch_service_filter="search NOT aws_account_id=*")
    assert search(RECORDS, app=app) == []
    assert len(shown("View the detection results", finding, RECORDS, app=app)) == 1
    deciding = ("_filter`", "_limit`", "_approved`")
    assert [item["name"] for item in DRILLDOWNS if any(name in item["search"] for name in deciding)] == []


def test_a_drilldown_has_a_time_range_of_its_own(finding):
    """In its text, since what Enterprise Security counts its offsets from is not the job's time for a late event."""
    counts = {
        "2026-01-31T09:00:00Z": 0,
        "2026-01-31T10:00:00Z": 1,
        "2026-03-09T09:00:00Z": 1,
        "2026-03-09T10:00:00Z": 0,
    }
    for time, count in counts.items():
        assert len(shown("View who let", finding, [{**RECORDS[4], "eventTime": time}])) == count
    own = [item for item in DRILLDOWNS if item["name"] not in OVER_ES_DATA]
    assert [item["name"] for item in own if "earliest=$from_" not in item["search"].split("`")[0]] == []
    assert [item["name"] for item in DRILLDOWNS if "$info_" in str(item)] == []


def test_every_drilldown_but_the_one_over_es_data_is_tried():
    names = [item["name"] for item in DRILLDOWNS]
    assert [name for name in names if not name.startswith(tuple(PROMISED))] == OVER_ES_DATA

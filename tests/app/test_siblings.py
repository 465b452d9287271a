"""The analytics around a job: whatever order, number or shape their records have, and what their drilldowns show."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from tests.app.shipped import ROOT, TOKEN, conf, drilldowns, job, records, search

NAMES = {
    "replication": "Threat - AWS S3 Replication to Foreign Account before Batch Job - Rule",
    "role": "Threat - AWS Role for S3 Batch Operations before Batch Job - Rule",
    "first": "Threat - AWS First S3 Batch Job in Account and Region - Rule",
}
SEARCHES = {kind: conf("savedsearches")[name]["search"] for kind, name in NAMES.items()}
ONE = {"replication": records("replication_one_rule"), "role": records("role_created"), "first": records("first_job")}


def found(kind: str, events: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    return search(events, SEARCHES[kind], **options)


@pytest.mark.parametrize("kind", NAMES)
def test_the_order_of_records_does_not_matter(kind):
    events = [*ONE[kind], *records("within_real_traffic"), *records("failed_call")]
    rows = [sorted(found(kind, random.Random(seed).sample(events, len(events))), key=str) for seed in range(4)]
    assert rows[1:] == rows[:1] * 3
    assert rows[0]


@pytest.mark.parametrize("kind", ["replication", "role"])
def test_a_record_that_came_twice_is_no_other_row(kind):
    [once], [twice] = found(kind, ONE[kind]), found(kind, ONE[kind] * 2)
    assert once == twice


def with_rules(rules: list[dict[str, Any]] | dict[str, Any] | None) -> list[dict[str, Any]]:
    call, created = ONE["replication"]
    request = json.loads(json.dumps(call["requestParameters"]))
    request["ReplicationConfiguration"] = {"Role": "r", **({} if rules is None else {"Rule": rules})}
    return [{**call, "requestParameters": request}, created]


def rule(bucket: str, account: str | None = None) -> dict[str, Any]:
    return {"Destination": {"Bucket": bucket, **({"Account": account} if account else {})}}


@pytest.mark.parametrize(
    ("rules", "accounts"),
    [
        (rule("a", "222222222222"), "222222222222"),
        ([rule("a", "222222222222")], "222222222222"),
        ([rule("a"), rule("b", "222222222222"), rule("c", "333333333333")], ["222222222222", "333333333333"]),
        ([rule("a", "222222222222"), rule("b", "222222222222")], "222222222222"),
        ([rule("a", "111111111111"), rule("b")], None),
        ([], None),
        ({}, None),
        (None, None),
        ({"Destination": None}, None),
    ],
)
def test_rules_of_either_shape_lead_to_accounts(rules, accounts):
    rows = found("replication", with_rules(rules))
    assert [row["dest_account"] for row in rows] == ([] if accounts is None else [accounts])


def test_a_thousand_rules_and_jobs_are_one_finding_that_can_be_read():
    events = with_rules([rule(f"b{number}", f"{number:012d}") for number in range(1_000)])
    events += [job({**events[1], "awsRegion": "us-west-2"}, "111111111111", number) for number in range(3600, 4000)]
    [row] = found("replication", events)
    assert (row["dest_accounts"], row["source_buckets"]) == ("1000", "1")
    assert [len(row[name]) for name in ("dest_account", "dest_bucket")] == [20, 20]
    assert row["job_arn"] == events[2]["serviceEventDetails"]["jobArn"]


def test_calls_and_jobs_are_paired_at_a_cost_that_adds_up():
    """2,000 calls of 100 people, each before 2,000 jobs of one account: pairs would be 4,000,000."""
    call, created = ONE["replication"]
    calls = [
        {**call, "eventID": f"{number:08d}-call", "userIdentity": {"userName": f"u{number // 20}"}}
        for number in range(2_000)
    ]
    created = {**created, "awsRegion": "us-west-2"}
    events = [*calls, *(job(created, "111111111111", number) for number in range(7_200, 9_200))]
    began = time.monotonic()
    rows = found("replication", events)
    assert len({row["call_id"] for row in rows}) == len(rows) == 2_000
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("who", ["'; | delete", '"\u202e<b>', "a" * 300, "*", "$user$"])
def test_whoever_calls_is_text_and_nothing_else(who):
    call, created = ONE["replication"]
    [row] = found("replication", [{**call, "userIdentity": {**call["userIdentity"], "userName": who}}, created])
    assert row["user"] == who


@pytest.mark.parametrize(
    ("identity", "user"),
    [
        ({"type": "IAMUser", "userName": "bob", "arn": "arn:aws:iam::111111111111:user/ops/bob"}, "bob"),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/r/eve@x.org"}, "eve@x.org"),
        ({"type": "Root", "arn": "arn:aws:iam::111111111111:root"}, "arn:aws:iam::111111111111:root"),
        ({"type": "AWSAccount", "principalId": "AIDAX"}, "AIDAX"),
        ({"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}, "cloudformation.amazonaws.com"),
        ({}, "111111111111"),
        ({"userName": None, "arn": ""}, "111111111111"),
    ],
)
def test_the_user_is_the_person_as_far_as_one_is_known(identity, user):
    call, created = ONE["replication"]
    [row] = found("replication", [{**call, "userIdentity": identity}, created])
    assert row["user"] == user


@pytest.mark.parametrize(
    ("action", "fires"),
    [
        ("s3:PutObject", True),
        ("s3:*", True),
        ("s3:Put*", True),
        ("*", True),
        ("s3:ReplicateObject", True),
        ("s3:GetObject", False),
        ("s3:ListBucket", False),
        ("s3:PutObjectTagging", False),
        ("ec2:*", False),
    ],
)
def test_rights_to_write_to_s3_are_told_from_others(action, fires):
    call, _, _, created = records("role_gets_rights")
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": [action], "Resource": "*"}]})
    changed = {**call, "requestParameters": {**call["requestParameters"], "policyDocument": policy}}
    assert bool(found("role", [changed, created])) is fires


def filled(text: str, row: dict[str, Any]) -> str:
    return TOKEN.sub(lambda token: row[token[1]] if isinstance(row[token[1]], str) else "\n".join(row[token[1]]), text)


@pytest.mark.parametrize("dataset", ["replication_one_rule", "replication_several_rules", "replication_by_root"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_drilldown_shows_something_of_its_finding(dataset, number):
    events = records(dataset)
    [row] = found("replication", events)
    drilldown = drilldowns(conf("savedsearches")[NAMES["replication"]])[number]
    shown = search(events, filled(drilldown["search"], row))
    assert shown
    if number == 0:
        assert [{name: each[name] for name in row} for each in shown] == [row]


def test_each_page_of_an_analytic_says_what_it_cannot_see():
    text = " ".join((ROOT / "docs" / "siblings.md").read_text("utf-8").split())
    for name in NAMES.values():
        assert name.split(" - ")[1] in text

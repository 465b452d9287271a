"""What may be approved of a finding, and for how long: no value of a log becomes a pattern, and every approval ends."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import Any

import approvals
import approve_s3_batch_job
import pytest
import revoke_s3_batch_approval
from hypothesis import given
from hypothesis import strategies as st
from response_action import Refused

ARN = "arn:aws:s3:us-west-2:111111111111:job/bb54efd8-937d"
ROW = {"aws_account_id": "111111111111", "s3_job": ARN, "job_region": "us-west-2", "job_role": ""}
NOW = 1_772_442_000.0


def action(kept: list[dict[str, Any]], **parameters: str) -> Any:
    """An action whose splunkd keeps what is saved."""

    def ask(method, path, query=None, body=None):
        assert path[:3] == ("servicesNS", "nobody", "DA-ESS-AWSBatchExfiltration")
        if method == "GET":
            return list(kept)
        assert path[-1] == "batch_save"
        for document in json.loads(json.dumps(body)):
            kept[:] = [each for each in kept if each["_key"] != document["_key"]] + [document]
        return None

    return SimpleNamespace(
        parameter=lambda name: parameters.get(name, ""), user="bob", splunkd=SimpleNamespace(ask=ask)
    )


def approved(row: dict[str, Any], **parameters: str) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    approve_s3_batch_job.approve(action(kept, **{"until": "1d", "reason": "x", **parameters}), row)
    return kept


@pytest.mark.parametrize(
    ("scope", "named"),
    [
        ("", {"account": "111111111111", "job": ARN}),
        ("region", {"account": "111111111111", "region": "us-west-2"}),
        ("account", {"account": "111111111111"}),
    ],
)
def test_an_approval_names_what_its_scope_says_and_holds_for_the_row(scope, named):
    [document] = approved(ROW, scope=scope)
    assert {name: document[name] for name in approvals.NAMED if name in document} == named
    assert approvals.Desk(approvals.readable([document], pytest.fail)).decide(ROW, NOW)["approval_state"] == "approved"


def test_the_key_is_that_of_the_same_jobs_whatever_else_is_said():
    [first], [second], [other] = (
        approved(ROW), approved(ROW, reason="y", until="9d"), approved(ROW, scope="account"))  # fmt: skip
    assert first["_key"] == second["_key"] != other["_key"]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {**ROW, "s3_job": "*"},
        {**ROW, "s3_job": "arn:aws:s3:*"},
        {**ROW, "s3_job": [ARN, ARN + "2"]},
        {**ROW, "s3_job": "a b"},
        {**ROW, "s3_job": "a\nb"},
        {**ROW, "s3_job": "\u202e"},
        {**ROW, "aws_account_id": "unknown"},
        {**ROW, "aws_account_id": "*"},
        {**ROW, "aws_account_id": "\u0661" * 12},
        {**ROW, "more_jobs": "7"},
    ],
)
def test_a_row_that_names_no_job_approves_nothing(row):
    with pytest.raises(Refused):
        approved(row)


texts = st.text("1:a*\n ", max_size=4) | st.sampled_from(["1" * 12, ARN])


@given(texts | st.lists(texts, max_size=2), texts | st.lists(texts, max_size=2))
def test_no_row_makes_an_approval_of_more_than_itself(account, job):
    try:
        [document] = approved({"aws_account_id": account, "s3_job": job})
    except Refused:
        return
    assert (document["account"], "*" in document["job"]) == ("1" * 12, False)


@pytest.mark.parametrize(
    ("until", "seconds"),
    [
        ("12h", 43200),
        ("30d", 30 * 86400),
        ("2w", 14 * 86400),
        ("2026-03-02", 54000),
        ("2026-03-31", 54000 + 29 * 86400),
    ],
)
def test_until_is_a_span_or_the_end_of_a_day(until, seconds):
    assert approve_s3_batch_job.end_of(until, NOW) == NOW + seconds


@pytest.mark.parametrize(
    "until",
    ["", "0d", "367d", "9999w", "2026-03-01", "2027-03-04", "2026-02-30", "never", "-1d", "1d2h", "1e9", "9999-12-31"],
)
def test_an_approval_has_to_end(until):
    with pytest.raises(Refused):
        approve_s3_batch_job.end_of(until, NOW)


@pytest.mark.parametrize(
    ("given_", "kept"), [(" a\r\nb ", "a b"), ('"; | delete', '"; | delete'), ("x" * 5000, "x" * 1024)]
)
def test_a_reason_is_one_line_of_text(given_, kept):
    assert approved(ROW, reason=given_)[0]["reason"] == kept


def test_revoking_ends_all_that_holds_and_nothing_else():
    kept = [
        {"_key": "wide", "_user": "nobody", "account": "111111111111", "expires": NOW * 2, "reason": "r", "revoked": 0},
        {"_key": "other", "account": "222222222222", "expires": NOW * 2},
        {"_key": "odd", "account": "111111111111"},
        {"_key": "gone", "account": "111111111111", "expires": NOW * 2, "revoked": 5},
    ]
    [event] = revoke_s3_batch_approval.revoke(action(kept), ROW)
    assert event["approval_key"] == ["wide"]
    wide = next(each for each in kept if each["_key"] == "wide")
    assert (abs(wide["revoked"] - time.time()) < 60, wide["revoked_by"], wide["reason"]) == (True, "bob", "r")
    assert [each.get("revoked") for each in kept if each["_key"] != "wide"] == [None, None, 5]
    with pytest.raises(Refused):
        revoke_s3_batch_approval.revoke(action(kept), ROW)

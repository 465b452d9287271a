"""bin/approvals.py: which approval a row has, and in which state; the oddest document approves nothing."""

from __future__ import annotations

import re
import time

import approvals
import pytest
from hypothesis import given
from hypothesis import strategies as st

ARN = "arn:aws:s3:us-west-2:111111111111:job/bb54efd8-937d"
ROW = {"aws_account_id": "111111111111", "s3_job": ARN, "job_region": "us-west-2", "job_role": ""}
DESCRIBED = {
    **ROW,
    "job_role": "arn:aws:iam::111111111111:role/copy",
    "job_source_bucket": "in",
    "job_target_resource": "out",
}
NOW, DAY = 1_772_442_000.0, 86_400.0
NOTHING = dict.fromkeys(approvals.FIELDS, "")


def approval(**named):
    return {"reason": "why", "approved_by": "bob", "expires": NOW + DAY, "revoked": 0, "_key": "k", **named}


def decide(*documents, row=ROW, when=NOW):
    told: list[str] = []
    decided = approvals.Desk(approvals.readable(list(documents), told.append)).decide(row, when)
    return decided, told


def state(*documents, row=ROW, when=NOW):
    return decide(*documents, row=row, when=when)[0]["approval_state"]


@pytest.mark.parametrize(
    ("named", "row", "expected"),
    [
        ({"account": "111111111111"}, ROW, "approved"),
        ({"account": " 111111111111 "}, ROW, "approved"),
        ({"account": "11111111111"}, ROW, "none"),
        ({"account": "1111*"}, ROW, "approved"),
        ({"job": ARN}, ROW, "approved"),
        ({"job": "*:job/bb54*"}, ROW, "approved"),
        ({"job": ARN, "account": "222222222222"}, ROW, "none"),
        ({"account": "111111111111", "region": "us-*-2"}, ROW, "approved"),
        ({"account": "111111111111", "region": "eu-*"}, ROW, "none"),
        ({"account": "111111111111", "region": "*"}, ROW, "approved"),
        (
            {"account": "111111111111", "region": "us-west-2"},
            {**ROW, "job_region": ["us-west-2", "us-west-2"]},
            "approved",
        ),
        ({"account": "111111111111", "region": "us-west-2"}, {**ROW, "job_region": ["us-west-2", "eu-west-1"]}, "none"),
        ({"region": "us-west-2"}, {"region": "us-west-2"}, "approved"),
        ({"region": "us-west-2"}, {}, "none"),
        # What only a description of the job says holds where the job was described, and nowhere else.
        ({"account": "111111111111", "role": "*role/copy"}, ROW, "none"),
        ({"account": "111111111111", "role": "*role/copy"}, DESCRIBED, "approved"),
        ({"account": "111111111111", "role": "*role/other"}, DESCRIBED, "none"),
        ({"bucket": "in", "target": "out"}, DESCRIBED, "approved"),
        ({"bucket": "in", "target": "elsewhere"}, DESCRIBED, "none"),
    ],
)
def test_an_approval_holds_for_rows_that_have_all_that_it_names(named, row, expected):
    assert state(approval(**named), row=row) == expected


def test_it_ends_by_the_time_of_the_job():
    ends = approval(account="111111111111", expires=NOW)
    assert [state(ends, when=when) for when in (NOW - 1, NOW, NOW + 1)] == ["approved", "expired", "expired"]


def test_what_was_revoked_approves_no_job_of_any_time():
    revoked = approval(account="111111111111", revoked=NOW - DAY)
    assert [state(revoked, when=when) for when in (NOW - 2 * DAY, NOW)] == ["revoked", "revoked"]


def test_an_approval_in_force_goes_before_one_that_ended_and_the_last_to_end_before_the_others():
    first = approval(account="111111111111", expires=NOW - 2 * DAY, reason="first")
    last = approval(account="*", job=ARN, expires=NOW - DAY, reason="last")
    assert decide(first, last)[0] == {
        "approval_state": "expired",
        "approval_reason": "last",
        "approved_by": "bob",
        "approval_expires": "2026-03-01T09:00:00Z",
        "approval_key": "k",
    }
    assert state(first, last, approval(region="us-west-2", expires=NOW + 1)) == "approved"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (approval(), "it names nothing, so it would approve every job"),
        (approval(account="*", job=" ** "), "it names nothing, so it would approve every job"),
        (approval(account=["111111111111"]), "account is no text"),
        (approval(account=111111111111), "account is no text"),
        # It would approve more than was meant, were the odd part passed over.
        (approval(account=222222222222, region="us-*"), "account is no text"),
        (approval(account="111111111111", role=["arn:aws:iam::111111111111:role/x"]), "role is no text"),
        (approval(account="111111111111", target={"is": "out"}), "target is no text"),
        (approval(account="111111111111", bucket=False), "bucket is no text"),
        (approval(account="111111111111", roles="*:role/x"), "'roles' is no field of an approval"),
        (approval(account="111111111111", Role="*:role/x"), "'Role' is no field of an approval"),
        (approval(account="111111111111", expires=None), "expires is no time"),
        (approval(account="111111111111", expires="tomorrow"), "expires is no time"),
        (approval(account="111111111111", expires=-1), "expires is no time"),
        (approval(account="111111111111", expires=float("inf")), "expires is no time"),
        (approval(account="111111111111", expires=float("nan")), "expires is no time"),
        (approval(account="111111111111", expires=1e300), "expires is no time"),
        (approval(account="111111111111", expires=[1]), "expires is no time"),
        (approval(account="111111111111", revoked="yes"), "revoked is no time"),
        ({"account": "111111111111"}, "expires is no time"),
        ("account", "it is no object"),
        (None, "it is no object"),
        ([], "it is no object"),
    ],
)
def test_an_odd_document_approves_nothing_and_is_told_beside_those_that_can_be_read(document, reason):
    good = approval(account="111111111111")
    decided, told = decide(document, good)
    assert decided["approval_state"] == "approved"
    [message] = told
    assert message.startswith("matchapproval: 1 of 2 approvals approve nothing")
    assert reason in message


@pytest.mark.parametrize("answer", [{"messages": []}, "text", 7, None, True])
def test_an_answer_that_is_no_list_approves_nothing(answer):
    told: list[str] = []
    assert approvals.readable(answer, told.append) == []
    assert len(told) == 1


def expected_match(pattern: str, value: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value, re.DOTALL) is not None


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_a_star_stands_for_any_text(pattern, value):
    assert approvals.matches(pattern, value) == expected_match(pattern, value)


def test_no_pattern_takes_long():
    start = time.process_time()
    assert not approvals.matches("*a" * 500 + "b", "a" * 100_000)
    assert time.process_time() - start < 1


def test_rows_of_one_account_are_not_held_against_the_approvals_of_all_others():
    documents = [approval(account=f"{number:012d}") for number in range(49_999)]
    desk = approvals.Desk(approvals.readable(documents, pytest.fail))
    start = time.process_time()
    states = {desk.decide({"aws_account_id": f"{number:012d}"}, NOW)["approval_state"] for number in range(10_000)}
    assert (states, time.process_time() - start < 2) == ({"approved"}, True)


def test_the_collection_is_asked_once_and_only_where_there_are_rows():
    asked, told = [], []
    match = approvals.matcher("_time", lambda: asked.append(1) or [approval(account="111111111111")], told.append)
    assert list(match([])) == []
    assert asked == []
    rows = [*match([{**ROW, "_time": str(NOW)}, {"x": "1", "_time": "soon"}]), *match([{"_time": NOW}])]
    assert [row["approval_state"] for row in rows] == ["approved", "none", "none"]
    assert rows[1] == {**dict.fromkeys([*ROW, "x"], ""), **NOTHING, "x": "1", "_time": "soon", "approval_state": "none"}
    assert (asked, len(told)) == ([1], 1)
    assert "the field _time" in told[0]


def test_whatever_goes_wrong_in_asking_approves_nothing_and_is_told_once():
    told: list[str] = []

    def broken():
        raise RuntimeError("down")

    match = approvals.matcher("_time", broken, told.append)
    rows = [row for _ in range(3) for row in match([{**ROW, "_time": NOW}])]
    assert [row["approval_state"] for row in rows] == ["none"] * 3
    assert told == ["matchapproval approves no job, because the approvals cannot be read: down"]


def test_as_many_as_the_store_gives_at_once_may_not_be_all():
    told: list[str] = []
    documents = [approval(account="111111111111")] * approvals.MOST
    assert len(approvals.readable(documents, told.append)) == approvals.MOST
    assert told == ["matchapproval: the KV store gives 50,000 approvals at most; those beyond approve nothing"]

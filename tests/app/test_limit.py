"""A flood of jobs is shortened, and hides nothing."""

from __future__ import annotations

import json
import re

import pytest

from tests.app.shipped import jobs, records, search, with_macros

OTHER = "222222222222"
LIMIT = "aws_exfiltration_via_batch_service_limit"


def names(events: list[dict]) -> set[str]:
    return {event["serviceEventDetails"]["jobArn"] for event in events}


def told(row: dict) -> set[str]:
    """The jobs that a row is about."""
    more = row.get("more_job_arns", row["s3_job"])
    return {more} if isinstance(more, str) else set(more)


def rest_of(rows: list[dict]) -> list[dict]:
    return [row for row in rows if "more_jobs" in row]


def mismatched(events: list[dict], account: str) -> list[dict]:
    """The same jobs, told by another account's trail than their ARN names."""
    return [{**event, "recipientAccountId": account, "userIdentity": {"accountId": account}} for event in events]


def test_fifty_jobs_of_an_account_are_fifty_rows():
    rows = search(jobs(50))
    assert (len(rows), rest_of(rows)) == (50, [])


def test_the_rest_of_an_account_is_one_row_that_names_every_job():
    events = jobs(80) + jobs(20, OTHER)
    rows = search(events)
    [rest] = rest_of(rows)
    assert len(rows) == 50 + 20 + 1
    assert (rest["aws_account_id"], rest["vendor_account"], rest["more_jobs"], rest["count"]) == (
        "111111111111",
        "111111111111",
        "30",
        "30",
    )
    assert (rest["firstTime"], rest["lastTime"]) == ("2026-03-02T09:00:50", "2026-03-02T09:01:19")
    assert rest["finding_summary"] == "30 more jobs in account 111111111111"
    assert {"job_arn", "job_id", "job_console_url"} & set(rest) == set()
    assert [job for row in rows for job in sorted(told(row))].count("") == 0
    assert sorted(job for row in rows for job in told(row)) == sorted(names(events))


def test_the_rest_has_a_key_of_its_own_in_each_account_and_run():
    events = jobs(60) + jobs(60, OTHER)
    keys = [row["s3_job"] for now in (1772445420, 1772449020) for row in rest_of(search(events, now=now))]
    assert len(set(keys)) == len(keys) == 4
    assert "run of 2026-03-02T09:57:00" in keys[0]


def test_a_mismatch_is_never_among_the_rest_and_comes_first():
    foreign = mismatched(jobs(60, OTHER, start=1000), "111111111111")
    rows = search(jobs(200) + foreign)
    [rest] = rest_of(rows)
    assert {row["s3_job"] for row in rows[:60]} == names(foreign)
    assert all("job_account_mismatch=true" in row["finding_summary"] for row in rows[:60])
    assert rows[-1] == rest
    assert rest["more_jobs"] == "150"
    assert len(rows) == 60 + 1 + 50


def test_a_run_stays_below_what_per_result_actions_take():
    """Splunk ends them at 500 rows: of 20 accounts each has its first jobs told, and its rest."""
    accounts = [f"{number:012d}" for number in range(1, 21)]
    events = [event for account in accounts for event in jobs(60, account)]
    rows = search(events)
    assert len(rows) <= 500
    assert {row["aws_account_id"] for row in rest_of(rows)} == set(accounts)
    assert sorted(job for row in rows for job in told(row)) == sorted(names(events))


def test_a_run_of_many_accounts_stays_below_it_too():
    """Of 600 accounts no job is lost: singly, in its account's row, or in that of all other accounts."""
    events = [event for number in range(600) for event in jobs(2, f"{number:012d}")]
    rows = search(events)
    [several] = [row for row in rows if row["aws_account_id"] == "several accounts"]
    assert len(rows) == 200 + 100 + 1
    assert not any("more_jobs" in row for row in rows[:200])
    assert re.fullmatch(r"\d+ more jobs in \d+ accounts", several["finding_summary"])
    assert sorted(job for row in rows for job in told(row)) == sorted(names(events))


def test_a_flood_of_mismatches_hides_nobody():
    foreign = mismatched(jobs(520, OTHER, start=1000), "111111111111")
    rows = search(foreign + jobs(1, "333333333333"))
    [rest] = rest_of(rows)
    assert (len(rows), rows[-1]["aws_account_id"]) == (150 + 1 + 1, "333333333333")
    assert rest["finding_summary"] == "370 more jobs in account 111111111111, job_account_mismatch=true"
    assert told(rest) | {row["s3_job"] for row in rows[:150]} == names(foreign)


def test_a_job_is_one_row_however_its_records_differ():
    [event] = jobs(1)
    rows = search([{**event, "userAgent": f"agent {number}"} for number in range(60)] + jobs(2)[1:])
    assert [row["s3_job"] for row in rows] == sorted(names(jobs(2)))


@pytest.mark.parametrize("nothing", ["", "null", None])
def test_a_job_is_told_whatever_its_event_leaves_empty(nothing):
    [event] = jobs(1)
    fields = ("recipientAccountId", "sourceIPAddress", "userAgent", "errorCode")
    [row] = search([{**event, **dict.fromkeys(fields, nothing), "userIdentity": {"accountId": nothing}}])
    found = [row[field] for field in ("aws_account_id", "src_ip", "userAgent", "errorCode")]
    assert found == ["unknown", "unknown", "unknown", "success"]


def test_jobs_do_not_hide_behind_a_placeholder():
    events = jobs(3)
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    told_apart = [{**e, "serviceEventDetails": {**e["serviceEventDetails"], "jobArn": hidden}} for e in events]
    assert [row["s3_job"] for row in search(told_apart)] == [e["serviceEventDetails"]["jobId"] for e in events]


def test_fields_of_the_users_own_pass_the_limit(tmp_path):
    mine = 'eval owner="team ".aws_account_id'
    app = with_macros(tmp_path, aws_exfiltration_via_batch_service_filter=mine)
    rows = search(records("six_jobs_of_two_accounts"), app=app)
    assert {row["owner"] for row in rows} == {"team 111111111111", "team 222222222222"}


def test_no_row_is_lost_or_changed_where_there_is_no_flood(tmp_path):
    """With the limit taken out the rows are the same, but for the fields that it adds, and the times that it uses."""
    app = with_macros(tmp_path, aws_exfiltration_via_batch_service_limit="search *")
    for dataset in ("six_jobs_of_two_accounts", "jobs_without_an_arn", "failed_call", "delivered_twice"):
        without = [
            {key: row[key] for key in row if key not in ("first_epoch", "last_epoch")}
            for row in search(records(dataset), app=app)
        ]
        fields = {field for row in without for field in row}
        kept = [{key: row[key] for key in row if key in fields} for row in search(records(dataset))]
        assert sorted(map(json.dumps, kept)) == sorted(map(json.dumps, without)) != []


@pytest.mark.parametrize(("risk", "field"), [("95", "64"), ("80", "80"), ("20", "20"), ('"80"', "80"), ('"x"', "64")])
def test_whatever_a_filter_makes_of_the_risk_there_is_one_risk_event(tmp_path, risk, field):
    app = with_macros(tmp_path, aws_exfiltration_via_batch_service_filter=f"eval job_risk={risk}")
    [row] = search(jobs(1), app=app)
    assert {name: row[name] for name in row if name.startswith("account_risk_")} == {
        f"account_risk_{field}": "111111111111"
    }


ON = {"aws_exfiltration_via_batch_service_describe": "`aws_exfiltration_via_batch_service_described`"}


@pytest.mark.parametrize("own", ["", '""', '"a-bucket",', "111111111111, a-bucket", "*", "MINE"])
def test_however_what_is_ones_own_is_written_the_finding_is_raised(tmp_path, own):
    app = with_macros(tmp_path, **ON, aws_exfiltration_via_batch_service_own=own)
    [row] = search(jobs(1), app=app)
    assert row["account_risk_64"] == "111111111111"
    assert "What it does is not known: no credentials" in row["finding_details"]


def test_a_mismatch_is_not_described_and_says_why(tmp_path):
    [row] = search(mismatched(jobs(1, OTHER), "111111111111"), app=with_macros(tmp_path, **ON))
    assert "its account is not the event's, so AWS is not asked" in row["finding_details"]
    assert (row["severity"], row["account_risk_64"]) == ("critical", "111111111111")

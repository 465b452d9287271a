"""What one ARN tells, what is said of one that cannot be read, and what the options allow."""

from __future__ import annotations

import job_arn
import pytest
from hypothesis import given
from hypothesis import strategies as st

ID = "bb54efd8-937d-4f0c-967d-aa8443998dac"
ARN = f"arn:aws:s3:us-west-2:111111111111:job/{ID}"

UNREADABLE = [
    ("", "there is no ARN"),
    ("x" * 1025, "longer than 1024 characters"),
    ("job", "not an ARN: it has fewer than six parts between colons"),
    (f"urn:aws:s3:us-west-2:111111111111:job/{ID}", "not an ARN: it does not begin with arn:"),
    (f"arn:azure:s3:us-west-2:111111111111:job/{ID}", "its partition is not one of AWS"),
    (f"arn:aws:batch:us-west-2:111111111111:job/{ID}", "it names a service other than s3"),
    (f"arn:aws:s3::111111111111:job/{ID}", "its region is malformed"),
    (f"arn:aws:s3:us-west-2:11111111111:job/{ID}", "its account is not 12 digits"),
    (f"arn:aws:s3:us-west-2:11111111111\uff11:job/{ID}", "its account is not 12 digits"),
    ("arn:aws:s3:us-west-2:111111111111:storage-lens/x", "it does not end in job/ and a job id"),
    (f"{ARN}\n", "it does not end in job/ and a job id"),
    (f"{ARN}&x=<script>", "it does not end in job/ and a job id"),
]


def test_an_arn_tells_its_job():
    assert job_arn.describe(ARN, ["111111111111"]) == {
        "job_id": ID,
        "job_partition": "aws",
        "job_region": "us-west-2",
        "job_account_id": "111111111111",
        "job_console_url": f"https://us-west-2.console.aws.amazon.com/s3/jobs/{ID}?region=us-west-2",
        "job_account_mismatch": "false",
        "job_arn_error": "",
    }


@pytest.mark.parametrize(("arn", "error"), UNREADABLE)
def test_an_unreadable_arn_gives_its_reason_and_nothing_else(arn, error):
    told = job_arn.describe(arn, ["111111111111"])
    assert {name: value for name, value in told.items() if value} == {"job_arn_error": error}


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "us-west-2", "us-west-2.console.aws.amazon.com"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-eusc", "eusc-de-east-1", "eusc-de-east-1.console.amazonaws-eusc.eu"),
    ],
)
def test_the_table_knows_the_console_of_each_partition(partition, region, host):
    told = job_arn.describe(f"arn:{partition}:s3:{region}:111111111111:job/{ID}", [])
    assert told["job_console_url"] == f"https://{host}/s3/jobs/{ID}?region={region}"


def test_a_partition_without_a_known_console_has_no_url():
    told = job_arn.describe(f"arn:aws-iso:s3:us-iso-east-1:111111111111:job/{ID}", [])
    assert (told["job_console_url"], told["job_arn_error"], told["job_id"]) == ("", "", ID)


@pytest.mark.parametrize(
    ("account", "mismatch"),
    [("111111111111", "false"), ("222222222222", "true"), ("", ""), (None, ""), ("unknown", "")],
)
def test_the_account_of_the_job_is_compared_with_the_event(account, mismatch):
    assert job_arn.enrichment(ARN, account)["job_account_mismatch"] == mismatch


def test_each_value_of_a_multivalue_cell_keeps_its_place():
    told = job_arn.enrichment([ARN, "x", ARN], "111111111111")
    assert told["job_id"] == [ID, "", ID]
    assert told["job_arn_error"] == ["", "not an ARN: it has fewer than six parts between colons", ""]


cells = st.one_of(st.none(), st.text(), st.lists(st.text()))


@given(cells, cells)
def test_no_cell_is_refused(arns, accounts):
    told = job_arn.enrichment(arns, accounts)
    assert tuple(told) == job_arn.FIELDS


def test_a_row_that_breaks_the_reading_is_told_and_kept(monkeypatch):
    monkeypatch.setattr(job_arn, "read_arn", {"x": {"job_arn_error": "no"}}.__getitem__)
    told = []
    rows = list(job_arn.enricher("job_arn", "", told.append)([{"job_arn": "y", "n": "1"}, {"job_arn": "x", "n": "2"}]))
    assert [(row["n"], row["job_arn_error"]) for row in rows] == [("1", "KeyError: 'y'"), ("2", "no")]
    assert [set(row) for row in rows] == [{"job_arn", "n", *job_arn.FIELDS}] * 2
    assert told == ["enrichjobarn passes a row on unread: KeyError: 'y'"]


SYNTAX = "enrichjobarn field=<name> and prefix=<text>"


@pytest.mark.parametrize(
    ("field", "prefix", "strays", "complaint"),
    [
        ("job_arn", "", ["job_arn"], "'job_arn': its options are field=<name> and prefix=<text>"),
        ("job_arn", "", ["x={y}"], "'x={y}': its options are field=<name> and prefix=<text>"),
        ("", "", [], "as in field=job_arn"),
        ("a b", "", [], "as in field=job_arn"),
        ("job_arn", "1", [], "as in prefix=s3_"),
        ("job_id", "", [], "set prefix= to keep them apart"),
        ("s3_job_id", "s3_", [], "set prefix= to keep them apart"),
    ],
)
def test_a_wrong_option_is_answered_with_what_is_right(field, prefix, strays, complaint):
    [error] = job_arn.option_errors(SYNTAX, strays, field, job_arn.FIELDS, prefix)
    assert error.endswith(complaint)


@pytest.mark.parametrize("field", ["job_arn", "serviceEventDetails.jobArn", "x{}.jobArn", "a:b-c"])
def test_usual_field_names_are_taken(field):
    assert job_arn.option_errors(SYNTAX, [], field, job_arn.FIELDS, "s3_") == []

"""The command `describes3job` on Splunk's wire, with what stands in for AWS behind it."""

from __future__ import annotations

import time
from collections import Counter

import describing
import pytest

from tests.aws.stand_in import ASKED, EXTERNAL_ID, FOREIGN, JOB_ID, OTHER, OWN, ROLE, THROTTLED, TOLD, a_job, arn
from tests.command.frames import ROOT, Command, execute, from_csv, to_csv
from tests.command.pythons import SPLUNK_PYTHONS, python_or_skip

pytestmark = pytest.mark.aws("moto", "boto3", "flask")
SCRIPT = ROOT / "bin" / "describes3job.py"


@pytest.fixture
def environment(aws, monkeypatch):
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)


def described(*rows, python=None, args=()):
    """The rows that come out, and what the command says beside them."""
    command = Command(*args, script=SCRIPT, **({"python": python} if python else {}))
    names = list(dict.fromkeys(name for row in rows for name in row))
    metadata, body = command.ask(execute(to_csv(list(rows), names), finished=True))
    code, out, errors = command.close()
    assert (code, out, errors) == (0, b"", b"")
    return from_csv(body), [text for _, text in metadata.get("inspector", {}).get("messages", [])]


def one(*rows, **more):
    [row], _ = described(*rows, **more)
    return row


@pytest.mark.parametrize("version", SPLUNK_PYTHONS)
def test_a_job_is_described(jobs, environment, version):
    row = one({"job_arn": arn(), "n": "1"}, python=python_or_skip(version))
    assert row == {"job_arn": arn(), "n": "1", **TOLD}


def test_boto3_reads_the_same(aws, jobs, environment):
    theirs = aws.client("s3control").describe_job(AccountId=OWN, JobId=JOB_ID)["Job"]
    row = one({"job_arn": arn()})
    copy = theirs["Operation"]["S3PutObjectCopy"]
    generator = theirs["ManifestGenerator"]["S3JobManifestGenerator"]
    assert row["job_operation"] in theirs["Operation"]
    assert row["job_target"][0] == copy["TargetResource"]
    assert row["job_source"][0] == generator["SourceBucket"]
    assert row["job_role"] == theirs["RoleArn"]
    assert row["job_created"] == theirs["CreationTime"].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert int(row["job_tasks_failed"]) == theirs["ProgressSummary"]["NumberOfTasksFailed"]


def test_a_wrong_secret_is_refused(jobs, environment, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
    row = one({"job_arn": arn()})
    assert row["job_describe_error"].startswith("AWS answered 403 SignatureDoesNotMatch")
    assert "wrong-secret" not in str(row)


def test_a_session_of_a_role_is_let_in(aws, jobs, environment, monkeypatch):
    role = aws.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="test", ExternalId=EXTERNAL_ID)["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", role["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", role["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", role["SessionToken"])
    assert one({"job_arn": arn()})["job_operation"] == "S3PutObjectCopy"


def test_every_row_comes_out(jobs, environment):
    rows = [
        {"job_arn": arn(), "n": "1"},
        {"job_arn": arn("no-such-job"), "n": "2"},
        {"job_arn": arn(account=OTHER), "n": "3"},
        {"job_arn": "", "n": "4"},
        {"job_arn": "arn:aws:s3:evil.com/#:111111111111:job/abcdefgh", "n": "5"},
        {"job_arn": "arn:aws-nowhere:s3:us-east-1:111111111111:job/abcdefgh", "n": "6"},
        {"job_arn": arn(), "n": "7"},
    ]
    found, messages = described(*rows)
    assert [row["n"] for row in found] == list("1234567")
    assert [row["job_operation"] for row in found] == ["S3PutObjectCopy", "", "", "", "", "", "S3PutObjectCopy"]
    errors = [row["job_describe_error"] for row in found]
    assert errors == [
        "",
        "AWS answered 400 NoSuchJob: No such job",
        "AWS answered 400 NoSuchJob: No such job",
        "there is no ARN",
        "its region is malformed",
        "the partition aws-nowhere is not known",
        "",
    ]
    assert messages == [f"describes3job: {error}" for error in sorted(set(errors) - {""})]
    assert all(set(row) == {"job_arn", "n", *describing.FIELDS} for row in found)


def test_several_arns_of_a_row_give_the_values_of_all(jobs, environment):
    other = a_job("another-job", Operation={"S3ReplicateObject": {}}, Status="Complete")
    jobs[(OWN, "another-job")] = other
    row = one({"job_arn": [arn(), arn("another-job")]})
    assert row["job_operation"] == ["S3PutObjectCopy", "S3ReplicateObject"]
    assert row["job_status"] == ["Active", "Complete"]


def test_a_job_is_asked_for_once_and_again_while_aws_is_busy(jobs, environment):
    THROTTLED[JOB_ID] = 2
    found, messages = described(*[{"job_arn": arn()}] * 20)
    assert {row["job_operation"] for row in found} == {"S3PutObjectCopy"}
    assert (len(ASKED), messages) == (3, [])


def test_who_is_always_busy_is_told_after_four_tries(jobs, environment):
    THROTTLED[JOB_ID] = 1000
    assert one({"job_arn": arn()})["job_describe_error"].startswith("AWS answered 400 SlowDown")
    assert len(ASKED) == 4


def test_a_young_job_that_aws_does_not_know_yet_is_asked_for_again(jobs, environment):
    now = time.time()
    young = {"job_arn": arn("young-job"), "job_time": str(now)}
    older = {"job_arn": arn("older-job"), "job_time": str(now - 3600)}
    found, _ = described(young, older, {"job_arn": arn("any-job")}, args=("time=job_time",))
    assert all("NoSuchJob" in row["job_describe_error"] for row in found)
    assert Counter(ASKED) == {"young-job": 4, "older-job": 1, "any-job": 1}


def test_what_is_ones_own_is_told_after_the_options(jobs, environment):
    command = Command("field=job_arn", '"elsewhere",', "MINE", script=SCRIPT)
    [[level, text]] = command.configuration["inspector"]["messages"]
    [row] = command.rows(to_csv([{"job_arn": arn()}], ["job_arn"]), finished=True)
    assert (row["job_target_owner"], row["job_target_account"]) == ("own", FOREIGN)
    assert level == "WARN"
    assert text == "describes3job: 'MINE' is no account of 12 digits, bucket or ARN, so nothing of it is your own"
    command.close()


def test_a_search_describes_fifty_jobs(jobs, environment):
    names = [f"job-{number:04}" for number in range(60)]
    jobs.update({(OWN, name): a_job(name) for name in names})
    found, messages = described(*[{"job_arn": arn(name)} for name in names])
    assert [bool(row["job_operation"]) for row in found] == [True] * 50 + [False] * 10
    assert messages == ["describes3job: left out: a search describes 50 jobs"]
    assert found[59]["job_describe_error"] == "left out: a search describes 50 jobs"


def test_the_limits_are_of_the_search_and_not_of_a_chunk(jobs, environment):
    names = [f"job-{number:04}" for number in range(60)]
    jobs.update({(OWN, name): a_job(name) for name in names})
    command = Command(script=SCRIPT)
    first = command.rows(to_csv([{"job_arn": arn(name)} for name in names[:40]], ["job_arn"]))
    second = command.rows(to_csv([{"job_arn": arn(name)} for name in names[40:50]], ["job_arn"]))
    assert all(row["job_operation"] for row in [*first, *second])
    _, body = command.ask(execute(to_csv([{"job_arn": arn(name)} for name in names[50:]], ["job_arn"]), finished=True))
    assert not any(row["job_operation"] for row in from_csv(body))
    command.close()


def test_another_field_is_read(jobs, environment):
    assert one({"arn": arn()}, args=("field=arn",))["job_operation"] == "S3PutObjectCopy"


@pytest.mark.parametrize("name", ["SPLREPLAY_AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_without_splunkd_nothing_is_asked_that_was_not_named(jobs, environment, monkeypatch, name):
    monkeypatch.delenv(name)
    assert one({"job_arn": arn()})["job_describe_error"].startswith("no credentials: splreplay needs --endpoint-url")


REFUSED = "AWS has an address that is neither https nor this machine's own"


@pytest.mark.parametrize(
    "url", ["http://example.com", "http://127.0.0.1.example.com:80", "ftp://127.0.0.1", "https://", "x"]
)
def test_an_endpoint_is_https_or_this_machine(jobs, environment, monkeypatch, url):
    monkeypatch.setenv("SPLREPLAY_AWS_ENDPOINT_URL", url)
    assert one({"job_arn": arn()})["job_describe_error"] == REFUSED

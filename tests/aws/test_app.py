"""The whole way: credentials over REST, the saved search dispatched, a finding that says what its job does."""

from __future__ import annotations

import json
import time

import pytest
from s3batchjobs import control

from splreplay.commands.parts.process import ENDPOINT
from tests.app.shipped import ROOT, conf
from tests.app.shipped import jobs as records_of
from tests.aws.stand_in import EXTERNAL_ID, FOREIGN, JOB_ID, OWN, ROLE, TOLD, a_job
from tests.serve.embedded import APP, SEARCH, embedded

pytestmark = pytest.mark.aws("moto", "boto3", "flask")
MINE = f"/servicesNS/nobody/{APP}"
DESCRIBED = "`aws_exfiltration_via_batch_service_described`"
ES = ROOT / "tests" / "splunk" / "apps" / "es_actions_for_tests"
# One record of a new job, and what AWS says of it.
[RECORD] = records_of(1, OWN)
NAME = RECORD["serviceEventDetails"]["jobId"]
ARN = RECORD["serviceEventDetails"]["jobArn"]


def told(job_id=NAME, **more):
    return {**a_job(job_id), "JobArn": ARN, **more}


@pytest.fixture
def server(tmp_path, aws, jobs, monkeypatch):
    """An embedded splunkd whose scripts ask the stand-in; no credentials are in its environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(ENDPOINT, aws.url)
    jobs[(OWN, NAME)] = told()
    with embedded(tmp_path, with_apps=[ES]) as (endpoint, _):
        yield endpoint


def good(reply):
    assert reply.status in (200, 201), reply.body
    return reply.json


def configured(endpoint, aws, **settings):
    """What README has an administrator do."""
    secret = {"realm": "s3batchjobs", "name": aws.access_key, "password": aws.secret_key}
    good(endpoint.call(f"{MINE}/storage/passwords", secret))
    conf = {"access_key_id": aws.access_key, **settings}
    good(endpoint.call(f"{MINE}/configs/conf-s3batchjobs/default", conf))


def switched_on(endpoint, **macros):
    for name, definition in {"describe": DESCRIBED, **macros}.items():
        path = f"{MINE}/configs/conf-macros/aws_exfiltration_via_batch_service_{name}"
        good(endpoint.call(path, {"definition": definition}))


def sent(endpoint, *records):
    events = [{"event": json.dumps(record), "sourcetype": "aws:cloudtrail"} for record in records]
    good(endpoint.send("".join(map(json.dumps, events))))


def found(endpoint, *records):
    """The findings and risk events of a run over records."""
    sent(endpoint, *records)
    path = f"{MINE}/saved/searches/{SEARCH.replace(' ', '%20')}"
    good(endpoint.call(path, {"disabled": "0", "alert.suppress": "0"}))
    bounds = {"dispatch.earliest_time": "0", "dispatch.index_earliest": "0", "dispatch.index_latest": "now"}
    sid = good(endpoint.call(f"{path}/dispatch", {"trigger_actions": "1", **bounds, "dispatch.now": "1900000000"}))[
        "sid"
    ]
    end = time.monotonic() + 300
    while not (entry := endpoint.call(f"/services/search/jobs/{sid}").json["entry"][0])["content"]["isDone"]:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert not entry["content"]["isFailed"], entry["content"]["messages"]
    events = [endpoint.search(f"search index={index} | sort s3_job") for index in ("notable", "risk")]
    return (*events, entry["content"]["messages"])


def test_the_environment_has_one_name_on_both_sides():
    assert ENDPOINT == control.ENDPOINT


def test_off_as_shipped_nothing_is_asked_and_the_finding_is_as_ever(server, aws):
    [finding], [risk], _ = found(server, RECORD)
    assert finding["rule_title"] == f"AWS Exfiltration via Batch Service: new job in account {OWN}"
    assert finding["rule_description"].endswith("what it copies or where to; the drilldowns lead there.")
    assert (risk["risk_score"], risk["risk_object"]) == ("64", OWN)
    assert "job_operation" not in finding


def test_a_finding_says_what_the_job_does_and_risk_follows(server, aws):
    configured(server, aws)
    switched_on(server)
    [finding], [risk], messages = found(server, RECORD)
    assert finding["rule_title"] == (
        f"AWS Exfiltration via Batch Service: S3PutObjectCopy job in account {OWN}: "
        f"payroll to elsewhere, said to be of account {FOREIGN}"
    )
    assert finding["rule_description"].endswith(
        "It does S3PutObjectCopy with arn:aws:s3:::payroll, prefix a/, prefix b/ to elsewhere, said to be of account "
        f"{FOREIGN} (arn:aws:s3:::elsewhere, prefix in/, KMS key arn:aws:kms:us-east-1:{FOREIGN}:key/1), "
        f"as role arn:aws:iam::{OWN}:role/batch; Active when asked, 12 tasks, 2 failed."
    )
    kept = {name: finding.get(name) or finding.get(f"{name}{{}}", "") for name in TOLD}
    assert kept == TOLD
    assert (risk["risk_score"], risk["risk_object"], finding["entity"]) == ("80", OWN, OWN)
    assert aws.secret_key not in json.dumps([finding, risk, messages])


def test_a_role_is_assumed_with_its_external_id(server, aws):
    configured(server, aws, role_arn=ROLE, external_id=EXTERNAL_ID)
    good(server.call(f"{MINE}/configs/conf-s3batchjobs", {"name": OWN}))
    switched_on(server)
    [finding], _, _ = found(server, RECORD)
    assert finding["job_operation"] == "S3PutObjectCopy"


def test_no_role_is_assumed_for_an_account_that_the_conf_does_not_list(server, aws):
    configured(server, aws, role_arn="arn:aws:iam::{account}:role/describe", external_id=EXTERNAL_ID)
    switched_on(server)
    [finding], [risk], _ = found(server, RECORD)
    reason = f"no role is assumed in account {OWN}: where it is yours, add [{OWN}] to s3batchjobs.conf"
    assert (finding["job_describe_error"], risk["risk_score"]) == (reason, "64")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"role_arn": ROLE, "external_id": "another"}, "AWS answered 403 AccessDenied"),
        ({"role_arn": "arn:aws:iam::1:role/x"}, "role_arn in s3batchjobs.conf is no ARN of a role"),
        ({"access_key_id": "AKIAOTHER0000000"}, "no credentials: storage/passwords does not have, or show, the secret"),
        ({"access_key_id": ""}, "no credentials: s3batchjobs.conf has neither access_key_id nor instance_metadata"),
    ],
)
def test_what_is_wrong_with_the_credentials_is_told_and_the_finding_is_raised(server, aws, settings, reason):
    configured(server, aws, **settings)
    good(server.call(f"{MINE}/configs/conf-s3batchjobs", {"name": OWN}))
    switched_on(server)
    [finding], [risk], messages = found(server, RECORD)
    assert finding["job_describe_error"].startswith(reason)
    assert finding["rule_title"].endswith(f"new job in account {OWN}")
    assert f"What it does is not known: {reason}" in finding["rule_description"]
    assert risk["risk_score"] == "64"
    assert any(reason in str(message) for message in messages)


def test_an_account_has_a_stanza_of_its_own(server, aws):
    configured(server, aws, role_arn="arn:aws:iam::{account}:role/none-there")
    stanza = {"name": OWN, "access_key_id": aws.access_key, "role_arn": ROLE, "external_id": EXTERNAL_ID}
    good(server.call(f"{MINE}/configs/conf-s3batchjobs", stanza))
    switched_on(server)
    [finding], _, _ = found(server, RECORD)
    assert finding["job_operation"] == "S3PutObjectCopy"


LAMBDA = {"LambdaInvoke": {"FunctionArn": f"arn:aws:lambda:us-east-1:{FOREIGN}:function:f"}}
COPY = {"S3PutObjectCopy": {"TargetResource": "arn:aws:s3:::archive"}}
NO_REPORT = {"Report": {"Enabled": False}}


@pytest.mark.parametrize(
    "case",
    [
        ({"Operation": COPY, **NO_REPORT}, '""', "80", ": payroll to archive of an unknown account"),
        ({"Operation": COPY, **NO_REPORT}, '"archive"', "64", ": payroll to archive"),
        ({}, "elsewhere", "64", f": payroll to elsewhere, said to be of account {FOREIGN}"),
        # An account does not make a bucket one's own: whose it is, its creator only claims.
        ({}, f'"222222222222", "{FOREIGN}"', "80", f": payroll to elsewhere, said to be of account {FOREIGN}"),
        (
            {"Report": {"Enabled": False, "Bucket": "arn:aws:s3:::elsewhere", "ExpectedBucketOwner": OWN}},
            OWN,
            "80",
            ": payroll to elsewhere of an unknown account",
        ),
        (
            {"Operation": LAMBDA},
            '""',
            "64",
            f": payroll to arn:aws:lambda:us-east-1:{FOREIGN}:function:f of account {FOREIGN}",
        ),
        ({"Operation": {"S3ReplicateObject": {}}}, '""', "80", ": payroll to where the bucket's replication leads"),
        ({"Operation": {"S3PutObjectTagging": {"TagSet": []}}}, "payroll", "20", ": payroll"),
        ({"Operation": {"S3ComputeObjectChecksum": {}}}, "payroll", "20", ": payroll"),
        ({"Operation": {"S3InitiateRestoreObject": {"ExpirationInDays": 1}}}, "payroll", "20", ": payroll"),
        ({"Operation": {"S3InitiateRestoreObject": {"ExpirationInDays": 1}}}, OWN, "64", ": payroll"),
        ({"Operation": {"S3PutObjectTagging": {"TagSet": []}}}, '""', "64", ": payroll"),
        ({"Operation": {"S3PutObjectAcl": {}}}, "payroll", "64", ": payroll"),
        (
            {"Operation": {"S3ReplicateObject": {}}},
            "payroll",
            "80",
            ": payroll to where the bucket's replication leads",
        ),
        (
            {"Operation": COPY, "ManifestGenerator": None},
            '""',
            "80",
            ": objects that AWS does not name to archive of an unknown account",
        ),
        ({"Operation": {"S3PutObjectAcl": {}}}, '""', "64", ": payroll"),
    ],
)
def test_the_risk_is_what_the_job_may_take_away(server, aws, jobs, case):
    job, own, score, path = case
    jobs[(OWN, NAME)] = told(**job)
    configured(server, aws)
    switched_on(server, own=own)
    [finding], [risk], _ = found(server, RECORD)
    assert (risk["risk_score"], finding["finding_summary"].partition(OWN)[2]) == (score, path)
    assert len([name for name in finding if name.startswith("account_risk_")]) == 1


def test_of_a_flood_the_first_fifty_jobs_are_described_and_the_rest_is_told(server, aws, jobs):
    records = records_of(70, OWN)
    jobs.update({(OWN, record["serviceEventDetails"]["jobId"]): a_job() for record in records})
    for (account, name), job in jobs.items():
        jobs[account, name] = {**job, "JobId": name, "JobArn": f"arn:aws:s3:us-west-2:{account}:job/{name}"}
    configured(server, aws)
    switched_on(server)
    sent(server, *records)
    form = {"search": "search " + conf("savedsearches")[SEARCH]["search"], "exec_mode": "oneshot", "earliest_time": "0"}
    found = good(server.call(f"{MINE}/search/jobs", form))
    rows = found["results"]
    described = [row for row in rows if row.get("job_operation")]
    assert (len(rows), len(described)) == (51, 50)
    assert {row["account_risk_80"] for row in described} == {OWN}
    [rest] = [row for row in rows if row.get("more_jobs")]
    assert (rest["more_jobs"], rest["account_risk_64"], rest["finding_summary"]) == (
        "20",
        OWN,
        f"20 more jobs in account {OWN}",
    )
    assert any("left out: a search describes 50 jobs" in str(message) for message in found["messages"])


def test_the_response_action_keeps_what_the_job_does(server, aws):
    configured(server, aws)
    path = f"{MINE}/saved/searches/{SEARCH.replace(' ', '%20')}"
    good(server.call(path, {"action.describe_s3_batch_job": "1"}))
    [finding], _, messages = found(server, RECORD)
    [kept] = server.search("search index=main sourcetype=s3_batch_job")
    assert (kept["orig_action_name"], kept["orig_sid"]) == ("describe_s3_batch_job", finding["orig_sid"])
    assert (kept["job_operation"], kept["job_role"], kept["job_target{}"]) == (
        TOLD["job_operation"], TOLD["job_role"], TOLD["job_target"])  # fmt: skip
    assert kept["job.ManifestGenerator.S3JobManifestGenerator.SourceBucket"] == "arn:aws:s3:::payroll"
    assert kept["job.JobId"] == NAME != JOB_ID
    assert not any("describe_s3_batch_job" in str(message) for message in messages)


def test_a_response_action_that_fails_says_so(server, aws):
    path = f"{MINE}/saved/searches/{SEARCH.replace(' ', '%20')}"
    good(server.call(path, {"action.describe_s3_batch_job": "1"}))
    _, _, messages = found(server, RECORD)
    assert server.search("search index=main sourcetype=s3_batch_job") == []
    assert any("1 of 1 jobs not described: no credentials" in str(message) for message in messages)

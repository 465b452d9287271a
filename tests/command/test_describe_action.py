"""The response action `describe_s3_batch_job` as Splunk runs it, beside the Common Information Model app."""

from __future__ import annotations

import json
import subprocess

import pytest
from s3batchjobs import control

from tests.app.shipped import conf
from tests.command.frames import ROOT
from tests.command.pythons import SPLUNK_PYTHONS, python_or_skip
from tests.command.test_describes3job import ARN, JOB, SECRET, error
from tests.command.test_response_action import CIM
from tests.command.test_splunkd import reply, serving

OPERATION = (
    "<Operation><S3PutObjectCopy><TargetResource>arn:aws:s3:::out</TargetResource></S3PutObjectCopy></Operation>"
)


def run(folder, url, row, python):
    """Its exit status, what it says, and the events that it gave to cim_actions."""
    lib = folder / "etc" / "apps" / "Splunk_SA_CIM" / "lib"
    lib.mkdir(parents=True)
    (lib / "cim_actions.py").write_text(CIM.replace('["did"]', ""))
    payload = {"sid": "1.2", "search_name": "a search", "result": row, "session_key": SECRET}
    command = [python, "-B", str(ROOT / "bin" / "describe_s3_batch_job.py"), "--execute"]
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, control.ENDPOINT: url}
    environment = {**keys, "SPLUNK_HOME": str(folder)}
    text = json.dumps(payload)
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert SECRET not in done.stderr + done.stdout
    written = folder / "written"
    lines = written.read_text().splitlines() if written.exists() else []
    return done.returncode, done.stderr, [json.loads(line)[2] for line in lines]


@pytest.mark.parametrize("version", SPLUNK_PYTHONS)
def test_the_whole_answer_is_kept(tmp_path, version):
    with serving(reply(JOB.format(OPERATION).encode())) as (url, _):
        row = {"job_arn": ARN, "orig_sid": "scheduler__x", "orig_rid": "3"}
        code, errors, written = run(tmp_path, url, row, python_or_skip(version))
    assert code == 0, errors
    [[[name, orig, event, sourcetype]]] = written
    assert (name, sourcetype) == ("describe_s3_batch_job", "s3_batch_job")
    assert orig == ["scheduler__x", "3", "0"]
    assert (event["job_arn"], event["job_operation"], event["job_target"]) == (
        ARN,
        "S3PutObjectCopy",
        "arn:aws:s3:::out",
    )
    assert event["job"]["Operation"]["S3PutObjectCopy"]["TargetResource"] == "arn:aws:s3:::out"


@pytest.mark.parametrize(
    ("row", "answer", "reason"),
    [
        ({}, b"", "1 of 1 jobs not described: there is no ARN"),
        ({"s3_job": "60 more jobs of account 1"}, b"", "1 of 1 jobs not described: not an ARN"),
        (
            {"job_arn": ARN, "aws_account_id": "2" * 12},
            b"",
            "1 of 1 jobs not described: its account is not the event's",
        ),
        (
            {"s3_job": ARN},
            error("AccessDenied", "403 Forbidden"),
            "1 of 1 jobs not described: AWS answered 403 AccessDenied",
        ),
        ({"job_arn": [ARN, "x"]}, error("NoSuchJob", "404 Not Found"), "2 of 2 jobs not described: AWS answered 404"),
    ],
)
def test_why_a_job_is_not_described_is_told(tmp_path, row, answer, reason):
    with serving(answer) as (url, _):
        code, errors, written = run(tmp_path, url, row, python_or_skip("3.9"))
    assert (code, written) == (1, [])
    assert f'ERROR sendmodaction - signature="{reason}' in errors
    assert 'action_status="failure"' in errors


def test_of_several_jobs_each_is_kept_and_what_is_not_is_told(tmp_path):
    arns = [ARN, ARN.replace("us-east-1", "eu-west-1")]
    with serving(reply(JOB.format(OPERATION).encode())) as (url, _):
        row = {"job_arn": [*arns, "x"]}
        code, errors, written = run(tmp_path, url, row, python_or_skip("3.9"))
    assert (code, [event["job_arn"] for [[_, _, event, _]] in written]) == (1, arns)
    assert 'ERROR sendmodaction - signature="1 of 3 jobs not described: not an ARN' in errors


def test_the_longest_answer_is_not_cut_off_as_an_event():
    """An event is JSON, in which any character beyond ASCII has six bytes."""
    letters = "\u00fc" * 500_000
    event = {"job": {"JobId": "x", "Description": letters}}
    assert len(letters.encode()) == control.MOST_BYTES
    assert len(json.dumps(event)) * 2 < int(conf("props")["s3_batch_job"]["TRUNCATE"])

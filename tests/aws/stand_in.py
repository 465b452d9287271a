"""What stands in for AWS: moto's server, which checks signatures, with the route of DescribeJob that moto lacks.

moto writes the answer by botocore's own model of it. The root's name is another than AWS documents.
"""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

JOB_ID = "3f6b1c52-7f0e-4c43-9a53-6f4f1f0c2b10"
OWN, OTHER, FOREIGN = "111111111111", "222222222222", "999999999999"
ROLE = "arn:aws:iam::123456789012:role/describe"  # in the account that moto takes for its own
EXTERNAL_ID = "an-external-id"
JOBS: dict[tuple[str, str], dict[str, Any]] = {}
ASKED: list[str] = []  # the ids of jobs, as often as they were asked for
THROTTLED: dict[str, int] = {}  # how often a job's id is answered SlowDown first


def arn(job_id: str = JOB_ID, account: str = OWN, region: str = "us-east-1") -> str:
    return f"arn:aws:s3:{region}:{account}:job/{job_id}"


def a_job(job_id: str = JOB_ID, account: str = OWN, **more: Any) -> dict[str, Any]:
    """A copy of payroll/a/ and b/ to a bucket of another account."""
    return {
        "JobId": job_id,
        "ConfirmationRequired": False,
        "Description": "nightly \u2028 copy",
        "Priority": 10,
        "Status": "Active",
        "JobArn": arn(job_id, account),
        "Operation": {
            "S3PutObjectCopy": {
                "TargetResource": "arn:aws:s3:::elsewhere",
                "TargetKeyPrefix": "in/",
                "StorageClass": "STANDARD",
                "SSEAwsKmsKeyId": f"arn:aws:kms:us-east-1:{FOREIGN}:key/1",
            }
        },
        "ManifestGenerator": {
            "S3JobManifestGenerator": {
                "SourceBucket": "arn:aws:s3:::payroll",
                "ExpectedBucketOwner": account,
                "EnableManifestOutput": False,
                "Filter": {"KeyNameConstraint": {"MatchAnyPrefix": ["a/", "b/"]}},
            }
        },
        "Report": {
            "Bucket": "arn:aws:s3:::elsewhere",
            "Enabled": True,
            "Format": "Report_CSV_20180820",
            "ReportScope": "AllTasks",
            "ExpectedBucketOwner": FOREIGN,
        },
        "ProgressSummary": {
            "TotalNumberOfTasks": 12,
            "NumberOfTasksSucceeded": 10,
            "NumberOfTasksFailed": 2,
            "Timers": {"ElapsedTimeInActiveSeconds": 3},
        },
        "CreationTime": datetime.datetime(2026, 3, 2, 9, 11, 30, tzinfo=datetime.timezone.utc),
        "RoleArn": f"arn:aws:iam::{account}:role/batch",
        **more,
    }


# The fields that describes3job makes of it.
TOLD = {
    "job_operation": "S3PutObjectCopy",
    "job_source": ["arn:aws:s3:::payroll", "prefix a/", "prefix b/"],
    "job_target": ["arn:aws:s3:::elsewhere", "prefix in/", f"KMS key arn:aws:kms:us-east-1:{FOREIGN}:key/1"],
    "job_source_bucket": "arn:aws:s3:::payroll",
    "job_target_resource": "arn:aws:s3:::elsewhere",
    "job_target_account": FOREIGN,
    "job_target_owner": "unknown",
    "job_role": f"arn:aws:iam::{OWN}:role/batch",
    "job_status": "Active",
    "job_created": "2026-03-02T09:11:30Z",
    "job_tasks_total": "12",
    "job_tasks_failed": "2",
    "job_report_bucket": "arn:aws:s3:::elsewhere",
    "job_description": "nightly   copy",
    "job_describe_error": "",
}


@dataclass(frozen=True)
class StandIn:
    """Its address, and the keys that it lets in."""

    url: str
    access_key: str
    secret_key: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SPLREPLAY_AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }

    def client(self, service: str, **more: Any) -> Any:
        import boto3
        from botocore.config import Config

        config = Config(retries={"max_attempts": 0})
        keys = {"aws_access_key_id": self.access_key, "aws_secret_access_key": self.secret_key, **more}
        client = boto3.client(service, region_name="us-east-1", endpoint_url=self.url, config=config, **keys)
        client.meta.events.register("before-sign.s3-control", self._without_the_account)
        return client

    def _without_the_account(self, request: Any, **_: Any) -> None:
        """The account that botocore puts before any host, also before an address."""
        request.url = self.url + request.url.partition(self.url.removeprefix("http://"))[2]


def _add_the_route() -> None:
    from moto.core.exceptions import ServiceException
    from moto.core.responses import ActionResult
    from moto.s3control import responses, urls

    class NoSuchJob(ServiceException):
        code = "NoSuchJob"
        status_code = 404  # moto answers it with 400; which AWS has is not documented

    class SlowDown(ServiceException):
        code = "SlowDown"
        status_code = 503

    def describe_job(self: Any) -> ActionResult:
        job_id = self._get_param("JobId")
        ASKED.append(job_id)
        if THROTTLED.get(job_id, 0) > 0:
            THROTTLED[job_id] -= 1
            raise SlowDown("Please reduce your request rate")
        job = JOBS.get((self.headers.get("x-amz-account-id"), job_id))
        if job is None:
            raise NoSuchJob("No such job")
        return ActionResult({"Job": job})

    responses.S3ControlResponse.describe_job = describe_job
    urls.url_paths["{0}/v20180820/jobs/(?P<id>[A-Za-z0-9_-]+)$"] = responses.S3ControlResponse.dispatch


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """It checks every signature, and what the key may do; its one user may describe jobs and assume roles."""
    _add_the_route()
    from moto import settings
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    open_door = StandIn(f"http://127.0.0.1:{port}", "testing", "testing")
    iam = open_door.client("iam")
    iam.create_user(UserName="splunk")
    policy = document({"Effect": "Allow", "Action": ["s3:DescribeJob", "sts:AssumeRole"], "Resource": "*"})
    iam.put_user_policy(UserName="splunk", PolicyName="describe", PolicyDocument=policy)
    key = iam.create_access_key(UserName="splunk")["AccessKey"]
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::123456789012:user/splunk"]},
        "Action": "sts:AssumeRole",
    }
    trust["Condition"] = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    iam.create_role(RoleName="describe", AssumeRolePolicyDocument=document(trust))
    iam.put_role_policy(RoleName="describe", PolicyName="describe", PolicyDocument=policy)
    unchecked = settings.INITIAL_NO_AUTH_ACTION_COUNT
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0.0
    try:
        yield StandIn(open_door.url, key["AccessKeyId"], key["SecretAccessKey"])
    finally:
        settings.INITIAL_NO_AUTH_ACTION_COUNT = unchecked
        server.stop()


def main() -> None:
    """Stand in for AWS until it is ended, with the job of examples/cloudtrail.ndjson; says how to ask."""
    with standing_in() as aws:
        first = a_job()
        JOBS[OWN, first["JobId"]] = first
        keys = ((name, value) for name, value in aws.environment.items() if name.startswith("AWS_"))
        print("export", *(f"{name}={value}" for name, value in keys))
        print(f"splreplay run examples/cloudtrail.ndjson --endpoint-url {aws.url}", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()

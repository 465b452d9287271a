"""The adaptive response action `describe_s3_batch_job`: what a finding's job does, kept as an event of it."""

from __future__ import annotations

import time

import describing
import job_arn
import s3_job
from aws_credentials import Accounts
from response_action import Refused, first, main
from s3_control import AwsError


def describe(action, row):
    """The fields of `describes3job`, and AWS's whole answer, which AWS itself forgets after 90 days."""
    arn = first(row, "job_arn") or first(row, "s3_job")
    job = job_arn.read_arn(arn)
    if "job_arn_error" in job:
        raise Refused(f"the finding's job_arn cannot be read: {job['job_arn_error']}")
    try:
        answer = describing.asking(Accounts(action.splunkd))(job, False, time.monotonic() + describing.MOST_SECONDS)
    except AwsError as error:
        raise Refused(f"the job is not described: {error}") from None
    return {"job_arn": arn, **s3_job.fields(answer), "job": answer}


if __name__ == "__main__":
    main("describe_s3_batch_job", "s3_batch_job", describe)

"""The adaptive response action `describe_s3_batch_job`: what a finding's jobs do, each kept as an event of it."""

from __future__ import annotations

import describing
import lib_path
from aws_credentials import Accounts
from response_action import Refused, main
from s3batchjobs.descriptor import FIELDS


def describe(action, row):
    """The fields of `describes3job`, and AWS's whole answer, which AWS itself forgets after 90 days."""
    jobs = describing.Describer(describing.asking(Accounts(action.splunkd)))
    told = describing.told(row, "job_arn" if row.get("job_arn") else "s3_job")
    known = jobs.fields(dict.fromkeys(told, False))
    reasons = []
    for each in dict.fromkeys(told):
        if known[each]["job_describe_error"]:
            reasons.append(known[each]["job_describe_error"])
            continue
        yield {"job_arn": each[0], **{name: known[each][name] for name in FIELDS}, "job": jobs.answers[each[0]]}
    if reasons:
        raise Refused(f"{len(reasons)} of {len(known)} jobs not described: {reasons[0]}")


if __name__ == "__main__":
    main("describe_s3_batch_job", "s3_batch_job", describe)

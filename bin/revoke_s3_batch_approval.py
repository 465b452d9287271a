"""The adaptive response action `revoke_s3_batch_approval`: what approves a finding's job does so no more."""

from __future__ import annotations

import time

import approvals
import splunkd
from approve_s3_batch_job import save
from response_action import Refused, main


def revoke(action, row):
    """The approvals that were revoked: all that hold for the job. They stay in the collection, with who and when."""
    path = splunkd.in_app(approvals.APP, *approvals.COLLECTION)
    every = approvals.readable(action.splunkd.ask("GET", path), lambda text: None)
    found = [each.document for each in approvals.Desk(every).about(row) if not each.revoked]
    if not found:
        raise Refused("no approval holds for this job, or it is revoked already")
    ended = {"revoked": int(time.time()), "revoked_by": approvals.text(action.user)}
    save(action, [{**{name: each[name] for name in each if name != "_user"}, **ended} for each in found])
    return [{"approval": "revoked", "approval_key": [each.get("_key") for each in found], **ended}]


if __name__ == "__main__":
    main("revoke_s3_batch_approval", "s3_batch_approval", revoke)

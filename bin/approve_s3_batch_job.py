"""The adaptive response action `approve_s3_batch_job`: a finding's job, or those like it, are approved until a time."""

from __future__ import annotations

import calendar
import hashlib
import json
import re
import time

import approvals
import lib_path
import splunkd
from response_action import Refused, main
from s3batchjobs.text import one_line

# What may be approved of a finding, and what of its row an approval then names.
SCOPES = {
    "job": ("account", "job"),
    "region": ("account", "region"),
    "account": ("account",),
    "role": ("account", "role"),
}
HOURS = {"h": 1, "d": 24, "w": 168}
MOST_DAYS = 366
FORMS = {"account": re.compile(r"[0-9]{12}"), "": re.compile(r"[\x21-\x29\x2b-\x7e]{1,1024}")}  # no * from a log


def approve(action, row):
    """The approval that was written. Its key is made of what it names: approving again moves the end of that one."""
    named = scope_of(row, action.parameter("scope") or "job")
    now = time.time()
    document = {
        **named,
        "_key": hashlib.sha256(json.dumps(named, sort_keys=True).encode("ascii")).hexdigest(),
        "reason": reason_of(action.parameter("reason")),
        "approved_by": approvals.text(action.user),
        "created": int(now),
        "expires": end_of(action.parameter("until"), now),
        "revoked": 0,
        "revoked_by": "",
    }
    save(action, [document])
    return [{"approval": "approved", "approval_key": document.pop("_key"), **document}]


def save(action, documents):
    path = splunkd.in_app(approvals.APP, *approvals.COLLECTION, "batch_save")
    action.splunkd.ask("POST", path, body=documents)


def scope_of(row, scope):
    if scope not in SCOPES:
        raise Refused(f"scope is one of {', '.join(SCOPES)}")
    if row.get("more_jobs"):
        raise Refused("this finding stands for several jobs: approve the finding of one of them")
    named = {}
    for name in SCOPES[scope]:
        values = approvals.told(row, name)
        if len(values) != 1 or not FORMS.get(name, FORMS[""]).fullmatch(values[0]):
            raise Refused(f"the finding names no {name} that could be approved")
        named[name] = values[0]
    return named


def reason_of(given):
    text = approvals.text(one_line(given, approvals.LONGEST))
    if not text:
        raise Refused("an approval needs a reason")
    return text


def end_of(text, now):
    """Epoch seconds of 12h, 30d or 2w from now, or of the end of a day such as 2027-01-31, in UTC."""
    span = re.fullmatch(r"([1-9][0-9]{0,3})([hdw])", text)
    try:
        end = (
            now + int(span[1]) * HOURS[span[2]] * 3600
            if span
            else calendar.timegm(time.strptime(text, "%Y-%m-%d")) + 86400
        )
    except (ValueError, OverflowError):
        raise Refused("until is no time: write 12h, 30d, 2w, or a day such as 2027-01-31") from None
    if not now < end <= now + MOST_DAYS * 86400:
        raise Refused(f"until lies in the past, or more than {MOST_DAYS} days ahead: an approval has to end")
    return int(end)


if __name__ == "__main__":
    main("approve_s3_batch_job", "s3_batch_approval", approve)

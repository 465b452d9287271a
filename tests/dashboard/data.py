"""What the dashboard is shown over: events, approvals, and what of it a user has chosen.

Built from tests/datasets, around one evening. Findings and risk are those that Enterprise Security would write for the
rows of the shipped searches (tests/splunk/apps/es_actions_for_tests).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.app.shipped import DETECTION, ROOT, conf, detections, job, records, search, with_macros

sys.path.append(str(ROOT / "tests" / "splunk" / "apps" / "es_actions_for_tests" / "bin"))
from es_events import notable_events, risk_events

Event = dict[str, Any]
NOW, DAY, HOUR = 1772474400, 86_400, 3_600  # 2026-03-02T18:00:00Z
OWN, OTHER, ZERO = "111111111111", "222222222222", "012345678901"
LIVES = {
    "complete": {"New": 0, "Preparing": 1, "Ready": 9, "Active": 12, "Complete": 55},
    "failed": {"New": 0, "Preparing": 2, "Active": 20, "Failing": 31, "Failed": 33},
    "waits": {"New": 0, "Preparing": 3, "Suspended": 18},
    "runs": {"New": 0, "Preparing": 1, "Ready": 2, "Active": 4},
    "cancelled": {"New": 0, "Preparing": 4, "Active": 21, "Cancelling": 38, "Cancelled": 39},
}
# What AWS said of a job when it was found, by a pattern of its ARN, the first that fits; of the others it said nothing.
DESCRIBED = {
    "%job/00000002-%": ("S3PutObjectTagging", "photos", "", "", f"{OWN}:role/tagging", "own"),
    "%job/00000007-%": ("S3PutObjectCopy", "invoices", "invoices-archive", OWN, f"{OWN}:role/batch", "own"),
    f"%:{OWN}:job/%": ("S3PutObjectCopy", "payroll", "elsewhere", "999999999999", f"{OWN}:role/batch", "foreign"),
    f"%:{OTHER}:job/%": ("S3InitiateRestoreObject", "archive", "", "", f"{OTHER}:role/restore", "unknown"),
}
# Fields of a described job: the place in DESCRIBED's rows, and what stands before it there.
FACTS = {
    "job_operation": (0, ""),
    "job_source": (1, "arn:aws:s3:::"),
    "job_source_bucket": (1, "arn:aws:s3:::"),
    "job_target": (2, "arn:aws:s3:::"),
    "job_target_resource": (2, "arn:aws:s3:::"),
    "job_target_account": (3, ""),
    "job_role": (4, "arn:aws:iam::"),
    "job_target_owner": (5, ""),
}


@dataclass(frozen=True)
class Data:
    events: list[Event] = field(default_factory=list)
    approvals: list[Event] = field(default_factory=list)


def cloudtrail(account: str, region: str, hours: Iterator[float] | range, delay: float = 400) -> list[Event]:
    """Management events of a source, so many hours ago, as far as they have come by now."""
    return [
        {
            "_time": str(NOW - ago * HOUR),
            "_indextime": str(NOW - ago * HOUR + delay),
            "sourcetype": "aws:cloudtrail",
            "eventName": "DescribeInstances",
            "eventSource": "ec2.amazonaws.com",
            "managementEvent": "true",
            "recipientAccountId": account,
            "awsRegion": region,
        }
        for ago in hours
        if ago * HOUR >= delay
    ]


def indexed(record: Event, at: float | None = None) -> Event:
    """A record as an index has it; `at`, where it is to be of another time than it says."""
    when = {} if at is None else {"_time": str(at), "_indextime": str(at + 420), "eventTime": ""}
    return {**record, "sourcetype": "aws:cloudtrail", **when}


def lived(
    number: int, ago: float, life: str = "complete", account: str = OWN, region: str = "us-west-2"
) -> list[Event]:
    """The records of a job that was created so many hours ago."""
    [template] = records("one_job")
    made = job(template, account, number)
    details = made["serviceEventDetails"]
    details = {**details, "jobArn": details["jobArn"].replace("us-west-2", region)}
    return [
        indexed(
            {
                **made,
                "awsRegion": region,
                "eventName": "JobCreated" if state == "New" else "JobStatusChanged",
                "eventID": f"{made['eventID']}-{state}",
                "serviceEventDetails": {**details, "status": state},
            },
            NOW - ago * HOUR + minutes * 60,
        )
        for state, minutes in LIVES[life].items()
    ]


def described() -> str:
    """The shipped macro that asks AWS of each job, with DESCRIBED in AWS's place."""
    evals = ['job_describe_error="AccessDenied"', 'job_status="New"']
    for name, (place, before) in FACTS.items():
        told = [(which, before + facts[place] if facts[place] else "") for which, facts in DESCRIBED.items()]
        cases = ", ".join(f'like(s3_job, "{which}"), "{text}"' for which, text in told)
        evals.append(f"{name}=case({cases})")
    macro = conf("macros")["aws_exfiltration_via_batch_service_described"]["definition"]
    return re.sub(r"^describes3job [^|]*", f"eval {', '.join(evals)} ", macro).replace("\n", " ")


def told(cases: list[Event]) -> list[Event]:
    """What Enterprise Security would have in its indexes, had the shipped searches seen these records."""
    said = []
    with TemporaryDirectory() as folder:
        app = with_macros(Path(folder), aws_exfiltration_via_batch_service_describe=described())
        for name, saved in detections().items():
            rows = search(cases, saved["search"], app=app, now=NOW)
            when = {"_time": str(NOW - 2 * HOUR), "search_name": name, "sourcetype": "stash"}
            said += [{**event, **when, "index": "risk"} for event in risk_events(saved, rows)]
            if saved.get("action.notable") == "1":
                said += [{**event, **when, "index": "notable"} for event in notable_events(saved, rows)]
    return said


def earlier_risk() -> list[Event]:
    """Risk of the weeks before: of the account by other searches, and of a user."""
    shared = {"index": "risk", "sourcetype": "stash", "risk_message": "as told then"}
    rows = [(OWN, "other", 64, DETECTION, day) for day in (3, 9, 10, 21)] + [
        (OWN, "other", 30, "ESCU - AWS Console Login Failed During MFA Challenge - Rule", 5),
        ("mallory", "user", 48, "Threat - AWS Role for S3 Batch Operations before Batch Job - Rule", 9),
    ]
    return [
        {**shared, "_time": str(NOW - day * DAY), "risk_object": who, "risk_object_type": kind, "risk_score": score,
         "search_name": name, "aws_account_id": OWN}
        for who, kind, score, name, day in rows
    ]  # fmt: skip


def approval(key: str, **named: Any) -> Event:
    made = {"_key": key, "reason": "nightly copy", "approved_by": "bob", "created": NOW - 9 * DAY, "revoked": 0}
    return {**made, "expires": NOW + 9 * DAY, **named}


def one_job() -> Data:
    return Data([*cloudtrail(OWN, "us-west-2", range(180)), *lived(1, 2.5, "runs")])


def quiet() -> Data:
    """CloudTrail arrives and there is no job."""
    return Data(cloudtrail(OWN, "us-west-2", range(180)))


def day_of_all() -> Data:
    """Jobs of every kind in three accounts, what led to them and was told of them; sources that are late and silent."""
    around = [indexed(record) for name in ("replication_one_rule", "role_created") for record in records(name)]
    jobs = [
        *lived(1, 1.2, "runs"),
        *lived(2, 5, "waits"),
        *lived(3, 20, "complete"),
        *lived(4, 30, "failed", ZERO, "us-east-1"),
        *lived(5, 52, "complete", ZERO, "us-east-1"),
        *lived(6, 75, "cancelled"),
        *lived(7, 76, "complete"),
        *lived(8, 120, "complete", OTHER, "eu-west-1"),
    ]
    sources = [
        *cloudtrail(OWN, "us-west-2", range(190)),
        *cloudtrail(OWN, "us-east-1", range(0, 190, 2), 1300),
        *cloudtrail(OTHER, "eu-west-1", range(54, 190)),
        *cloudtrail(ZERO, "us-east-1", range(1, 190, 3), 5 * DAY + HOUR),
        *cloudtrail("333333333333", "ap-southeast-2", range(90, 100)),
    ]
    approvals = [
        approval("nightly", account=ZERO),
        approval("migration", account=OTHER, expires=NOW - DAY),
        approval("gone", job="*-*-*-*-111111111111", region="us-west-2", revoked=NOW - 3 * DAY, revoked_by="eve"),
    ]
    new = [event for event in jobs if event["eventName"] == "JobCreated"]
    return Data([*sources, *jobs, *around, *told([*new, *around]), *earlier_risk()], approvals)


def hostile() -> Data:
    """A record whose job is no ARN but an attack."""
    broken = [indexed(record) for record in records("unreadable_arn")]
    return Data([*cloudtrail(OWN, "us-west-2", range(180)), *broken, *told(broken)])


def ten_thousand() -> Data:
    """10,000 jobs within three days, in three accounts."""
    places = [(OWN, "us-west-2"), (OTHER, "eu-west-1"), (ZERO, "us-east-1")]
    jobs = [
        event
        for number in range(10_000)
        for event in lived(
            number, 1.5 + number % 4_000 / 60, "complete" if number % 9 else "failed", *places[number % 3]
        )
    ]
    return Data([*(event for place in places for event in cloudtrail(*place, range(190))), *jobs])


# By name; each is made when it is asked for.
DATA: dict[str, Callable[[], Data]] = {
    "empty": Data,
    "no job": quiet,
    "one job": one_job,
    "a day of all": day_of_all,
    "ten thousand jobs": ten_thousand,
    "a hostile record": hostile,
}

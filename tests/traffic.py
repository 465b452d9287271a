"""The traffic that datasets are mixed into: real CloudTrail files where they are at hand, and made calls."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from tests import parts

ARCHIVE = parts.SHARED / parts.ARCHIVE
CALLS = (
    ("ec2", "DescribeInstances"),
    ("ec2", "DescribeVolumes"),
    ("s3", "GetBucketAcl"),
    ("s3", "ListBuckets"),
    ("sts", "GetCallerIdentity"),
    ("iam", "ListRoles"),
    ("kms", "Decrypt"),
    ("logs", "CreateLogStream"),
    ("mediaconvert", "CreateJob"),
)
ACCOUNTS = ("111111111111", "222222222222", "123456789012")
REGIONS = ("us-east-1", "us-west-2", "eu-central-1")
AGENTS = ("aws-cli/2.15.30", "Boto3/1.34.0", "JobCreated-watcher/1.0")
MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=timezone.utc)


def archive_records() -> Iterator[dict[str, Any]]:
    """The records of the real CloudTrail files, where they are at hand."""
    for path in sorted(ARCHIVE.glob("*.json.gz")):
        yield from json.loads(gzip.decompress(path.read_bytes()))["Records"]


def benign_records(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Calls of users over eight hours, the same for the same seed.

    A third of them carry the word JobCreated where it means nothing.
    """
    chance = random.Random(seed)
    for _ in range(count):
        yield _benign_record(chance)


def _benign_record(chance: random.Random) -> dict[str, Any]:
    service, call = chance.choice(CALLS)
    account, user = chance.choice(ACCOUNTS), f"user{chance.randrange(40):02d}"
    return {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{account}:user/{user}",
            "accountId": account,
            "userName": user,
        },
        "eventTime": (MORNING + timedelta(seconds=chance.randrange(8 * 3600))).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": call,
        "awsRegion": chance.choice(REGIONS),
        "sourceIPAddress": f"192.0.2.{chance.randrange(1, 255)}",
        "userAgent": chance.choice(AGENTS),
        "requestParameters": None,
        "responseElements": None,
        "eventID": f"{chance.getrandbits(128):032x}",
        "eventType": "AwsApiCall",
        "recipientAccountId": account,
    }

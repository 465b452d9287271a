"""What DescribeJob's answer tells an analyst, as the fields of a row. Pure; Python 3.7 to 3.13.

A value that is not there is empty, one that could be guessed too: the ARN of a bucket has no account in it.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_JobDescriptor.html
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Mapping, Tuple, Union

from chunk_text import one_line

GENERATOR = "ManifestGenerator.S3JobManifestGenerator."
MOST = 20  # values of a field
# One row per field that is one value of the answer: its name, its path.
PLAIN = (
    ("job_role", "RoleArn"),
    ("job_status", "Status"),
    ("job_created", "CreationTime"),
    ("job_tasks_total", "ProgressSummary.TotalNumberOfTasks"),
    ("job_tasks_failed", "ProgressSummary.NumberOfTasksFailed"),
    ("job_report_bucket", "Report.Bucket"),
    ("job_description", "Description"),
    ("job_source_bucket", GENERATOR + "SourceBucket"),
)
FIELDS = (
    "job_operation",
    "job_source",
    "job_target",
    "job_target_resource",
    "job_target_account",
    *(name for name, _ in PLAIN),
)
# What stands in job_source and job_target: a path, and the words before what is found there.
SOURCES = (
    (GENERATOR + "SourceBucket", ""),
    ("Manifest.Location.ObjectArn", "objects listed in "),
    (GENERATOR + "Filter.KeyNameConstraint.MatchAnyPrefix", "prefix "),
    (GENERATOR + "Filter.KeyNameConstraint.MatchAnySuffix", "suffix "),
    (GENERATOR + "Filter.KeyNameConstraint.MatchAnySubstring", "substring "),
    (GENERATOR + "Filter.CreatedAfter", "created after "),
    (GENERATOR + "Filter.CreatedBefore", "created before "),
    (GENERATOR + "Filter.ObjectSizeGreaterThanBytes", "bytes more than "),
    (GENERATOR + "Filter.ObjectSizeLessThanBytes", "bytes less than "),
    (GENERATOR + "Filter.MatchAnyStorageClass", "storage class "),
    (GENERATOR + "Filter.MatchAnyObjectEncryption", "encryption "),
    (GENERATOR + "Filter.ObjectReplicationStatuses", "replication status "),
    (GENERATOR + "Filter.EligibleForReplication", "eligible for replication "),
)
TARGETS = (
    ("S3PutObjectCopy.TargetResource", ""),
    ("S3PutObjectCopy.TargetKeyPrefix", "prefix "),
    ("S3PutObjectCopy.SSEAwsKmsKeyId", "KMS key "),
    ("S3PutObjectCopy.CannedAccessControlList", "ACL "),
    ("S3PutObjectCopy.AccessControlGrants.Grantee.Identifier", "grant to "),
    ("LambdaInvoke.FunctionArn", ""),
    ("LambdaInvoke.UserArguments", "argument "),
    ("S3PutObjectAcl.AccessControlPolicy.CannedAccessControlList", "ACL "),
    ("S3PutObjectAcl.AccessControlPolicy.AccessControlList.Grants.Grantee.Identifier", "grant to "),
    ("S3UpdateObjectEncryption.ObjectEncryption.SSE-KMS.KMSKeyArn", "KMS key "),
)
# Where the answer names a bucket together with its owner.
OWNERS = (
    ("Report.Bucket", "Report.ExpectedBucketOwner"),
    (GENERATOR + "SourceBucket", GENERATOR + "ExpectedBucketOwner"),
    (GENERATOR + "ManifestOutputLocation.Bucket", GENERATOR + "ManifestOutputLocation.ExpectedManifestBucketOwner"),
)
NEW_PLACES = ("S3PutObjectCopy", "LambdaInvoke")  # the operations whose first target is where data go
ACCOUNT_IN_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):")

Value = Union[str, List[str]]


def fields(job: Mapping[str, Any]) -> Dict[str, Value]:
    """All of FIELDS."""
    operation = next(iter(job["Operation"]), "") if isinstance(job.get("Operation"), dict) else ""
    target = _told(job.get("Operation"), TARGETS)
    return {
        "job_operation": one_line(operation),
        "job_source": _cell(_told(job, SOURCES)),
        "job_target": _cell(target),
        "job_target_resource": target[0] if operation in NEW_PLACES and target else "",
        "job_target_account": _owner(job, operation, target),
        **{name: next((one_line(value) for value in _at(job, path)), "") for name, path in PLAIN},
    }


def _owner(job: Mapping[str, Any], operation: str, target: List[str]) -> str:
    """Whose the objects are that the job writes: those of the target, or of the source that it works upon."""
    copies, bucket = operation in NEW_PLACES, (target or [""])[0]
    if operation == "S3ReplicateObject":
        return ""  # the source bucket's replication configuration knows
    in_arn = ACCOUNT_IN_ARN.match(bucket)
    if copies and in_arn:
        return in_arn.group(1)
    bucket = bucket if copies else next(_at(job, GENERATOR + "SourceBucket"), "")
    told = {owner for where, path in OWNERS for owner in _at(job, path) if bucket and bucket in _at(job, where)}
    return one_line(told.pop()) if len(told) == 1 else ""


def _told(found: Any, table: Tuple[Tuple[str, str], ...]) -> List[str]:
    return [words + one_line(value) for path, words in table for value in _at(found, path)]


def _at(found: Any, path: str) -> Iterator[str]:
    """The texts at a path, through the lists on its way; of a map `key=value`, of a structure its one name."""
    name, _, rest = path.partition(".")
    for item in found if isinstance(found, list) else [found]:
        if not path and isinstance(item, dict):
            yield from (f"{key}={value}" if isinstance(value, str) and value else key for key, value in item.items())
        elif not path and item:
            yield from [item] if isinstance(item, str) else _at(item, "")
        elif path and isinstance(item, dict) and name in item:
            yield from _at(item[name], rest)


def _cell(values: List[str]) -> Value:
    return values[:MOST] if len(values) > 1 else "".join(values)

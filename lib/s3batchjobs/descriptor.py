"""What DescribeJob's answer tells an analyst, as the fields of a row. Pure; Python 3.7 to 3.13.

A value that is not there is empty, one that could be guessed too: the ARN of a bucket has no account in it. Most of the
answer repeats what the job's creator wrote, so none of that makes a target one's own.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_JobDescriptor.html
"""

from __future__ import annotations

import re
from typing import Any, Collection, Dict, Iterator, List, Mapping, Tuple, Union

from s3batchjobs.text import one_line

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
# Where the answer names a bucket together with its owner, as the creator expects it.
OWNERS = (
    ("Report.Bucket", "Report.ExpectedBucketOwner"),
    (GENERATOR + "SourceBucket", GENERATOR + "ExpectedBucketOwner"),
    (GENERATOR + "ManifestOutputLocation.Bucket", GENERATOR + "ManifestOutputLocation.ExpectedManifestBucketOwner"),
)
NEW_PLACES = ("S3PutObjectCopy", "LambdaInvoke")  # the operations whose first target is where data go
ACCOUNT = re.compile(r"[0-9]{12}")
ACCOUNT_IN_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):")
BUCKET_ARN = re.compile(r"arn:[^:]*:s3:::")

Value = Union[str, List[str]]


def fields(job: Mapping[str, Any], account: str) -> Dict[str, Value]:
    """All of FIELDS. account: the job's."""
    operation = next(iter(job["Operation"]), "") if isinstance(job.get("Operation"), dict) else ""
    target = _told(job.get("Operation"), TARGETS)
    return {
        "job_operation": one_line(operation),
        "job_source": _cell(_told(job, SOURCES)),
        "job_target": _cell(target),
        "job_target_resource": target[0] if operation in NEW_PLACES and target else "",
        "job_target_account": _account(job, operation, target, account),
        **{name: next((one_line(value) for value in _at(job, path)), "") for name, path in PLAIN},
    }


def owner(found: Mapping[str, Any], account: str, own: Collection[str]) -> str:
    """`own` where what the job writes to, a bucket or a function, is among one's own; else `unknown`.

    The name of a bucket belongs to one owner and the ARN of a function has its account. Nothing else counts: neither an
    expected owner nor the ARN of an access point, which may lead to any bucket, nor a name like an account's.
    """
    operation, resource = found["job_operation"], found["job_target_resource"]
    if operation == "LambdaInvoke":
        names = {found["job_target_account"], resource} & {account, *own}
    else:
        resource = resource if operation in NEW_PLACES else found["job_source_bucket"]
        names = {resource, BUCKET_ARN.sub("", resource)} & {name for name in own if not ACCOUNT.fullmatch(name)}
    return "own" if names - {""} and operation != "S3ReplicateObject" else "unknown"


def _account(job: Mapping[str, Any], operation: str, target: List[str], account: str) -> str:
    """Whose the objects are that the job writes, as far as that is told; its own account is no more than a claim."""
    resource = (target or [""])[0] if operation in NEW_PLACES else next(_at(job, GENERATOR + "SourceBucket"), "")
    found = {each for where, path in OWNERS for each in _at(job, path) if resource and resource in _at(job, where)}
    found.update(ACCOUNT_IN_ARN.findall(resource))
    if operation != "LambdaInvoke":
        found.discard(account)
    return found.pop() if len(found) == 1 and ACCOUNT.fullmatch(next(iter(found))) else ""


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
    if len(values) > MOST:
        values = [*values[: MOST - 1], f"and {len(values) - MOST + 1} more"]
    return values if len(values) > 1 else "".join(values)

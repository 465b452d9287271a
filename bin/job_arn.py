"""Reads the ARNs of S3 Batch Operations jobs and says what they tell an analyst.

Plain functions over text and dicts, without Splunk: `enrichjobarn.py` is the edge. Whatever the text is,
every function returns; an ARN that cannot be read gives a reason instead. Runs on Python 3.7 to 3.13.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Iterable, Iterator, List, Pattern, Sequence, Tuple, Union

import chunk_text

Value = Union[str, List[str]]
Record = Dict[str, Any]

ACCOUNT_FIELD = "aws_account_id"

# The fields that one ARN gives, in the order in which they become columns.
FIELDS = (
    "job_id",
    "job_partition",
    "job_region",
    "job_account_id",
    "job_console_url",
    "job_account_mismatch",
    "job_arn_error",
)

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_JobDescriptor.html
LONGEST_ARN = 1024
ACCOUNT_ID = re.compile(r"[0-9]{12}")

# One row per colon-separated part of an ARN: its form, the field it gives, the complaint at any other form.
PARTS: Tuple[Tuple[Pattern[str], str, str], ...] = (
    (re.compile(r"arn"), "", "not an ARN: it does not begin with arn:"),
    (re.compile(r"aws(-[a-z]+)*"), "job_partition", "its partition is not one of AWS"),
    (re.compile(r"s3"), "", "it names a service other than s3"),
    (re.compile(r"(?!.{33})[a-z]+(-[a-z]+)+-[0-9]+"), "job_region", "its region is malformed"),
    (ACCOUNT_ID, "job_account_id", "its account is not 12 digits"),
    (re.compile(r"job/([A-Za-z0-9_-]{5,36})"), "job_id", "it does not end in job/ and a job id"),
)

# The host of the AWS console in each partition. A table here and not a lookup: nothing that a search head may lack,
# keep from an older version or edit stands between a job and its page.
CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-eusc": "console.amazonaws-eusc.eu",
}

FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.{}:-]*")
PREFIX = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)?")


def read_arn(arn: str) -> Dict[str, str]:
    """The parts of one job ARN; where it cannot be read, `job_arn_error` alone says why.

    >>> read_arn("arn:aws:s3:us-west-2:111111111111:job/bb54efd8-937d")["job_region"]
    'us-west-2'
    """
    if not arn:
        return {"job_arn_error": "there is no ARN"}
    if len(arn) > LONGEST_ARN:
        return {"job_arn_error": f"longer than {LONGEST_ARN} characters"}
    parts = arn.split(":", len(PARTS) - 1)
    if len(parts) < len(PARTS):
        return {"job_arn_error": "not an ARN: it has fewer than six parts between colons"}
    found = {}
    for part, (form, field, complaint) in zip(parts, PARTS):
        match = form.fullmatch(part)
        if not match:
            return {"job_arn_error": complaint}
        if field:
            found[field] = match.group(1) if field == "job_id" else part
    return found


def console_url(job: Dict[str, str]) -> str:
    """Where the AWS console shows the job; empty for a partition whose console is not known."""
    host = CONSOLES.get(job["job_partition"])
    if not host:
        return ""
    return "https://{job_region}.{host}/s3/jobs/{job_id}?region={job_region}".format(host=host, **job)


def account_mismatch(job: Dict[str, str], accounts: Sequence[str]) -> str:
    """`true` where the ARN belongs to another account than the event; empty where the event names none."""
    known = [account for account in accounts if ACCOUNT_ID.fullmatch(account)]
    if not known:
        return ""
    return "false" if job["job_account_id"] in known else "true"


def describe(arn: str, accounts: Sequence[str]) -> Dict[str, str]:
    """All fields of one ARN, each present, empty where there is nothing to say."""
    job = read_arn(arn)
    if "job_arn_error" not in job:
        job["job_console_url"] = console_url(job)
        job["job_account_mismatch"] = account_mismatch(job, accounts)
    return {field: job.get(field, "") for field in FIELDS}


def values(cell: Any) -> List[str]:
    """A cell as the list of its values: no value at all counts as one empty value."""
    if isinstance(cell, list):
        return [str(value) for value in cell] or [""]
    return ["" if cell is None else str(cell)]


def as_cell(column: List[str]) -> Value:
    """A list of values as a cell, one scalar where it says no more than that."""
    if len(column) == 1 or not any(column):
        return column[0]
    return column


def enrichment(arns: Any, accounts: Any) -> Dict[str, Value]:
    """The fields of a cell of ARNs; each is aligned with it, value by value."""
    jobs = [describe(arn, values(accounts)) for arn in values(arns)]
    return {field: as_cell([job[field] for job in jobs]) for field in FIELDS}


def enriched(record: Record, field: str, warn: Callable[[str], None]) -> Dict[str, Value]:
    """The fields of one row. Whatever goes wrong is told, in the row and beside it, and does not cost the row."""
    try:
        return enrichment(record.get(field), record.get(ACCOUNT_FIELD))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        warn(f"enrichjobarn passes a row on unread: {reason}")
        return {name: reason if name == "job_arn_error" else "" for name in FIELDS}


def enricher(field: str, prefix: str, warn: Callable[[str], None]) -> Callable[[Iterable[Record]], Iterator[Record]]:
    """A function over the records of one chunk that adds the fields to each of them."""

    def added(record: Record) -> Record:
        return {prefix + name: value for name, value in enriched(record, field, warn).items()}

    return chunk_text.adding(lambda chunk: map(added, chunk))


def option_errors(
    command: str, strays: Sequence[str], field: str, written: Sequence[str], prefix: str = ""
) -> List[str]:
    """What is wrong with a command's options, and what would be right; empty when all is well.

    command: its name and options, as its syntax has them. written: the fields that it adds.
    """
    name, _, options = command.partition(" ")
    errors = [f"{name} does not know {stray!r}: its options are {options}" for stray in strays]
    if not FIELD_NAME.fullmatch(field):
        errors.append(f"field={field!r} is not a field name: name one, as in field=job_arn")
    if not PREFIX.fullmatch(prefix):
        errors.append(f"prefix={prefix!r} cannot begin a field name: use letters and _, as in prefix=s3_")
    if field in [prefix + name for name in written]:
        advice = "set prefix= to keep them apart" if "prefix=" in options else "read another"
        errors.append(f"field={field} is a field that the command writes: {advice}")
    return errors

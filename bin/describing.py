"""Describes the jobs of a search's rows: each once, several at once, and never for longer than the search can wait.

Whatever AWS, the network or a log says, each ARN gets all fields; where they are empty, `job_describe_error` says why.
Python 3.7 to 3.13.
"""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Collection, Dict, FrozenSet, Iterable, Iterator, List, Mapping, Sequence, Tuple

import chunk_text
import job_arn
import lib_path
from aws_credentials import Accounts
from s3batchjobs import descriptor
from s3batchjobs.bounded_http import TIMED_OUT, in_time
from s3batchjobs.control import YOUNG, AwsError, describe_job, patiently

FIELDS = (*descriptor.FIELDS, "job_target_owner", "job_describe_error")
MOST_JOBS, MOST_SECONDS, AT_ONCE = 50, 30.0, 10
YOUNG_SECONDS = 300.0  # a job is not registered at once; and what a clock may be ahead
LEFT_OUT = f"left out: a search describes {MOST_JOBS} jobs"
# It may be anybody's, and a log would decide whom to ask, with which role.
FOREIGN = "its account is not the event's, so AWS is not asked"
# What may be told to be one's own: an account, the ARN of a bucket or function, a bucket.
OWN = re.compile(r"[0-9]{12}|arn:[!-~]{1,1000}|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")

Described = Dict[str, Any]
# A job's ARN, and whether its account is another than the event's.
Told = Tuple[str, bool]
# A job's ARN in parts, whether it is young, until when: DescribeJob's Job.
Describe = Callable[[Mapping[str, str], bool, float], Mapping[str, Any]]


def asking(accounts: Accounts) -> Describe:
    """The way to AWS with these accounts."""

    def describe(job: Mapping[str, str], young: bool, end: float) -> Mapping[str, Any]:
        key = accounts.credentials(job, end)
        return dict(patiently(lambda seconds: describe_job(job, key, seconds), end, [YOUNG] if young else []))

    return describe


def describer(
    field: str, when: str, jobs: Describer, warn: Callable[[str], None]
) -> Callable[[Iterable[Described]], Iterator[Described]]:
    """A function over the records of one chunk that adds FIELDS to each of them.

    when: the field with the job's time in epoch seconds.
    """

    def added(chunk: List[Described]) -> Iterable[Described]:
        rows = [told(record, field) for record in chunk]
        known = jobs.fields({each: is_young(record.get(when)) for record, row in zip(chunk, rows) for each in row})
        for reason in sorted({str(known[each]["job_describe_error"]) for row in rows for each in row} - {""}):
            warn(f"describes3job: {reason}")
        return [joined([known[each] for each in row]) for row in rows]

    return chunk_text.adding(added)


def told(record: Mapping[str, Any], field: str) -> List[Told]:
    """The jobs that a row names."""
    accounts = job_arn.values(record.get(job_arn.ACCOUNT_FIELD))
    arns = job_arn.values(record.get(field))
    return [(arn, job_arn.describe(arn, accounts)["job_account_mismatch"] == "true") for arn in arns]


def joined(described: List[Described]) -> Described:
    """The fields of a row's jobs; of several the values of all."""
    columns = {name: [value for each in described for value in job_arn.values(each[name])] for name in FIELDS}
    return {name: job_arn.as_cell(column) for name, column in columns.items()}


def is_young(when: Any) -> bool:
    """Whether a time is one of the last minutes; what is none is not."""
    try:
        return abs(time.time() - float(job_arn.values(when)[0])) < YOUNG_SECONDS
    except ValueError:
        return False


def own_of(words: Sequence[str], warn: Callable[[str], None]) -> FrozenSet[str]:
    """The accounts, buckets and ARNs of the macro, however they are quoted and parted; the rest is told."""
    names = {name for word in words for name in re.split(r'[\s,"]+', word)} - {""}
    for name in sorted(name for name in names if not OWN.fullmatch(name)):
        warn(f"describes3job: {name[:100]!r} is no account of 12 digits, bucket or ARN, so nothing of it is your own")
    return frozenset(name for name in names if OWN.fullmatch(name))


class Describer:
    """The jobs of one search, and what is left of its limits. `answers`: AWS's own, by ARN."""

    def __init__(self, describe: Describe, own: Collection[str] = ()) -> None:
        self._describe, self._own = describe, own
        self._known: Dict[Told, Described] = {}
        self._jobs, self._seconds = MOST_JOBS, MOST_SECONDS
        self.answers: Dict[str, Mapping[str, Any]] = {}

    def fields(self, asked: Mapping[Told, bool]) -> Dict[Told, Described]:
        """The fields of each job, of which is told whether it is young."""
        fresh = [(each, job_arn.read_arn(each[0]), young) for each, young in asked.items() if each not in self._known]
        for each, job, _ in fresh:
            self._known[each] = failed(job.get("job_arn_error") or (FOREIGN if each[1] else LEFT_OUT))
        wanted = [each for each in fresh if "job_arn_error" not in each[1] and not each[0][1]][: self._jobs]
        self._jobs -= len(wanted)
        begun = time.monotonic()
        end = begun + self._seconds
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = pool.map(lambda each: self._in_time(each[0][0], each[1], each[2], end), wanted)
            self._known.update(zip((each for each, _, _ in wanted), found))
        self._seconds -= time.monotonic() - begun
        return self._known

    def _in_time(self, arn: str, job: Mapping[str, str], young: bool, end: float) -> Described:
        try:
            return dict(in_time(lambda: self._one(arn, job, young, end), end - time.monotonic()))
        except TIMED_OUT:
            return failed(f"left out: {MOST_SECONDS:.0f} seconds for all jobs of a search were over")

    def _one(self, arn: str, job: Mapping[str, str], young: bool, end: float) -> Described:
        try:
            answer = self._describe(job, young, end)
            found = descriptor.fields(answer, job["job_account_id"])
        except AwsError as error:
            return failed(str(error))
        except Exception as error:  # its text may hold what it was about
            return failed(f"{type(error).__name__} where the job was described")
        self.answers[arn] = answer
        owner = descriptor.owner(found, job["job_account_id"], self._own)
        return {**found, "job_target_owner": owner, "job_describe_error": ""}


def failed(reason: str) -> Described:
    return {**dict.fromkeys(FIELDS, ""), "job_describe_error": reason}

"""Describes the jobs of a search's rows: each once, several at once, and never for longer than the search can wait.

Whatever AWS, the network or a log says, each ARN gets all fields; where they are empty, `job_describe_error` says why.
Python 3.7 to 3.13.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping

import chunk_text
import job_arn
import s3_job
from aws_credentials import Accounts
from s3_control import AwsError, describe_job, patiently

FIELDS = (*s3_job.FIELDS, "job_describe_error")
MOST_JOBS, MOST_SECONDS, AT_ONCE = 50, 30.0, 10
YOUNG_SECONDS = 300.0  # a job is not registered at once
TIME = "%Y-%m-%dT%H:%M:%S"  # of firstTime, as security_content_ctime writes it

Described = Dict[str, Any]
# A job's ARN in parts, whether it is young, until when: DescribeJob's Job.
Describe = Callable[[Mapping[str, str], bool, float], Mapping[str, Any]]


def asking(accounts: Accounts) -> Describe:
    """The way to AWS with these accounts."""

    def describe(job: Mapping[str, str], young: bool, end: float) -> Mapping[str, Any]:
        key = patiently(lambda seconds: accounts.credentials(job, seconds), end, False)
        return dict(patiently(lambda seconds: describe_job(job, key, seconds), end, young))

    return describe


def describer(
    field: str, describe: Describe, warn: Callable[[str], None]
) -> Callable[[Iterable[Described]], Iterator[Described]]:
    """A function over the records of one chunk that adds FIELDS to each of them."""
    jobs = Describer(describe)

    def chunk_described(records: Iterable[Described]) -> Iterator[Described]:
        chunk = list(records)
        arns = [job_arn.values(record.get(field)) for record in chunk]
        known = jobs.fields({arn: is_young(record) for record, row in zip(chunk, arns) for arn in row})
        for reason in sorted({str(known[arn]["job_describe_error"]) for row in arns for arn in row} - {""}):
            warn(f"describes3job: {reason}")
        return chunk_text.filled(chunk, (joined([known[arn] for arn in row]) for row in arns))

    return chunk_described


def joined(described: List[Described]) -> Described:
    """The fields of a row's jobs; of several the values of all."""
    if len(described) == 1:
        return described[0]
    return {name: [value for each in described for value in job_arn.values(each[name])] for name in FIELDS}


def is_young(record: Described) -> bool:
    """Whether a row is of the last minutes; one that does not say so is not."""
    text = job_arn.values(record.get("_time") or record.get("firstTime"))[0]
    try:
        when = float(text) if text[:1].isdigit() and "-" not in text else time.mktime(time.strptime(text, TIME))
    except (ValueError, OverflowError):
        return False
    return time.time() - when < YOUNG_SECONDS


class Describer:
    """The jobs of one search, and what is left of its limits."""

    def __init__(self, describe: Describe) -> None:
        self._describe, self._known = describe, {}  # type: Describe, Dict[str, Described]
        self._jobs, self._seconds = MOST_JOBS, MOST_SECONDS

    def fields(self, arns: Mapping[str, bool]) -> Dict[str, Described]:
        """The fields of each ARN, of which is told whether it is young."""
        fresh = [(arn, job_arn.read_arn(arn), young) for arn, young in arns.items() if arn not in self._known]
        for arn, job, _ in fresh:
            reason = job.get("job_arn_error") or f"left out: a search describes {MOST_JOBS} jobs"
            self._known[arn] = failed(reason)
        wanted = [each for each in fresh if "job_arn_error" not in each[1]][: self._jobs]
        self._jobs -= len(wanted)
        self._ask(wanted)
        return self._known

    def _ask(self, wanted: List[Any]) -> None:
        """Threads that nobody waits for beyond the end: a name server alone may take a minute."""
        begun = time.monotonic()
        end = begun + self._seconds
        done = queue.Queue()  # type: queue.Queue[Any]
        waiting = list(wanted)
        for arn, _, _ in wanted:
            self._known[arn] = failed(f"left out: {MOST_SECONDS:.0f} seconds for all jobs of a search were over")
        for _ in range(min(AT_ONCE, len(wanted))):
            threading.Thread(target=self._work, args=(waiting, done, end), daemon=True).start()
        try:
            for _ in wanted:
                self._known.update([done.get(timeout=max(0.0, end - time.monotonic()))])
        except queue.Empty:
            pass
        self._seconds -= time.monotonic() - begun

    def _work(self, waiting: List[Any], done: Any, end: float) -> None:
        while waiting and time.monotonic() < end:
            try:
                arn, job, young = waiting.pop(0)
            except IndexError:
                return  # another thread has it
            done.put((arn, self._one(job, young, end)))

    def _one(self, job: Mapping[str, str], young: bool, end: float) -> Described:
        try:
            return {**s3_job.fields(self._describe(job, young, end)), "job_describe_error": ""}
        except AwsError as error:
            return failed(str(error))
        except Exception as error:  # its text may hold what it was about
            return failed(f"{type(error).__name__} where the job was described")


def failed(reason: str) -> Described:
    return {**dict.fromkeys(FIELDS, ""), "job_describe_error": reason}

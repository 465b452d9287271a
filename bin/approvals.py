"""Which approval of the collection s3_batch_approvals a job has, and in which state that is.

Plain functions over documents and rows, without Splunk. An approval names jobs by patterns and ends; whatever is odd
about one approves nothing and is told. Runs on Python 3.7 to 3.13.
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence

import chunk_text
from job_arn import FIELD_NAME

Record = Dict[str, Any]
Warn = Callable[[str], None]

COLLECTION = ("storage", "collections", "data", "s3_batch_approvals")
APP = "DA-ESS-AWSBatchExfiltration"
FIELDS = ("approval_state", "approval_reason", "approved_by", "approval_expires", "approval_key")
# What an approval may name, and the fields of a row that say it, the first that is filled. role, bucket and target are
# known of a job where it was described; where they are not, an approval that names one does not hold.
NAMED: Mapping[str, Sequence[str]] = {
    "account": ("aws_account_id",),
    "job": ("s3_job", "job_arn"),
    "region": ("job_region", "region", "awsRegion"),
    "role": ("job_role",),
    "bucket": ("job_source_bucket",),
    "target": ("job_target_resource",),
}
KNOWN = {*NAMED, "_key", "_user", "reason", "approved_by", "created", "expires", "revoked", "revoked_by"}
MOST = 50_000  # limits.conf [kvstore] max_rows_per_query
LONGEST = 1024  # characters of a pattern or a text


class Approval(NamedTuple):
    patterns: Mapping[str, str]  # of NAMED, without those that hold for anything
    expires: float  # epoch seconds, as all times here
    revoked: float  # 0: it is not
    document: Mapping[str, Any]

    def state(self, when: float) -> str:
        """At the time of a job. What was revoked is no approval of any job any more."""
        if self.revoked:
            return "revoked"
        return "approved" if when < self.expires else "expired"

    @property
    def ended(self) -> float:
        return min(self.revoked or self.expires, self.expires)


def text(value: Any) -> str:
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def read(document: Any) -> Approval:
    """An approval from the collection; ValueError says why it is none."""
    if not isinstance(document, dict):
        raise ValueError("it is no object")
    for name, value in document.items():  # what cannot be meant so would approve more than was written
        if name not in KNOWN:
            raise ValueError(f"{name[:64]!r} is no field of an approval")
        if name in NAMED and not isinstance(value, (str, type(None))):
            raise ValueError(f"{name} is no text")
    patterns = {name: text(document.get(name)) for name in NAMED}
    patterns = {name: pattern for name, pattern in patterns.items() if pattern.strip("*")}
    if not patterns:
        raise ValueError("it names nothing, so it would approve every job")
    return Approval(patterns, _time(document, "expires"), _time(document, "revoked", 0.0), document)


def _time(document: Mapping[str, Any], name: str, default: Optional[float] = None) -> float:
    value = document.get(name)
    if value in (None, "", False) and default is not None:
        return default
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        seconds = -1.0
    if not 0 <= seconds < 1e11:
        raise ValueError(f"{name} is no time in epoch seconds")
    return seconds


def readable(documents: Any, warn: Warn) -> List[Approval]:
    """Those that can be read; of the others, how many and what is wrong with the first."""
    found, odd = [], []
    documents = documents if isinstance(documents, list) else [documents]
    if len(documents) >= MOST:
        warn(f"matchapproval: the KV store gives {MOST:,} approvals at most; those beyond approve nothing")
    for document in documents:
        try:
            found.append(read(document))
        except ValueError as error:
            key = text(document.get("_key")) if isinstance(document, dict) else ""
            odd.append(f"{key[:64] or '(no key)'}: {error}")
    if odd:
        warn(f"matchapproval: {len(odd)} of {len(odd) + len(found)} approvals approve nothing; the first is {odd[0]}")
    return found


def matches(pattern: str, value: str) -> bool:
    """Whether a value has this form, in which * stands for any text. No regular expression: one could take for ever."""
    first, *rest = pattern.split("*")
    if not rest:
        return value == pattern
    if not value.startswith(first) or len(value) < len(first) + len(rest[-1]) or not value.endswith(rest[-1]):
        return False
    at, end = len(first), len(value) - len(rest[-1])
    for piece in rest[:-1]:
        found = value.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def told(record: Mapping[str, Any], name: str) -> List[str]:
    """What a row says of something that an approval may name; each of several values."""
    for field in NAMED[name]:
        cell = record.get(field)
        values = [text(value) for value in (cell if isinstance(cell, list) else [cell])]
        if any(values):
            return values
    return []


def holds(approval: Approval, record: Mapping[str, Any]) -> bool:
    """Whether it is about this row: every pattern has all of the row's values."""
    for name, pattern in approval.patterns.items():
        values = told(record, name)
        if not values or not all(matches(pattern, value) for value in values):
            return False
    return True


class Desk:
    """Approvals by the account that they name, since a row is held against those of its own account only."""

    def __init__(self, approvals: Iterable[Approval] = ()) -> None:
        self._of: Dict[str, List[Approval]] = defaultdict(list)
        for approval in approvals:
            account = approval.patterns.get("account", "*")
            self._of["*" if "*" in account else account].append(approval)

    def about(self, record: Mapping[str, Any]) -> List[Approval]:
        accounts = ["*", *told(record, "account")[:1]]
        return [each for account in accounts for each in self._of.get(account, ()) if holds(each, record)]

    def decide(self, record: Mapping[str, Any], when: float) -> Dict[str, str]:
        """The fields of a row: of an approval that holds, else of the one that ended last."""
        found = max(self.about(record), key=lambda each: (each.state(when) == "approved", each.ended), default=None)
        if found is None:
            return {**dict.fromkeys(FIELDS, ""), "approval_state": "none"}
        reason, by, key = (text(found.document.get(name)) for name in ("reason", "approved_by", "_key"))
        ended = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(found.ended))
        return dict(zip(FIELDS, (found.state(when), reason, by, ended, key)))


def matcher(field: str, ask: Callable[[], Any], warn: Warn) -> Callable[[Iterable[Record]], Iterator[Record]]:
    """A function over the records of one chunk that adds the fields to each; `ask` is called once, at the first row.

    field: where a row has the job's time, in epoch seconds. Whatever goes wrong approves nothing and is told.
    """
    desks: List[Desk] = []

    def desk() -> Desk:
        if not desks:
            try:
                desks.append(Desk(readable(ask(), warn)))
            except Exception as error:
                desks.append(Desk())
                warn(f"matchapproval approves no job, because the approvals cannot be read: {error}")
        return desks[0]

    return chunk_text.adding(lambda chunk: (desk().decide(each, _when(each, field, warn)) for each in chunk))


def _when(record: Mapping[str, Any], field: str, warn: Warn) -> float:
    try:
        return _time(record, field)
    except ValueError:
        warn(f"matchapproval cannot read a job's time in the field {field}: the time of the search stands in for it")
        return time.time()


def option_errors(field: str, strays: Sequence[str]) -> List[str]:
    """What is wrong with the command's options; empty when all is well."""
    errors = [f"matchapproval does not know {stray!r}: its option is time=<field>" for stray in strays]
    if not FIELD_NAME.fullmatch(field) or field in FIELDS:
        errors.append(f"time={field!r} is no field of a row's time: name one, as in time=_time")
    return errors

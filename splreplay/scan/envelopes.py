"""In what CloudTrail's records travel, and what else their likes are kept as: data, one row each.

A row of ENVELOPES is a name for the account, and the way from an object to what it carries: keys, and `[]` for each
of a list. What is carried is an object, or JSON as a string, or where it is `packed` base64 of JSON or of gzip.
`beside` are the event's default fields, with the keys next to the last one of the way that give them. A row of FOREIGN
is a shape that is not opened, known by keys of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

EACH = "[]"
RECORD = frozenset(("eventName", "eventSource", "eventTime"))  # what has these is a record of CloudTrail's
MOST = 12  # envelopes in one another; what is nested deeper stays as it is
LOG_LINE = "log line"
CSV = "CSV"

_DEFAULTS = {name: name for name in ("source", "sourcetype", "host", "index")}


class Envelope(NamedTuple):
    name: str
    way: tuple[str, ...]
    beside: Mapping[str, str] = {}
    packed: bool = False


def _row(name: str, way: str, **beside: str) -> Envelope:
    return Envelope(name, tuple(way.split(" ")), beside)


def _packed(name: str, way: str) -> Envelope:
    return _row(name, way)._replace(packed=True)


ENVELOPES = (
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    _row("EventBridge", "detail"),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
    _row("CloudWatch Logs subscription", "logEvents [] message"),
    _packed("CloudWatch Logs subscription", "awslogs data"),
    _row("CloudWatch Logs events", "events [] message"),
    _row("CloudWatch Logs event", "message"),
    _row("CloudWatch Logs Insights", "results [] [] value"),
    _row("CloudWatch Logs Insights", "@message"),
    # https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Event.html
    _row("lookup-events", "Events [] CloudTrailEvent"),
    _row("lookup-events", "CloudTrailEvent"),
    # https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetQueryResults.html
    _row("CloudTrail Lake", "eventJson"),
    _row("CloudTrail Lake", "QueryResultRows [] [] eventJson"),
    _row("Splunk export", "result _raw", **_DEFAULTS),
    _row("Splunk export", "results [] _raw", **_DEFAULTS),
    _row("Splunk export", "_raw", **_DEFAULTS),
    # https://help.splunk.com/en/splunk-enterprise/get-started/get-data-in/9.4/get-data-with-http-event-collector/format-events-for-http-event-collector
    _row("HEC", "event", time="time", **_DEFAULTS),
    _row("Elastic", "event original"),
    _row("SNS", "Message"),
    _row("SNS", "Sns Message"),
    _row("SQS", "body"),
    _row("SQS", "Body"),
    _row("SQS", "Messages [] Body"),
    _row("container log", "log"),
    # https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html, .../dg/services-kinesisfirehose.html
    _packed("Kinesis", "kinesis data"),
    _packed("Kinesis", "Data"),
    _packed("Firehose", "records [] data"),
    _packed("Firehose", "data"),
)
KEYS = tuple(dict.fromkeys(envelope.way[0] for envelope in ENVELOPES))  # no record has one of these itself
# Columns of a CSV file that hold records, as an object of one row would.
COLUMNS = tuple(envelope.way[0] for envelope in ENVELOPES if len(envelope.way) == 1 and not envelope.packed)
# Lists that may be as long as `Records`: what an account's whole trail is exported as.
LISTS = frozenset(row.way[0] for row in ENVELOPES if row.way[1:2] == (EACH,))


def quoted(names: Iterable[str]) -> bytes:
    """A pattern of these in quotes. It matches a little more: first letters as a set take half the time."""
    firsts, rests = {name[0] for name in names}, {name[1:] for name in names}
    return f'"[{"".join(map(re.escape, sorted(firsts)))}](?:{"|".join(map(re.escape, sorted(rests)))})"'.encode()


MAYBE = re.compile(quoted(KEYS) + rb"\s*:")


class Foreign(NamedTuple):
    name: str
    keys: frozenset[str]
    advice: str

    @property
    def words(self) -> str:
        return f"no eventName, though the search's text is in it: {self.name}{': ' if self.name else ''}{self.advice}"


_FROM_S3 = "search the files that CloudTrail wrote to S3 instead"
FOREIGN = (
    Foreign("an OCSF event of Security Lake", frozenset(("class_uid", "metadata")), f"it has other fields; {_FROM_S3}"),
    Foreign(
        "a row of a table with lower-cased columns, as Athena's",
        frozenset(("eventname",)),
        f"the fields are eventName, eventSource, ...; rename its columns, or {_FROM_S3}",
    ),
    Foreign(
        "an Elastic document",
        frozenset(("@timestamp", "event")),
        f"the record would be its event.original, which it does not have; {_FROM_S3}",
    ),
    Foreign("CSV without a column of records", frozenset((CSV,)), "export the column _raw or eventJson"),
)
UNKNOWN = Foreign("", frozenset(), "only records that have an eventName are CloudTrail's; see docs/inputs.md")


def foreign(keys: frozenset[str]) -> Foreign:
    """What an object without eventName may be."""
    return next((row for row in FOREIGN if row.keys <= keys), UNKNOWN)

"""Records in the envelopes that they arrive in are found as if they came alone, and the account says out of what."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from splreplay.engine import search
from splreplay.scan.files import FileSource
from splreplay.scan.layout import HEAD
from tests.scan.conftest import Scan

EVENT = {
    "eventVersion": "1.09",
    "eventTime": "2026-03-02T09:11:30Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "JobCreated",
    "note": 'a "quoted" {brace, a \\ and a / and \u212a',
    "requestParameters": {"event": "x", "message": {"detail": [1.5, None]}},
}
OTHER = {**EVENT, "eventName": "GetObject"}
EVENTS = [OTHER, EVENT]


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def lines(wrap: Callable[[dict[str, Any]], Any]) -> str:
    return "".join(f"{compact(wrap(event))}\n" for event in EVENTS)


def packed(value: object, squeeze: Callable[[bytes], bytes] = bytes) -> str:
    return packed_bytes(squeeze(compact(value).encode()))


def packed_bytes(data: bytes) -> str:
    return base64.b64encode(data).decode()


def subscription(*events: dict[str, Any]) -> dict[str, Any]:
    return {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": compact(event)} for event in events]}


HEC = {"time": 1767225600.25, "source": "s3://trail", "sourcetype": "aws:cloudtrail:test", "host": "h", "index": "i"}
SHAPES: dict[str, tuple[str, dict[str, int]]] = {
    "EventBridge": (lines(lambda event: {"version": "0", "source": "aws.s3", "detail": event}), {"EventBridge": 2}),
    "EventBridge, pretty": (json.dumps({"source": "aws.s3", "detail": EVENT}, indent=2), {"EventBridge": 1}),
    "a subscription": (
        compact({"messageType": "DATA_MESSAGE", "logEvents": [{"message": compact(event)} for event in EVENTS]}),
        {"CloudWatch Logs subscription": 2},
    ),
    "filter-log-events": (
        json.dumps({"events": [{"message": compact(event)} for event in EVENTS], "nextToken": "x"}, indent=4),
        {"CloudWatch Logs events": 2},
    ),
    "filter-log-events by jq": (lines(lambda event: {"message": compact(event)}), {"CloudWatch Logs event": 2}),
    "Insights": (
        compact({"results": [[{"field": "@message", "value": compact(event)}, {"field": "@ptr", "value": "x"}]
                             for event in EVENTS]}),
        {"CloudWatch Logs Insights": 2},
    ),
    "Insights, from the console": (
        compact([{"@timestamp": "2026", "@message": event} for event in EVENTS]), {"CloudWatch Logs Insights": 2}
    ),
    "lookup-events": (
        json.dumps({"Events": [{"EventId": "x", "CloudTrailEvent": compact(event)} for event in EVENTS]}, indent=4),
        {"lookup-events": 2},
    ),
    "lookup-events, an array": (
        compact([{"CloudTrailEvent": compact(event)} for event in EVENTS]),
        {"lookup-events": 2},
    ),
    "CloudTrail Lake": (
        lines(lambda event: {"eventVersion": "1.09", "eventTime": "x", "eventJson": compact(event)}),
        {"CloudTrail Lake": 2},
    ),
    "CloudTrail Lake, with columns": (
        lines(lambda event: {**event, "eventJson": compact(event)}),
        {"CloudTrail Lake": 2},
    ),
    "get-query-results": (
        compact({"QueryResultRows": [[{"eventName": "x"}, {"eventJson": compact(event)}] for event in EVENTS]}),
        {"CloudTrail Lake": 2},
    ),
    "Splunk's export": (lines(lambda event: {"result": {"_raw": compact(event)}}), {"Splunk export": 2}),
    "Splunk's results": (
        compact({"preview": False, "results": [{"_raw": compact(event), "eventName": "x"} for event in EVENTS]}),
        {"Splunk export": 2},
    ),
    "HEC": (lines(lambda event: {**HEC, "event": event}), {"HEC": 2}),
    "HEC, strings joined": (lines(lambda event: {"event": compact(event)}).replace("\n", ""), {"HEC": 2}),
    "HEC, joined and lines": (
        lines(lambda event: {"event": event}).replace("\n", "", 1) + compact({"event": OTHER}) + "\n", {"HEC": 3}
    ),
    "SNS": (lines(lambda event: {"Type": "Notification", "Message": compact(event)}), {"SNS": 2}),
    "SNS to Lambda": (compact({"Records": [{"Sns": {"Message": compact(event)}} for event in EVENTS]}), {"SNS": 2}),
    "SQS": (compact({"Messages": [{"Body": compact(event)} for event in EVENTS]}), {"SQS": 2}),
    "SQS to Lambda": (
        compact({"Records": [{"body": compact({"Message": compact({"detail": event})})} for event in EVENTS]}),
        {"SQS": 2, "SNS": 2, "EventBridge": 2},
    ),
    "Records in a message": (compact({"Message": compact({"Records": EVENTS})}), {"SNS": 2}),
    "Elastic with the original": (lines(lambda event: {"event": {"original": compact(event)}}), {"Elastic": 2}),
    "a container's log": (lines(lambda event: {"log": compact(event) + "\n", "stream": "x"}), {"container log": 2}),
    "a subscription to Lambda": (
        compact({"awslogs": {"data": packed(subscription(*EVENTS), gzip.compress)}}),
        {"CloudWatch Logs subscription": 2},
    ),
    "a subscription to Kinesis": (
        compact({"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": packed(subscription(event),
                                                                                   gzip.compress)}}
                             for event in EVENTS]}),
        {"Kinesis": 2, "CloudWatch Logs subscription": 2},
    ),
    "get-records, pretty": (
        json.dumps({"Records": [{"Data": packed(event), "PartitionKey": "x"} for event in EVENTS]}, indent=4),
        {"Kinesis": 2},
    ),
    "Firehose to Lambda": (
        compact({"deliveryStreamArn": "x", "records": [{"recordId": "1", "data": packed({"detail": event})}
                                                       for event in EVENTS]}),
        {"Firehose": 2, "EventBridge": 2},
    ),
    "Firehose's records by jq": (lines(lambda event: {"data": packed({"Records": [event]})}), {"Firehose": 2}),
    "a subscription to Lambda in an SQS message, lines of base64": (
        lines(lambda event: {"body": compact({"awslogs": {"data": base64.encodebytes(gzip.compress(
            compact(subscription(event)).encode())).decode()}})}),
        {"SQS": 2, "CloudWatch Logs subscription": 2},
    ),
    "a list of Records documents": (compact([{"Records": [OTHER]}, {"Records": [EVENT]}]), {}),
    "Records in Records": (compact({"Records": [{"Records": EVENTS}]}), {}),
    "Records one a line": ('{\n "nextToken":"x",\n "Records": [\n' + ",\n".join(map(compact, EVENTS)) + "\n]\n}\n", {}),
    "events one a line": (
        '{\n "events": [\n' + ",\n".join(compact({"message": compact(event)}) for event in EVENTS) + "\n]\n}\n",
        {"CloudWatch Logs events": 2},
    ),
    "Firehose": (lines(lambda event: event).replace("\n", ""), {}),
    "a log line": ("".join(f"2026-03-02T09:11:30Z [INFO] a {compact(event)}\n" for event in EVENTS), {"log line": 2}),
    "a log line in a message": (
        lines(lambda event: {"message": f"[INFO] 2026 {compact({'detail': event})}"}),
        {"CloudWatch Logs event": 2, "EventBridge": 2},
    ),
}  # fmt: skip


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("needle", [None, "JobCreated"])
@pytest.mark.parametrize("name", SHAPES)
def test_every_envelope(name: str, needle: str | None, tmp_path: Path, scanned: Scan) -> None:
    text, envelopes = SHAPES[name]
    (tmp_path / "log").write_text(text)
    found = scanned(tmp_path / "log", needle=needle)
    events = [json.loads(record.raw) for record in found.records]
    assert [event for event in events if event == EVENT] == [EVENT]
    assert all(event in EVENTS for event in events)
    assert not found.stats.malformed.count
    if needle is None:
        assert found.stats.envelopes == envelopes
        assert found.stats.records == len(events)


@pytest.mark.parametrize("name", SHAPES)
def test_the_search_sees_the_record(name: str, tmp_path: Path, engine: str) -> None:
    (tmp_path / "log").write_text(SHAPES[name][0])
    spl = "eventName=JobCreated | table eventName requestParameters.message.detail{} note"
    assert search(spl, FileSource([str(tmp_path / "log")])).rows == [
        {"eventName": "JobCreated", "requestParameters.message.detail{}": ["1.5", "null"], "note": EVENT["note"]}
    ]


def test_what_the_envelope_of_hec_says(tmp_path: Path, engine: str) -> None:
    (tmp_path / "log").write_text(SHAPES["HEC"][0])
    spl = 'sourcetype=aws:cloudtrail:test host=h index=i source="s3://trail" eventName=JobCreated | table _time source'
    found = search(spl, FileSource([str(tmp_path / "log")]))
    assert [(float(row["_time"]), row["source"]) for row in found.rows] == [(HEC["time"], "s3://trail")]


NO_RECORDS = {
    "EventBridge of another source": {"detail": {"eventName": "x", "state": "JobCreated"}},
    "a message that is no record": {"message": "JobCreated"},
    "a message of a log": {"message": "JobCreated {}", "level": "info"},
    "results of another search": {"results": [{"a": "JobCreated"}, {"b": 1}]},
    "a record that speaks of envelopes": {**EVENT, "requestParameters": {"detail": EVENT}},
    "a null": {"detail": None, "event": "JobCreated", "Message": 5, "logEvents": {}, "results": [[], [[]], None]},
}


@pytest.mark.parametrize("name", NO_RECORDS)
def test_anything_else_stays_what_it_is(name: str, tmp_path: Path, scanned: Scan) -> None:
    (tmp_path / "log").write_text(compact(NO_RECORDS[name]) + "\n")
    found = scanned(tmp_path / "log")
    assert [json.loads(record.raw) for record in found.records] == [NO_RECORDS[name]]
    assert not found.stats.envelopes


def test_what_stands_beside_a_record_stays(tmp_path: Path, scanned: Scan) -> None:
    beside = [{"message": "START RequestId"}, {"message": compact(EVENT)}, {"message": compact({"a": 1})}]
    (tmp_path / "log").write_text(compact({"logEvents": beside}))
    found = scanned(tmp_path / "log", needle=None)
    assert [json.loads(record.raw) for record in found.records] == [beside[0], EVENT, beside[2]]
    assert found.stats.envelopes == {"CloudWatch Logs subscription": 1}


ESCAPED = {
    "once": compact(EVENT).replace("JobC", "\\u004aob\\u0043"),
    "with a capital": compact(EVENT).replace("JobC", "\\u004Aob\\u0043"),
    "of a key": compact({**EVENT, "eventName": "JobCreated"}).replace("eventName", "event\\u004eame"),
}
STRINGS: dict[str, Callable[[str], str]] = {
    "plain": json.dumps,
    "backslashes as code": lambda text: json.dumps(text).replace("\\\\", "\\u005c"),
    "letters as code": lambda text: json.dumps(text).replace("u", "\\u0075"),
    "digits as code": lambda text: json.dumps(text).replace("4", "\\u0034"),
    "slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
}


@pytest.mark.parametrize("levels", [1, 2, 4])
@pytest.mark.parametrize("string", STRINGS)
@pytest.mark.parametrize("escape", ESCAPED)
def test_escapes_within_strings(escape: str, string: str, levels: int, tmp_path: Path, engine: str) -> None:
    text = ESCAPED[escape]
    for _ in range(levels):
        text = f'{{"Message":{STRINGS[string](text)}}}'
    (tmp_path / "log").write_text(f"{compact(OTHER)}\n{text}\n")
    for spl in ("eventName=JobCreated", 'note="*a / and*" eventName=JobCreated', 'note="*a / and*" NOT eventName=Get*'):
        assert len(search(spl, FileSource([str(tmp_path / "log")])).rows) == 1


HOSTILE = {
    "objects in objects": '{"detail":' * 5_000 + "1" + "}" * 5_000,
    "a record in too many envelopes": '{"detail":' * 30 + compact(EVENT) + "}" * 30,
    "lists in lists": '{"results":' + "[" * 3_000 + "]" * 3_000 + "}",
    "a long string": compact({"Message": "[" * 3_000_000}),
    "many envelopes of nothing": compact({"logEvents": [{"message": "{}"}] * 30_000}),
    "half a pair": '{"Message":"\\ud800{\\"eventName\\":1}"}',
    "a control character": '{"Message":"{\\u0000}","event":"\x01"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_envelopes_are_one_record(name: str, tmp_path: Path, scanned: Scan) -> None:
    (tmp_path / "log").write_text(f"{HOSTILE[name]}\n{compact(EVENT)}\n")
    found = scanned(tmp_path / "log", needle=None)
    assert (found.stats.records, len(found.records)) == (2, 2)
    assert not found.stats.envelopes


@pytest.mark.slow
def test_base64_of_gzip_in_which_something_is_lost(tmp_path: Path, scanned: Scan) -> None:
    whole = gzip.compress("\n".join(map(compact, [EVENT] * 3000)).encode())
    bomb = gzip.compress(gzip.compress(b"{" + b" " * (300 << 20)))
    (tmp_path / "log").write_text(
        "".join(compact({"awslogs": {"data": packed_bytes(data)}}) + "\n" for data in (whole[: len(whole) // 2], bomb))
    )
    found = scanned(tmp_path / "log")
    assert found.stats.envelopes["CloudWatch Logs subscription"] > 100
    assert [note.reason.split(",")[0].split(";")[0] for note in found.stats.malformed.first] == [
        "base64 data: the gzip data ends early",
        "base64 data: a gzip bomb? it expands too far",
    ]


ORDINARY = [{**OTHER, "n": number} for number in range(3 * HEAD // len(compact(OTHER)))]
LATE = {
    "lines": (lines(lambda event: {"data": packed(event)}), ""),
    "a subscription to Lambda": (compact({"awslogs": {"data": packed(subscription(*EVENTS), gzip.compress)}}), ""),
    "in an SQS message": (lines(lambda event: {"body": compact({"Data": packed({"detail": event})})}), ""),
    "a list": (compact([{"kinesis": {"data": packed(event, gzip.compress)}} for event in EVENTS])[1:-1], "[]"),
}


@pytest.mark.parametrize("name", LATE)
def test_base64_behind_ordinary_records(name: str, tmp_path: Path, engine: str) -> None:
    """A literal is not seen in it, and the beginning of the file has none."""
    text, around = LATE[name]
    between = "," if around else "\n"
    whole = f"{around[:1]}{between.join(map(compact, ORDINARY))}{between}{text}{around[1:]}"
    (tmp_path / "log").write_text(whole)
    source = FileSource([str(tmp_path / "log")])
    assert [row["note"] for row in search("eventName=JobCreated", source).rows] == [EVENT["note"]]
    assert not source.stats.notices.count


OTHER_DATA = {"text": b"JobCreated", "not base64": "*JobCreated*", "other JSON": b'{"level":"JobCreated"}', "number": 5}


@pytest.mark.parametrize("name", OTHER_DATA)
def test_base64_of_something_else_stays(name: str, tmp_path: Path, scanned: Scan) -> None:
    data = OTHER_DATA[name]
    row = {"kinesis": {"data": packed_bytes(data) if isinstance(data, bytes) else data}}
    (tmp_path / "log").write_text(compact(row) + "\n")
    found = scanned(tmp_path / "log", needle=None)
    assert [json.loads(record.raw) for record in found.records] == [row]
    assert not found.stats.envelopes
    assert not found.stats.malformed.count

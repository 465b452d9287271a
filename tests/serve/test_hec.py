"""HEC as its troubleshooting page lists it: what is sent, the status and the code that come back."""

from __future__ import annotations

import gzip
import json
import uuid
from base64 import b64encode

import pytest

from tests.serve.embedded import TOKEN, Endpoint

GUID = "0c1f7e0e-8b58-4f32-9d4e-3f4d2d9f1f0a"
BASIC = "Basic " + b64encode(f"x:{TOKEN}".encode()).decode()
CASES: dict[str, tuple[str, dict[str, str], str | bytes, int, int]] = {
    "one event": ("event", {}, '{"event":"x"}', 200, 0),
    "no slash event": ("", {}, '{"event":"x"}', 200, 0),
    "versioned": ("event/1.0", {}, '{"event":"x"}', 200, 0),
    "envelopes without space between": ("event", {}, '{"event":1}{"event":false}{"event":{"a":[]}}', 200, 0),
    "envelopes on lines": ("event", {}, '{"event":"a"}\r\n\r\n {"event":"b"}\n', 200, 0),
    "token by basic authentication": ("event", {"Authorization": BASIC}, '{"event":"x"}', 200, 0),
    "no token": ("event", {"Authorization": ""}, '{"event":"x"}', 401, 2),
    "token in the query": ("event?token=x", {"Authorization": ""}, '{"event":"x"}', 400, 16),
    "other scheme": ("event", {"Authorization": "Bearer x"}, '{"event":"x"}', 401, 3),
    "wrong token": ("event", {"Authorization": "Splunk nope"}, '{"event":"x"}', 403, 4),
    "empty body": ("event", {}, "", 400, 5),
    "white space": ("event", {}, " \n ", 400, 5),
    "an array": ("event", {}, '[{"event":"x"}]', 400, 6),
    "commas between": ("event", {}, '{"event":"x"},{"event":"y"}', 400, 6),
    "cut short": ("event", {}, '{"event":"x"', 400, 6),
    "a trailing comma": ("event", {}, '{"event":"x",}', 400, 6),
    "not JSON": ("event", {}, "hello", 400, 6),
    "NaN": ("event", {}, '{"event":NaN}', 400, 6),
    "not UTF-8": ("event", {}, b'{"event":"\xff"}', 400, 6),
    "a hundred thousand brackets": ("event", {}, '{"event":' + "[" * 100_000, 400, 6),
    "time is a word": ("event", {}, '{"event":"x","time":"noon"}', 400, 6),
    "time is infinite": ("event", {}, '{"event":"x","time":1e999}', 400, 6),
    "time is an object": ("event", {}, '{"event":"x","time":{}}', 400, 6),
    "host is a number": ("event", {}, '{"event":"x","host":1}', 400, 6),
    "unknown index": ("event", {}, '{"event":"x","index":"nope"}', 400, 7),
    "index in the query": ("event?index=nope", {}, '{"event":"x"}', 400, 7),
    "index with SQL in it": ("event", {}, '{"event":"x","index":"main\'; DROP TABLE events--"}', 400, 7),
    "channel is no GUID": ("event", {"X-Splunk-Request-Channel": "1"}, '{"event":"x"}', 400, 11),
    "no event": ("event", {}, '{"time":1}', 400, 12),
    "null event": ("event", {}, '{"event":null}', 400, 12),
    "blank event": ("event", {}, '{"event":""}', 400, 13),
    "nested indexed fields": ("event", {}, '{"event":"x","fields":{"a":{"b":1}}}', 400, 15),
    "fields are no object": ("event", {}, '{"event":"x","fields":[1]}', 400, 15),
    "raw lines": ("raw", {}, "one\ntwo\r\nthree", 200, 0),
    "raw with nothing": ("raw", {}, "\n\n", 400, 5),
    "ack of a token without": ("ack", {"X-Splunk-Request-Channel": GUID}, '{"acks":[0]}', 400, 14),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_answers(splunkd: Endpoint, case: str) -> None:
    path, headers, body, status, code = CASES[case]
    reply = splunkd.send(body, path, **headers)
    assert (reply.status, reply.json["code"]) == (status, code), reply.body


def test_names_the_bad_envelope_and_keeps_nothing_of_the_request(splunkd: Endpoint) -> None:
    host = str(uuid.uuid4())
    good = json.dumps({"event": "x", "host": host})
    assert splunkd.send(good + '{"event":""}').json["invalid-event-number"] == 1
    assert splunkd.search(f"| tstats count where host={host}") == [{"count": "0"}]


def test_keeps_an_event_as_it_was_sent(splunkd: Endpoint) -> None:
    """Numbers, key order and doubled keys of an object are the sender's; a string's text is the event."""
    host = str(uuid.uuid4())
    events = {'{"b": 1.50,  "a":1e400, "a":12345678901234567890}': 1700000002, '"tab\\there"': 1700000001}
    body = "".join(f'{{"event":{event},"time":"{time}","host":"{host}"}}' for event, time in events.items())
    assert splunkd.send(body).status == 200
    rows = splunkd.search(f"search index=main host={host} | table _raw _time")
    assert [row["_raw"] for row in rows] == ['{"b": 1.50,  "a":1e400, "a":12345678901234567890}', "tab\there"]


def test_metadata_comes_from_the_envelope_then_the_query_then_the_token(splunkd: Endpoint) -> None:
    source = str(uuid.uuid4())
    sent = splunkd.send('{"event":"x","host":"h1"}{"event":"y"}', f"event?host=h2&source={source}&sourcetype=st")
    assert sent.status == 200
    assert splunkd.search(f"| tstats count where source={source} by host, sourcetype") == [
        {"host": "h1", "sourcetype": "st", "count": "1"},
        {"host": "h2", "sourcetype": "st", "count": "1"},
    ]


def test_indexed_fields_are_searched_like_those_of_the_event(splunkd: Endpoint) -> None:
    host = str(uuid.uuid4())
    splunkd.send(json.dumps({"event": {"a": "1"}, "host": host, "fields": {"team": "red", "tags": ["x", "y"]}}))
    assert splunkd.search(f"search index=main host={host} team=red | table a tags") == [{"a": "1", "tags": ["x", "y"]}]


def test_a_gzip_body_is_read(splunkd: Endpoint) -> None:
    host = str(uuid.uuid4())
    body = gzip.compress(json.dumps({"event": "x", "host": host}).encode())
    assert splunkd.send(body, Content_Encoding="gzip").status == 200
    assert splunkd.search(f"| tstats count where host={host}") == [{"count": "1"}]


def test_raw_cloudtrail_is_dated_by_its_event_time(splunkd: Endpoint) -> None:
    host = str(uuid.uuid4())
    lines = ['{"eventTime": "2023-04-24T23:51:17Z", "n": "1"}', '{"eventTime":"nonsense", "n": "2"}']
    splunkd.send("\n".join(lines), f"raw?host={host}&sourcetype=aws:cloudtrail&time=1000")
    rows = splunkd.search(f"search index=main host={host} | eval t=_time | table n t")
    assert rows == [{"n": "1", "t": "1682380277"}, {"n": "2", "t": "1000"}]


def test_the_time_is_taken_from_the_event_where_asked(splunkd: Endpoint) -> None:
    host = str(uuid.uuid4())
    event = {"event": {"eventTime": "2023-04-24T23:51:17Z"}, "host": host, "sourcetype": "aws:cloudtrail"}
    splunkd.send(json.dumps(event), "event?auto_extract_timestamp=true")
    assert splunkd.search(f"search index=main host={host} | eval t=_time | table t") == [{"t": "1682380277"}]


def test_acks_are_told_once(splunkd: Endpoint) -> None:
    made = splunkd.call("/servicesNS/nobody/splunk_httpinput/data/inputs/http", {"name": "acks", "useACK": "1"})
    auth = {
        "Authorization": f"Splunk {made.json['entry'][0]['content']['token']}",
        "X-Splunk-Request-Channel": GUID,
    }
    assert splunkd.send('{"event":"x"}', "event", Authorization=auth["Authorization"]).json["code"] == 10
    sent = [splunkd.send('{"event":"x"}', "event", **auth).json["ackId"] for _ in range(2)]
    asked = json.dumps({"acks": [*sent, 99]})
    assert splunkd.send(asked, "ack", **auth).json == {"acks": {"0": True, "1": True, "99": False}}
    assert splunkd.send(asked, "ack", **auth).json == {"acks": {"0": False, "1": False, "99": False}}


def test_a_token_is_held_to_its_indexes(splunkd: Endpoint) -> None:
    made = splunkd.call("/services/data/inputs/http", {"name": "narrow", "index": "summary", "indexes": "summary"})
    auth = f"Splunk {made.json['entry'][0]['content']['token']}"
    assert splunkd.send('{"event":"x"}', Authorization=auth).status == 200
    assert splunkd.send('{"event":"x","index":"main"}', Authorization=auth).json["code"] == 7


def test_health_needs_no_token(splunkd: Endpoint) -> None:
    assert splunkd.ask(f"{splunkd.hec}/services/collector/health").json == {
        "text": "HEC is healthy",
        "code": 17,
    }

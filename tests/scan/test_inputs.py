"""Whatever shape CloudTrail comes in, the same records are found and all of them are counted."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from splreplay.scan import RawRecord, tasks
from tests.scan.conftest import Scan

BORING = {"eventVersion": "1.09", "eventName": "GetObject", "list": [{"a": 1}, {"b": "}{"}]}
JOB = {"eventVersion": "1.08", "eventName": "JobCreated", "note": 'a "quoted" {brace and \\'}
EVENTS = [BORING, JOB, BORING, BORING, JOB]


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


SHAPES = {
    "ndjson": "\n".join(map(compact, EVENTS)) + "\n",
    "ndjson without a last line feed": "\n".join(map(compact, EVENTS)),
    "ndjson with CRLF": "\r\n".join(map(compact, EVENTS)) + "\r\n",
    "ndjson with spaces": "\n".join(map(json.dumps, EVENTS)),
    "ndjson with blank lines": "\n\n" + "\n \n\n\t\n".join(map(compact, EVENTS)) + "\n\n",
    "ndjson with a byte order mark": "\ufeff" + "\n".join(map(compact, EVENTS)),
    "indented lines": "\n".join("  " + compact(event) for event in EVENTS),
    "array": compact(EVENTS),
    "array, pretty": json.dumps(EVENTS, indent=2),
    "array, an element a line": "[\n" + ",\n".join(map(compact, EVENTS)) + "\n]\n",
    "Records": compact({"Records": EVENTS}),
    "Records with a byte order mark": "\ufeff" + compact({"Records": EVENTS}),
    "Records, Python's spaces": json.dumps({"Records": EVENTS}),
    "Records, pretty": json.dumps({"Records": EVENTS}, indent=4),
    "Records, pretty with CRLF": json.dumps({"Records": EVENTS}, indent=4).replace("\n", "\r\n"),
    "Records among other keys": compact({"owner": {"Records": 1}, "Records": EVENTS, "more": [1]}),
    "Records and further keys": compact({"Records": EVENTS, "next": "x]}", "more": {"a": []}}),
    "several documents": "".join(compact({"Records": part}) for part in (EVENTS[:2], [], EVENTS[2:])),
    "a document a line": compact({"Records": EVENTS[:2]}) + "\n" + compact({"Records": EVENTS[2:]}) + "\n",
    "lines, then a document": "\n".join([compact(BORING), compact({"Records": EVENTS[1:]})]),
    "lines, then an array": "\n".join([compact(BORING), compact(EVENTS[1:])]),
    "pretty objects in a row": "\n".join(json.dumps(event, indent=2) for event in EVENTS),
    "objects without anything between": "".join(map(compact, EVENTS)),
}


@pytest.fixture(params=["plain", "gzip", "gzip members"])
def stored(request: pytest.FixtureRequest):
    def store(text: str) -> bytes:
        data = text.encode()
        if request.param == "plain":
            return data
        cut = len(data) // 2 if "members" in request.param else len(data)
        return b"".join(gzip.compress(part) for part in (data[:cut], data[cut:]) if part)

    return store


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("needle", ["JobCreated", None])
def test_every_shape(shape: str, needle: str | None, stored, tmp_path: Path, scanned) -> None:
    file = tmp_path / "log"
    file.write_bytes(stored(SHAPES[shape]))
    found = scanned(file, needle=needle, workers=2)
    wanted = [event for event in EVENTS if needle is None or event is JOB]
    assert [json.loads(record.raw) for record in found.records] == wanted
    assert (found.stats.files, found.stats.records, found.stats.malformed.count) == (1, len(EVENTS), 0)
    assert found.stats.bytes == file.stat().st_size
    assert not found.stats.partial


def test_a_record_is_its_own_bytes(tmp_path: Path, scanned) -> None:
    raw = '{ "eventName" :\t"JobCreated", "n": 1e1, "é": "\\u00e9\\/" }'
    (tmp_path / "log").write_text('{"Records": [ {"eventVersion": 1} ,' + raw + " ]}")
    record = RawRecord(raw.encode(), str(tmp_path / "log"), 35)
    assert scanned(tmp_path / "log").records == [record]


def test_order_is_that_of_the_inputs(tmp_path: Path, scanned) -> None:
    for number in range(300):
        event = {"eventName": "JobCreated", "n": number}
        text = compact({"Records": [event]}) if number % 3 else compact(event)
        (tmp_path / f"{number:03d}").write_text(text)
    found = scanned(tmp_path, workers=2)
    assert [json.loads(record.raw)["n"] for record in found.records] == list(range(300))
    assert found.stats.files == 300


def test_a_large_file_is_cut_into_segments(tmp_path: Path, scanned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SEGMENT", 1_000)
    text = "\n".join(
        compact({"eventName": "JobCreated" if n % 7 == 0 else "Other", "n": n, "pad": "x" * (n % 90)})
        for n in range(999)
    )
    (tmp_path / "log").write_text(text)
    found = scanned(tmp_path / "log", workers=2)
    assert [json.loads(record.raw)["n"] for record in found.records] == list(range(0, 999, 7))
    assert found.stats.records == 999
    assert all(text.encode()[record.at :].startswith(record.raw) for record in found.records)


@pytest.mark.parametrize("list_", ['{"Records":[%s]}', "[%s]", '{"Records":[%s],"keys":["behind"]}'])
def test_a_list_that_ended_before_the_last_record(list_: str, tmp_path: Path, scanned: Scan) -> None:
    record = '{"eventName":"JobCreated"}'
    (tmp_path / "log").write_text(f"{list_ % record}\n{record}\n")
    found = scanned(tmp_path / "log")
    assert (len(found.records), found.stats.damaged.count) == (2, 0)

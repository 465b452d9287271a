"""Records and lines of a size that no CloudTrail has, and damage without end: bounded in time and memory."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import resource
import time
from pathlib import Path

import pytest

from splreplay.scan import documents, exact, gunzip, lines, packed, reading, tasks
from tests.scan.conftest import Accounted

JOB = '{"eventVersion":"1.09","eventName":"JobCreated"}'
GET = '{"eventVersion":"1.09","eventName":"GetObject"}'
HUGE = '{"eventVersion":"1.09","pad":"' + ("x" * 99 + "{") * 200_000 + '","eventName":"JobCreated"}'  # 20 MB


@pytest.mark.slow  # test_a_record_beyond_the_limit is the quick one
@pytest.mark.parametrize("needle", [None, "JobCreated"])
@pytest.mark.parametrize("shape", ["{}\n{}\n{}\n{}\n", "[{},{},{},{}]", '{{"Records":[{},{},{},{}]}}'])
def test_a_record_of_20_megabytes(shape: str, needle: str | None, tmp_path: Path, accounted: Accounted) -> None:
    (tmp_path / "log").write_text(shape.format(GET, HUGE, JOB, GET))
    found = accounted(tmp_path / "log", needle=needle)
    assert found.counts == (4, 2 if needle else 4, 0)


# --- longer than the longest -------------------------------------------------------------------------------
LONG = '{"eventVersion":"1.09","eventName":"JobCreated","pad":"' + "x" * 3_000 + '"}'
BROKEN = LONG[:-2]  # a quote is missing


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if 2,000 bytes were 64 MB, and all else in proportion."""
    for module in (documents, lines):
        monkeypatch.setattr(module, "LONGEST", 2_000)
    monkeypatch.setattr(lines, "WINDOW", 500)
    monkeypatch.setattr(lines, "STEP", 300)
    monkeypatch.setattr(documents, "PIECE", 500)
    monkeypatch.setattr(reading, "READ", 400)
    monkeypatch.setattr(packed, "STORED_STEP", 400)
    monkeypatch.setattr(reading, "HEAD", 100)
    monkeypatch.setattr(gunzip, "STEP", 400)


PLACES = {
    "in the midst": [GET, JOB, LONG, JOB, GET],
    "first": [LONG, JOB, GET, GET],
    "last": [GET, GET, JOB, LONG],
    "alone": [LONG],
    "three in a row": [JOB, LONG, LONG, LONG, JOB],
    "among many": [*[GET] * 70, LONG, *[JOB] * 70, LONG, *[GET] * 70],
}


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("stored", ["plain", "in segments", "gzip"])
@pytest.mark.parametrize("place", PLACES)
def test_a_line_beyond_the_limit(
    place: str, stored: str, tmp_path: Path, accounted: Accounted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one malformed record; those around it are found."""
    monkeypatch.setattr(tasks, "SEGMENT", 1_000 if stored == "in segments" else 1_000_000)
    listed = [GET, *PLACES[place]]
    log = tmp_path / "log"
    for end, needle in itertools.product(["\n", ""], [None, "JobCreated"]):
        text = ("\n".join(listed) + end).encode()
        log.write_bytes(gzip.compress(text) if stored == "gzip" else text)
        found = accounted(log, needle=needle, workers=2)
        assert found.objects == [json.loads(line) for line in listed if line == JOB or (line == GET and not needle)]
        assert found.stats.records == len(listed)
        assert needle or found.stats.malformed.count == listed.count(LONG)
        assert needle or "MB" in found.said


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("needle", [None, "JobCreated"])
@pytest.mark.parametrize("record", [LONG, BROKEN])
def test_a_record_beyond_the_limit(record: str, needle: str | None, tmp_path: Path, accounted: Accounted) -> None:
    """What comes before it is found, the rest is said not to be read."""
    (tmp_path / "log").write_text(f"[{GET},{JOB},{GET},{record}{',' + JOB * 9}]")
    found = accounted(tmp_path / "log", needle=needle)
    wanted = [JOB] if needle else [GET, JOB, GET]
    assert found.objects == [json.loads(line) for line in wanted]
    assert "the rest is not read" in found.said


# --- half a megabyte that is made to take long -----------------------------------------------------------------
HALF = 1 << 19
CHECKED = "ASAN_OPTIONS" in os.environ  # AddressSanitizer is slow, and keeps what was freed for a while
TEXTS = {
    "brackets": b"[" * HALF,
    "closing brackets": b"[{}" + b"]}" * (HALF // 2),
    "open objects": b'{"a":' * (HALF // 5),
    "wrappers within wrappers": b'{"Records":[{"a":[' * (HALF // 18),
    "a record full of wrappers": b'[{"a":[' + b'{"Records":[]},' * (HALF // 15) + b"1]}]",
    "records without their end": b"[" + (GET[:-1].encode() + b",") * (HALF // 46),
    "records without a quote": b"[" + GET.replace('Object"', "Object").encode() * (HALF // 46),
    "quotes": b'[{"a":' + b'"' * HALF,
    "escapes": b'[{"a":"' + b'\\"' * (HALF // 2),
    "strings without commas": b'[{"a":' + b'"" ' * (HALF // 3) + b"}]",
    "keys": b"{" + b'"Records":1,' * (HALF // 12) + b'"Records":[',
    "empty objects": b"{}" * (HALF // 8),
    "empty objects in pieces": b"[" + b"{},\n" * (HALF // 16) + b"]",
    "words": b"[" + b"no, " * (HALF // 16),
    "line breaks": b"\n" * HALF,
    "blank records": b'{"eventVersion":' * (HALF // 16),
    "commas": b"[" + b"," * HALF,
    "digits": b'[{"a":' + b"9" * HALF + b"}]",
    "escaped letters": b'{"a":"' + b"\\u004a" * (HALF // 6) + b'"}\n' + JOB.encode(),
}


@pytest.mark.parametrize("share", [5, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", TEXTS)
def test_no_text_takes_long(name: str, share: int, tmp_path: Path, accounted: Accounted) -> None:
    """Also a fifth of it, in a fifth of the time."""
    (tmp_path / "log").write_bytes(TEXTS[name][: len(TEXTS[name]) // share])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    for needle in (None, "JobCreated"):
        accounted(tmp_path / "log", needle=needle, workers=1)
    assert time.process_time() - started < (24 if CHECKED else 8) / share
    assert CHECKED or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KB


def test_numbers_of_any_length() -> None:
    assert [item.reason for item in exact.items(b'[{"a":' + b"9" * 9_999 + b"}]")] == [""]


LONG_LISTS = {
    "lookup-events": '{"Events": [%s], "NextToken": "x"}',
    "keys before": '{"preview": false, "fields": [{"name": "_raw"}], "results":[%s], "highlighted": {}}\n',
    "a record behind": '{"messageType": "DATA_MESSAGE", "logEvents":[%s]}\n{"eventName":"GetObject"}\n',
}


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("needle", [None, "JobCreated"])
@pytest.mark.parametrize("name", LONG_LISTS)
def test_an_envelope_with_a_list_longer_than_any_record(
    name: str, needle: str | None, tmp_path: Path, accounted: Accounted
) -> None:
    record = '{"eventName":"JobCreated","eventSource":"x","eventTime":"x"}'
    key = {"lookup-events": "CloudTrailEvent", "keys before": "_raw"}.get(name, "message")
    (tmp_path / "log").write_text(LONG_LISTS[name] % ",".join([json.dumps({key: record})] * 100))
    found = accounted(tmp_path / "log", needle=needle)
    others = name == "a record behind"
    assert found.counts == (100 + others, 100 + (others and not needle), 0)
    assert not found.stats.damaged.count

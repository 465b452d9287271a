"""Real records, broken at random: nothing raises, the account adds up, and a slow reader finds the same."""

from __future__ import annotations

import gzip
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.parts import SHARED
from tests.scan.conftest import Accounted
from tests.scan.reference import by_line

ROOT = Path(__file__).parents[2]
JOBS = SHARED / "data" / "job_created.ndjson"
EXAMPLE = (ROOT / "examples" / "cloudtrail.ndjson").read_bytes().splitlines()
REAL = [*EXAMPLE, *(JOBS.read_bytes().splitlines() if JOBS.exists() else [])]
NEEDLES = (None, "JobCreated")
DOCUMENT = re.compile(rb'\s*(?:\[|\{.*(?:"Records"|\}\s*\{))')
BITS = [*(bytes([char]) for char in b'{}[]":,\\\n\r\0 \xff'), b"{}", b'{"', b'"}', b"},{", b"\r\n", b"\xef\xbb\xbf"]
BITS += [b'"Records":[', b'{"eventVersion":', b"null", b"12", b"words and more", b"JobCreated", b"\\u004a"]

bits = st.sampled_from(BITS)
lines = st.lists(st.one_of(st.sampled_from(REAL), bits, st.binary(max_size=9)), min_size=1, max_size=6)
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def broken(draw: st.DrawFn, text: bytes) -> bytes:
    """The text with a few bits put in, taken out or in the place of others."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 2, 30]))
        text = text[:at] + draw(st.one_of(bits, st.just(b""))) + text[at + length :]
    return text


def wrapped(kind: str, records: list[bytes]) -> bytes:
    listed = b",".join(records)
    return {
        "lines": b"\n".join(records) + b"\n",
        "Records": b'{"Records":[' + listed + b"]}",
        "an array": b"[" + listed + b"]",
        "pretty": json.dumps([json.loads(record) for record in records], indent=2).encode(),
    }[kind]


def holds_documents(text: bytes) -> bool:
    """In a line. A broken one counts what is whole in it, or one if it is passed over."""
    return any(DOCUMENT.match(line) for line in text.split(b"\n"))


@pytest.mark.usefixtures("sizes")
@settings(FUZZ, max_examples=40)
@given(data=st.data())
def test_lines_of_any_content(tmp_path: Path, accounted: Accounted, data: st.DataObject) -> None:
    """A file that is told to be lines: every one that is JSON is found, every other is counted."""
    text = EXAMPLE[0] + b"\n" + data.draw(broken(b"\n".join(data.draw(lines))))
    assume(not holds_documents(text))
    (tmp_path / "log").write_bytes(text)
    wanted = by_line(text)
    for needle in NEEDLES:
        found = accounted(tmp_path / "log", needle=needle, workers=data.draw(st.sampled_from([1, 2])))
        objects = [value for value in found.objects if value in wanted.holding(needle)]  # it may find more
        assert objects == wanted.holding(needle)
        assert needle or found.objects == wanted.objects
        assert found.stats.records == wanted.records


@pytest.mark.usefixtures("sizes")
@settings(FUZZ, max_examples=40)
@given(data=st.data())
def test_any_content(tmp_path: Path, accounted: Accounted, data: st.DataObject) -> None:
    """Whatever it is, it is read to its end, and a needle changes nothing but what is passed over."""
    kind = data.draw(st.sampled_from(["lines", "Records", "an array", "pretty"]))
    text = data.draw(broken(wrapped(kind, data.draw(st.lists(st.sampled_from(REAL), max_size=5)))))
    assume(kind != "lines" or not holds_documents(text))
    stored = data.draw(st.sampled_from([text, gzip.compress(text), gzip.compress(text)[:-9]]))
    stored = data.draw(broken(stored)) if data.draw(st.booleans()) else stored
    assume(kind != "lines" or not holds_documents(stored))
    (tmp_path / "log").write_bytes(stored)
    every, some = (accounted(tmp_path / "log", needle=needle, workers=2) for needle in NEEDLES)
    assert every.stats.records == some.stats.records
    assert (every.stats.skipped, every.stats.damaged) == (some.stats.skipped, some.stats.damaged)
    assert [value for value in every.objects if value in some.objects] == some.objects


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("kind", ["Records", "an array", "pretty"])
@pytest.mark.parametrize("bit", [b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":"])
def test_damage_costs_one_record(bit: bytes, kind: str, tmp_path: Path, accounted: Accounted) -> None:
    """Without one of its brackets or quotes, a document of many records loses one or two at that place."""
    text = wrapped(kind, REAL[:9] * 3)
    places = [at for at in range(len(text)) if text.startswith(bit, at)]
    for at in random.Random(3).sample(places, min(3, len(places))):
        (tmp_path / "log").write_bytes(text[:at] + text[at + 1 :])
        found = accounted(tmp_path / "log")
        assert len(found.objects) >= 25

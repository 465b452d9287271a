"""Native code and Python give the same answer on every input: documents, lines and envelopes, damaged at random."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from splreplay.scan import Needle, RawRecord, native
from splreplay.scan.documents import NOT_ENDED, scan_document
from splreplay.scan.layout import Shape, layout
from splreplay.scan.lines import scan_lines, stream_windows
from splreplay.scan.model import Part
from splreplay.scan.sieve import NativeSieve, PlainSieve, Sieve
from tests.scan.test_mutated import BITS

MORE = [
    *BITS,
    b'},{"eventVersion":',
    b"}\n{",
    b"[{",
    b"}]",
    b'{"detail":',
    b'"Message":"',
    b'\\"',
    b"}{",
    b'{"Records":[{',
    b'","data":"eyJ' + b"A" * 200,
]
NEEDLE = Needle((b"JobCreated",))
HOLDS = PlainSieve(NEEDLE).holds
FIELDS = native.Fields(("eventName", "userIdentity.x"), raw=True)


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def event(number: int) -> dict[str, Any]:
    name = "JobCreated" if number % 3 == 1 else "Other"
    parts = {"userIdentity": {"x": "y", "z": [{"a": number}, []]}, "eventTime": "2026-03-02T09:11:30Z"}
    return {"eventVersion": "1", "eventName": name, **parts, "eventSource": "s3.amazonaws.com", "n": number}


EVENTS = [event(number) for number in range(5)]
STRINGS = [compact(each).decode() for each in EVENTS]
WHOLE = [
    compact({"Records": EVENTS}),
    compact(EVENTS),
    compact([{"Records": EVENTS[:2]}, {"Records": EVENTS[2:]}]),
    json.dumps({"Records": EVENTS[:3]}, indent=1).encode(),
    b'{\n "a": 1,\n "Records": [\n' + b",\n".join(map(compact, EVENTS)) + b"\n]}",
    b"\n".join(map(compact, EVENTS)),
    b"\n".join(compact({"detail": each}) for each in EVENTS),
    b"".join(compact({"event": each, "host": "h"}) for each in EVENTS),
    compact({"logEvents": [{"message": text} for text in STRINGS]}),
    compact([{"eventJson": text} for text in STRINGS]),
    b"\n".join(b"2026-03-02 INFO " + compact(each) for each in EVENTS),
    compact({"Records": [{"body": json.dumps({"Message": text})} for text in STRINGS]}),
    b"\n".join(compact({"data": base64.b64encode(text.encode()).decode()}) for text in STRINGS),
    compact({"Records": [{"Data": base64.b64encode(text.encode()).decode()} for text in STRINGS]}),
]


class Answer(NamedTuple):
    """Every text that was handed over, in order, and how many records there are, and what was said of the others."""

    texts: list[bytes]
    records: int
    said: list[str]


def answer(text: bytes, sieve: Sieve) -> Answer:
    parts = list(_parts(text, sieve))
    # Of a list whose end is missing, where brackets before it are damaged, each way of reading has its own idea of
    # whether that end was the list's; no record depends on it.
    notes = [str(note) for part in parts for note in (*part.malformed, *part.damaged) if note.reason != NOT_ENDED]
    held = [raw for part in parts for raw in _texts(part)]
    return Answer(held, len(held) + sum(part.passed_over + len(part.malformed) for part in parts), notes)


def _parts(text: bytes, sieve: Sieve) -> Iterator[Part]:
    kind = layout(text, "log").kind
    if kind is Shape.LINES:
        yield from scan_lines(stream_windows(iter([text])), "log", sieve)
    elif kind is Shape.DOCUMENT:
        yield from scan_document(iter([text]), "log", sieve)


def _texts(part: Part) -> Iterator[bytes]:
    for item in part.records:
        if isinstance(item, RawRecord):
            yield item.raw
            continue
        numbered = [(number, record.raw) for number, record in item.others]
        numbered += [(row.number, row.raw.encode()) for row in item.rows or ()]
        assert len({number for number, _ in numbered}) == len(numbered) <= item.total
        yield from (raw for _, raw in sorted(numbered))


def mutated(chance: random.Random) -> bytes:
    text = chance.choice(WHOLE)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(text) + 1)
        taken = chance.choice((0, 0, 1, 1, 2, 30))
        text = text[:at] + chance.choice((b"", chance.choice(MORE))) + text[at + taken :]
    return text


def same_over(documents_tried: int, seed: int) -> None:
    chance = random.Random(seed)
    plain, native_ = PlainSieve(None), NativeSieve(None, None)
    plain_hits, native_hits, reading = PlainSieve(NEEDLE), NativeSieve(NEEDLE, None), NativeSieve(NEEDLE, FIELDS)
    reading_all = NativeSieve(None, FIELDS)
    for _ in range(documents_tried):
        text = mutated(chance)
        wanted = answer(text, plain)
        assert answer(text, native_) == wanted, text
        assert _trimmed(answer(text, reading_all)) == _trimmed(wanted), text
        hits = _hits(answer(text, plain_hits))
        for sieve in (native_hits, reading):
            assert _hits(answer(text, sieve)) == hits, text
        assert set(hits) <= set(_trimmed(wanted).texts), text


def _hits(found: Answer) -> list[bytes]:
    """Native code, which reads fields, gives odd lines too, needle or not; the search drops them."""
    return [raw for raw in _trimmed(found).texts if HOLDS(raw)]


def _trimmed(found: Answer) -> Answer:
    return found._replace(texts=[raw.strip() for raw in found.texts])


@pytest.fixture
def _native() -> None:
    if native.binding.library() is None:
        pytest.skip("splreplay.scan.native is not built: there was no C compiler")


@pytest.mark.usefixtures("_native", "sizes")
def test_the_same_answer() -> None:
    same_over(300, seed=14)


@pytest.mark.slow
@pytest.mark.usefixtures("_native", "sizes")
def test_the_same_answer_in_pieces_too() -> None:
    same_over(3_000, seed=14)


@pytest.mark.slow
@pytest.mark.usefixtures("_native")
@pytest.mark.parametrize("seed", range(8))
def test_the_same_answer_200_000_times(seed: int) -> None:
    same_over(25_000, seed)


@pytest.mark.usefixtures("_native")
def test_records_fused_by_a_brace() -> None:
    """A closing brace is missing: the brackets balance further on, around a record that would be lost."""
    fused = b'[{"eventVersion":"1","n":"Other"},{"eventVersion":"1","a":{"x":1},{"eventVersion":"1","n":"JobCreated"}}]'
    for needle in (None, NEEDLE):
        found = answer(fused, NativeSieve(needle, None))
        assert found.texts[-1] == b'{"eventVersion":"1","n":"JobCreated"}'
        assert found == answer(fused, PlainSieve(needle))
        assert "byte 34" in found.said[0]

"""gzip as it arrives: joined, cut off, padded, damaged, or made to fill the memory."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from splreplay.scan import gunzip
from tests.scan.conftest import Accounted

RANDOM = random.Random(7)
EVENTS = [
    {"eventVersion": "1.09", "eventName": "JobCreated" if n % 9 == 0 else "GetObject", "n": n, "x": RANDOM.random()}
    for n in range(300)
]
LINES = "".join(json.dumps(event) + "\n" for event in EVENTS).encode()
RECORDS = json.dumps({"Records": EVENTS}).encode()


BAD_BLOCK = gzip.compress(b"")[:10] + b"\xff" * 9
NAMED = b"\x1f\x8b\x08\x08" + bytes(6)


def members(text: bytes, *cuts: int) -> bytes:
    edges = [0, *cuts]
    return b"".join(gzip.compress(text[begin:end]) for begin, end in zip(edges, [*edges[1:], None], strict=True))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


class Row(NamedTuple):
    store: Callable[[bytes], bytes]
    said: str = ""
    whole: bool = True  # every record can be had


ROWS = {
    "plain gzip": Row(gzip.compress),
    "members cut within lines": Row(lambda text: members(text, 1, 50, 2000, len(text) - 1)),
    "an empty member in the midst": Row(lambda text: members(text, 99, 99)),
    "padded with zeros": Row(lambda text: gzip.compress(text) + bytes(70_000)),
    "zeros between members": Row(lambda text: gzip.compress(text[:99]) + bytes(512) + gzip.compress(text[99:])),
    "a long name": Row(lambda text: NAMED + b"n" * 40_000 + b"\0" + gzip.compress(text)[10:]),
    "stored, not compressed": Row(lambda text: gzip.compress(text, 0)),
    "trailing garbage": Row(lambda text: gzip.compress(text) + b"garbage", "something that is not gzip follows"),
    "a trailing byte": Row(lambda text: gzip.compress(text) + b"\x1f", "something that is not gzip follows"),
    "a half header behind": Row(lambda text: gzip.compress(text) + b"\x1f\x8b\x08", "ends early"),
    "garbage that begins so": Row(lambda text: gzip.compress(text) + b"\x1f\x8b" + b"n" * 60, "damaged gzip data"),
    "a bad check sum": Row(lambda text: flipped(gzip.compress(text), -8), "damaged gzip data"),
    "a bad length": Row(lambda text: flipped(gzip.compress(text), -1), "damaged gzip data"),
    "without its check sum": Row(lambda text: gzip.compress(text)[:-8], "ends early"),
    "cut off": Row(lambda text: gzip.compress(text)[:-3_000], "ends early", whole=False),
    "cut off after a member": Row(lambda text: members(text, 5_000)[:-3_000], "ends early", whole=False),
    "damaged in the midst": Row(
        lambda text: gzip.compress(text[:9_999]) + BAD_BLOCK + gzip.compress(text[9_999:]), "damaged gzip", whole=False
    ),
    "a header alone": Row(lambda text: gzip.compress(text)[:10], "ends early", whole=False),
    "two bytes": Row(lambda text: b"\x1f\x8b", "ends early", whole=False),
    "nothing in it": Row(lambda text: gzip.compress(b""), whole=False),
}


def had(stored: bytes) -> bytes:
    """The text that zlib gives, byte by byte, up to the damage."""
    text = b""
    while stored.startswith(b"\x1f\x8b"):
        stream = zlib.decompressobj(31)
        try:
            for at in range(len(stored)):
                text += stream.decompress(stored[at : at + 1])
                if stream.eof:
                    break
        except zlib.error:
            break
        stored = stored[at + 1 :].lstrip(b"\0") if stream.eof else b""
    return text


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("text", [LINES, RECORDS], ids=["lines", "Records"])
@pytest.mark.parametrize("name", ROWS)
def test_gzip(name: str, text: bytes, tmp_path: Path, accounted: Accounted) -> None:
    row = ROWS[name]
    file = tmp_path / "log"  # no .gz: content tells
    file.write_bytes(row.store(text))
    certain = EVENTS if row.whole else whole_records(had(file.read_bytes()))
    assert row.whole or len(certain) < len(EVENTS)
    for needle in (None, "JobCreated"):
        found = accounted(file, needle=needle)
        wanted = [event for event in certain if needle in (None, event["eventName"])]
        assert found.objects[: len(wanted)] == wanted
        assert found.stats.records - len(certain) in (range(1) if row.whole else range(2))  # one may be cut off
        assert found.stats.bytes == file.stat().st_size or row.said
        assert (found.stats.damaged.count, row.said in found.said) == (bool(row.said), True)


def whole_records(text: bytes) -> list[Any]:
    """Those of EVENTS that a text holds to their end."""
    return [event for event in EVENTS if json.dumps(event).encode() in text]


BOMBS = {
    "blanks": b" " * 1_000,
    "a line without end": b"x" * 1_000,
    "line breaks": b"\n" * 1_000,
    "brackets": b"[" * 1_000,
    "a string": b'{"a":"' + b"a" * 1_000,
    "records": (json.dumps(EVENTS[0]) + "\n").encode() * 12,
    "lines that are no JSON": b"no\n" * 300,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_bounded(name: str, tmp_path: Path, accounted: Accounted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gunzip, "BOMB_SIZE", 200_000)
    monkeypatch.setattr(gunzip, "STEP", 1 << 12)
    monkeypatch.setattr(gunzip, "STORED_STEP", 1 << 8)
    monkeypatch.setattr(gunzip, "BOMB_RATIO", 40)
    file = tmp_path / "log.gz"
    file.write_bytes(gzip.compress(LINES[:200] + b"\n" + BOMBS[name] * 4_000))
    for needle in (None, "JobCreated"):
        found = accounted(file, needle=needle)
        assert "a gzip bomb?" in found.said
        assert found.stats.expanded < 1_000_000
        assert found.objects[0] == EVENTS[0]


def test_much_that_compresses_well_is_no_bomb(
    tmp_path: Path, accounted: Accounted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gunzip, "BOMB_SIZE", 10_000)
    (tmp_path / "log.gz").write_bytes(gzip.compress(LINES * 3))
    found = accounted(tmp_path / "log.gz")
    assert (len(found.objects), found.said) == (3 * len(EVENTS), "")

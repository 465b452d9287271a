"""Files as tools write them: compressed in several ways, archives, UTF-16, CSV. The same records come out of each."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from splreplay.scan import packed
from tests.scan.conftest import Accounted, Scan

EVENTS = [
    {"eventVersion": "1.09", "eventTime": "2026-03-02T09:11:30Z", "eventSource": "s3.amazonaws.com",
     "eventName": "JobCreated" if n % 9 == 0 else "GetObject", "n": n, "x": "é\"\\ \u2028" * (n % 7)}
    for n in range(90)
]  # fmt: skip
TEXT = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in EVENTS)
LINES = TEXT.encode()
RECORDS = json.dumps({"Records": EVENTS}).encode()


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        archive.writestr("folder/", b"")
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def table(column: str, *, before: str = "_time", mark: str = "") -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([before, column, "host"])
    writer.writerows([["2026", json.dumps(event), "h"] for event in EVENTS])
    return mark + file.getvalue()


def zstd(data: bytes) -> bytes:
    return pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd").compress(data)


STORED: dict[str, Callable[[], bytes]] = {
    "bzip2": lambda: bz2.compress(LINES),
    "bzip2, two streams": lambda: bz2.compress(LINES[:999]) + bz2.compress(LINES[999:]),
    "xz": lambda: lzma.compress(RECORDS),
    "zstd": lambda: zstd(RECORDS),
    "zstd, two frames": lambda: zstd(LINES[:999]) + zstd(LINES[999:]),
    "gzip twice": lambda: gzip.compress(gzip.compress(LINES)),
    "gzip, not compressed, of bzip2": lambda: gzip.compress(bz2.compress(LINES), 0),
    "zip": lambda: zipped(("a.json", LINES)),
    "zip of gzip": lambda: zipped(("a.json.gz", gzip.compress(RECORDS))),
    "zip of several": lambda: zipped(("a", LINES[: LINES.index(b"\n") + 1]), ("b/c", LINES[LINES.index(b"\n") + 1 :])),
    "zip, stored": lambda: zipped(("a.json", RECORDS), how=zipfile.ZIP_STORED),
    "zip, bzip2": lambda: zipped(("a.json", RECORDS), how=zipfile.ZIP_BZIP2),
    "UTF-16": lambda: TEXT.encode("utf-16"),
    "UTF-16 without a mark": lambda: TEXT.encode("utf-16-le"),
    "UTF-16, the other way": lambda: "\ufeff".encode("utf-16-be") + RECORDS.decode().encode("utf-16-be"),
    "UTF-32": lambda: TEXT.encode("utf-32"),
    "UTF-16 in gzip": lambda: gzip.compress(TEXT.encode("utf-16")),
    "CSV of Splunk": lambda: table("_raw").encode(),
    "CSV of Splunk in UTF-16": lambda: table("_raw").encode("utf-16"),
    "CSV with a mark": lambda: table("_raw", mark="\ufeff").encode(),
    "CSV of CloudTrail Lake in gzip": lambda: gzip.compress(table("eventJson", before="eventName").encode()),
    "CSV of Insights": lambda: table("@message", before="@timestamp").encode(),
}


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("needle", [None, "JobCreated"])
@pytest.mark.parametrize("name", STORED)
def test_every_way_to_store(name: str, needle: str | None, tmp_path: Path, scanned: Scan) -> None:
    (tmp_path / "log").write_bytes(STORED[name]())
    found = scanned(tmp_path / "log", needle=needle)
    wanted = [event for event in EVENTS if needle is None or event["eventName"] == needle]
    assert [json.loads(record.raw) for record in found.records] == wanted
    assert found.stats.records == len(EVENTS)
    assert found.stats.bytes == (tmp_path / "log").stat().st_size


SAID = {
    "bzip2 cut off": (lambda: bz2.compress(LINES)[:-9], "bzip2 data ends early"),
    "bzip2 damaged": (lambda: b"BZh91AY&SY" + bytes(99), "damaged bzip2 data"),
    "xz cut off": (lambda: lzma.compress(LINES)[:-9], "xz data ends early"),
    "a cut zip": (lambda: zipped(("a", LINES))[:-9], "damaged zip data"),
    "a zip with a damaged member": (lambda: zipped(("a", LINES)).replace(b"\xed", b"\x00", 1), "damaged zip data"),
    "zip in zip": (lambda: zipped(("a.zip", zipped(("a", LINES)))), "an archive in another file"),
    "gzip four times": (lambda: gzip.compress(gzip.compress(gzip.compress(gzip.compress(LINES)))), "packed too often"),
    "Parquet": (lambda: b"PAR1" + bytes(99), "Parquet, which is not read"),
    "a tar archive": (lambda: b"a" + bytes(256) + b"ustar\0" + bytes(249), "a tar archive; unpack it"),
    "the console's CSV": (lambda: b"Event name,Event time\nJobCreated,2026", "CSV without a column of whole records"),
    "Athena's CSV": (lambda: b'"eventname","eventtime"\n"JobCreated","2026"', "CSV without a column of whole records"),
    "CSV with an open quote": (lambda: table("_raw").encode()[:-30], ""),
}


@pytest.mark.parametrize("name", SAID)
def test_what_cannot_be_read_is_named(name: str, tmp_path: Path, accounted: Accounted) -> None:
    make, said = SAID[name]
    (tmp_path / "log").write_bytes(make())
    found = accounted(tmp_path / "log")
    assert said in found.said
    assert len(found.said.splitlines()) <= 1


def test_zstd_where_it_is_missing(tmp_path: Path, accounted: Accounted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed.importlib, "import_module", lambda name: (_ for _ in ()).throw(ImportError(name)))
    (tmp_path / "log").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(99))
    assert "pip install backports.zstd" in accounted(tmp_path / "log").said


WIDE = b'{"eventName":"x"}\n' + b" " * 4_000_000
BOMBS = {
    "bzip2": lambda: bz2.compress(WIDE),
    "xz": lambda: lzma.compress(WIDE),
    "zip": lambda: zipped(("a", WIDE)),
    "zip of many": lambda: zipped(*((str(n), b" " * 400_000) for n in range(20))),
    "gzip in gzip": lambda: gzip.compress(gzip.compress(WIDE)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str, tmp_path: Path, accounted: Accounted, monkeypatch: pytest.MonkeyPatch) -> None:
    from splreplay.scan import gunzip, reading

    for module in (gunzip, reading):
        monkeypatch.setattr(module, "BOMB_SIZE", 1_000_000)
        monkeypatch.setattr(module, "BOMB_RATIO", 50)
    monkeypatch.setattr(gunzip, "STEP", 1 << 16)
    (tmp_path / "log").write_bytes(BOMBS[name]())
    found = accounted(tmp_path / "log")
    assert "bomb?" in found.said
    assert found.stats.expanded < 1_300_000

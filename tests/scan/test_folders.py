"""Files and folders as they are found in the wild: links, pipes, names without sense, files that move meanwhile."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from splreplay.spl.errors import RunError
from tests.scan.conftest import Accounted

JOB = '{"eventVersion":"1.09","eventName":"JobCreated"}\n'
GET = '{"eventVersion":"1.09","eventName":"GetObject"}\n'
DIGEST = '{"awsAccountId":"1","digestStartTime":"2026-01-01T00:00:00Z","digestS3Object":"x","logFiles":[]}'
NAME = "111111111111_CloudTrail_us-east-1_{}_abcdefghijklmnop.json.gz"


@pytest.fixture
def trail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two records, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trail" / "2026").mkdir(parents=True)
    (tmp_path / "trail" / "2026" / "log.json").write_text(JOB + GET)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.json").write_text(JOB)
    return tmp_path / "trail"


# --- what lies in a folder beside records: what is made of it, and what is said -------------------------
BESIDE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link to a file": (lambda at: at.symlink_to("../outside/secret.json"), "a symbolic link"),
    "a link to a folder": (lambda at: at.symlink_to("../outside"), "a symbolic link"),
    "a link to its folder": (lambda at: at.symlink_to("."), "a symbolic link"),
    "a link that leads nowhere": (lambda at: at.symlink_to("gone"), "a symbolic link"),
    "a link to itself": (lambda at: at.symlink_to(at.name), "a symbolic link"),
    "a pipe": (os.mkfifo, "not a regular file"),
    "a digest by its content": (lambda at: at.write_text(DIGEST), "a CloudTrail digest file"),
    "an image": (lambda at: at.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(9)), "no JSON: it begins with"),
    "prose": (lambda at: at.write_text("Some words,\nand more."), "no JSON: it begins with"),
    "gzip within gzip": (lambda at: at.write_bytes(b"\x1f\x8b" + bytes(20)), "gzip data"),
    "an empty file": (lambda at: at.touch(), "it is empty"),
    "an empty folder": (lambda at: at.mkdir(), ""),
}


@pytest.mark.parametrize("name", ["odd", "two\nlines\x1b[2J", os.fsdecode(b"\xff\xfe")])
@pytest.mark.parametrize("what", BESIDE)
def test_beside_records(what: str, name: str, trail: Path, accounted: Accounted) -> None:
    make, said = BESIDE[what]
    make(trail / name)
    found = accounted("trail", workers=1)
    assert found.counts == (2, 2, 0)
    assert bool(found.said) == bool(said)
    assert said in found.said
    assert found.said.isprintable()


@pytest.mark.parametrize("name", ["a b", "two\nlines", os.fsdecode(b"\xff.json"), "[0-9]*", "-", ".hidden", "%s{}'\""])
def test_any_name_is_read(name: str, trail: Path, accounted: Accounted, monkeypatch: pytest.MonkeyPatch) -> None:
    (trail / name).write_text(JOB)
    assert accounted(trail).counts == (3, 3, 0)
    assert accounted(trail / name).counts == (1, 1, 0)
    monkeypatch.chdir(trail)
    assert name == "-" or accounted(name).counts == (1, 1, 0)


# --- what is named on the command line, and how many records that is ------------------------------------
NAMED = {
    "the folder": (["trail"], 2),
    "with a slash": (["trail/"], 2),
    "the same twice": (["trail", "trail"], 2),
    "the same in other words": (["trail", "./trail/", "outside/../trail/2026/log.json"], 2),
    "a file and its folder": (["trail/2026/log.json", "trail"], 2),
    "a link by name": (["door"], 1),
    "a link and what it leads to": (["door", "outside", "outside/secret.json"], 1),
    "a link to a file by name": (["peephole"], 1),
    "a glob": (["trail/*"], 2),
    "a glob of files": (["trail/*/*.json"], 2),
    "a glob at any depth": (["trail/**"], 2),
    "a glob at any depth, by name": (["trail/**/l?g.j*"], 2),
    "a glob at any depth, by a set": (["trail/**/[!a-k]og.json"], 2),
    "a glob at any depth, from here": (["**/log.json"], 2),
    "a glob at any depth, of folders": (["trail/**/2026"], 2),
    "a glob at any depth, absolute": (["{}/trail/**/*.json"], 2),
    "two globs": (["trail/**", "*/2026/*"], 2),
}


@pytest.mark.parametrize("how", NAMED)
def test_named(how: str, trail: Path, accounted: Accounted) -> None:
    (trail.parent / "door").symlink_to("outside")
    (trail.parent / "peephole").symlink_to("outside/secret.json")
    for name in ("up", "up again"):  # glob.glob goes round and round
        (trail / "2026" / name).symlink_to("..")
    named, records = NAMED[how]
    found = accounted(*(name.format(trail.parent) for name in named), workers=2)
    assert found.counts == (records, records, 0)


@pytest.mark.parametrize("given", ["gone", "trail/gone", "*.gone", "trail/**/gone", "trail/**/[", "", "\0"])
def test_nothing_of_that_name(given: str, trail: Path, accounted: Accounted) -> None:
    """It is named, and what else was named is read."""
    found = accounted(given, "trail")
    assert found.counts[0] > 0
    assert [note.fault for note in found.stats.skipped.first if " fits " in note.reason or "no such" in note.reason]
    assert accounted(given).stats.faults == 1


def test_no_pattern(accounted: Accounted) -> None:
    with pytest.raises(RunError, match="is no pattern"):
        accounted("**/[z-a]")


@pytest.fixture
def deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Deeper than Python calls functions, up to where no path is long enough."""
    monkeypatch.chdir(tmp_path)
    for level, name in enumerate(["d"] * 1_100 + ["x" * 250] * 9):
        os.mkdir(name)
        os.chdir(name)
        if level in (10, 1_050):
            Path("log").write_text(JOB)
    os.chdir(tmp_path)
    yield "d"
    subprocess.run(["rm", "-r", tmp_path / "d"], check=True)  # pytest's own way is one call a level


def test_a_deep_folder(deep: str, accounted: Accounted) -> None:
    found = accounted(deep)
    assert found.counts == (2, 2, 0)
    assert "File name too long" in found.said
    assert accounted("**/log").counts == (2, 2, 0)


def test_thousands_of_files(tmp_path: Path, accounted: Accounted) -> None:
    for number in range(3_000):
        (tmp_path / f"{number:04}").write_text(GET if number % 100 else JOB)
    found = accounted(tmp_path, needle="JobCreated", workers=2)
    assert (found.stats.files, found.counts) == (3_000, (3_000, 30, 0))


# --- names that tell the time ----------------------------------------------------------------------------
NOON = 1_767_268_800.0  # 2026-01-01T12:00Z
DAY = 86_400.0
TIMES = {
    "delivered long before": ("20251231T1200", NOON, None, False),
    "delivered an hour before, clocks may differ": ("20260101T1100", NOON, None, True),
    "delivered more than an hour before": ("20260101T1059", NOON, None, False),
    "delivered after the end, events are older": ("20260115T1200", None, NOON, True),
    "delivered a month after": ("20260201T1200", None, NOON, True),
    "delivered later than a month after": ("20260201T1201", None, NOON, False),
    "in the middle": ("20260101T1205", NOON, NOON + DAY, True),
    "no range": ("20200101T0000", None, None, True),
    "month 13": ("20261301T1200", NOON, NOON, True),
    "day 0": ("20250100T1200", NOON, NOON, True),
    "hour 99": ("20250101T9999", NOON, NOON, True),
    "year 0": ("00000101T0000", NOON, NOON, True),
    "other digits": ("\u0662\u0660\u0662\u0660\u0660\u0661\u0660\u0661T1200", NOON, NOON, True),
}


@pytest.mark.parametrize("kind", ["CloudTrail", "CloudTrail-Insight"])
@pytest.mark.parametrize("how", TIMES)
def test_times_in_names(how: str, kind: str, tmp_path: Path, accounted: Accounted) -> None:
    stamp, earliest, latest, read = TIMES[how]
    name = NAME.format(f"{stamp}Z").replace("CloudTrail", kind)
    (tmp_path / name).write_text(JOB)
    for given in (tmp_path, tmp_path / name):
        found = accounted(given, earliest=earliest, latest=latest)
        assert found.counts == ((1, 1, 0) if read else (0, 0, 0))
        assert (found.stats.skipped.count, "by its name" in found.said) == (int(not read), not read)


def test_a_folder_named_as_a_file_is_read(tmp_path: Path, accounted: Accounted) -> None:
    folder = tmp_path / NAME.format("20200101T0000Z")
    folder.mkdir()
    (folder / "log").write_text(JOB)
    assert accounted(folder / "log", earliest=NOON).counts == (1, 1, 0)
    assert accounted(tmp_path, earliest=NOON).counts == (1, 1, 0)


def test_digests_by_name(tmp_path: Path, accounted: Accounted) -> None:
    (tmp_path / "1_CloudTrail-Digest_us-east-1_x_us-east-1_20260101T000000Z.json.gz").write_text('{"a":1}')
    found = accounted(tmp_path)
    assert (found.counts, "digest" in found.said) == ((0, 0, 0), True)

"""Files that change, vanish or fail while they are read, pipes, and a reader that goes away."""

from __future__ import annotations

import errno
import gzip
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from splreplay.scan import Needle, ScanStats, lines, scan, tasks
from tests.scan.conftest import Accounted

JOB = '{"eventVersion":"1.09","eventName":"JobCreated"}\n'
GET = '{"eventVersion":"1.09","eventName":"GetObject"}\n'
MANY = (GET * 9 + JOB) * 100
OnOpen = Callable[[Path, Callable[[Path], object]], None]


@pytest.fixture(params=["whole", "in segments"])
def log(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of 1,000 records, between two others."""
    if request.param == "in segments":
        monkeypatch.setattr(tasks, "SEGMENT", 5_000)
        monkeypatch.setattr(lines, "WINDOW", 1_000)
    (tmp_path / "a").write_text(JOB)
    (tmp_path / "b").write_text(MANY)
    (tmp_path / "c").write_text(JOB)
    return tmp_path / "b"


@pytest.fixture
def on_open(monkeypatch: pytest.MonkeyPatch) -> OnOpen:
    """Do something to a file whenever it is opened."""
    real = os.open

    def arrange(file: Path, act: Callable[[Path], object]) -> None:
        def opened(path: str, *args: object, **named: object) -> int:
            if path == str(file) and args[0] == os.O_RDONLY | os.O_CLOEXEC:
                act(file)
            return real(path, *args, **named)

        monkeypatch.setattr(os, "open", opened)

    return arrange


def fail(error: int) -> Callable[[Path], object]:
    def act(path: Path) -> None:
        raise OSError(error, os.strerror(error), str(path))

    return act


# what happens to the file when it is opened; its records that are found; what is said of it
MOVES: dict[str, tuple[Callable[[Path], object], range, str]] = {
    "it vanishes": (Path.unlink, range(1), "it vanished"),
    "it becomes a folder": (lambda at: (at.unlink(), at.mkdir()), range(1), "cannot be read (Is a directory)"),
    "no permission": (fail(errno.EACCES), range(1), "no permission to read it"),
    "a bad disk": (fail(errno.EIO), range(1), "cannot be read (Input/output error)"),
    "it grows": (lambda at: at.write_text(MANY * 2), range(1_000, 2_001), ""),
    "it grows within a line": (lambda at: at.write_text(MANY + JOB[:-9]), range(1_000, 1_001), ""),
    "it shrinks": (lambda at: os.truncate(at, len(GET) * 300), range(299, 300), "it shrank"),
    "it is emptied": (lambda at: os.truncate(at, 0), range(1), "it shrank"),
}


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("how", MOVES)
def test_a_file_that_changes(how: str, workers: int, log: Path, on_open: OnOpen, accounted: Accounted) -> None:
    act, wanted, said = MOVES[how]
    on_open(log, act)
    found = accounted(log.parent, workers=workers)
    assert len(found.objects) - 2 in wanted
    assert said in found.said
    assert bool(found.stats.skipped.count + found.stats.damaged.count) == bool(said)
    assert not found.stats.partial


def failing(real: Callable[..., bytes], now: Callable[[], bool]) -> Callable[..., object]:
    return lambda *args: fail(errno.EIO)(Path()) if now() else real(*args)


def test_a_read_that_fails(log: Path, accounted: Accounted, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first megabyte is had, then the disk gives up."""
    log.write_text(f"{json.dumps({**json.loads(GET), 'pad': 'x' * 1_000})}\n" * 2_500)
    calls = iter(range(10**6))
    for name in ("read", "pread"):
        monkeypatch.setattr(os, name, failing(getattr(os, name), lambda: next(calls) == 2))
    found = accounted(log)
    assert found.stats.damaged.count == 1
    assert "cannot be read (Input/output error)" in found.said
    assert 0 < len(found.objects) < 2_500


def test_a_folder_without_permission(log: Path, accounted: Accounted, monkeypatch: pytest.MonkeyPatch) -> None:
    (log.parent / "d").mkdir()
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: fail(errno.EACCES)(log) if path.endswith("/d") else real(path))
    found = accounted(log.parent)
    assert (len(found.objects), found.said) == (1_002, f"{log.parent / 'd'}: no permission to read it")


# --- pipes ---------------------------------------------------------------------------------------------
STREAMS = {"lines": MANY.encode(), "gzip": gzip.compress(MANY.encode()), "a line": JOB.encode(), "nothing": b""}


@pytest.fixture
def pipe() -> Iterator[Callable[[bytes], int]]:
    """The end of a pipe from which these bytes can be read."""
    begun: list[threading.Thread] = []

    def make(data: bytes) -> int:
        reading, writing = os.pipe()
        begun.append(threading.Thread(target=_pour, args=(writing, data)))
        begun[-1].start()
        return reading

    yield make
    for thread in begun:
        thread.join()


def _pour(descriptor: int, data: bytes) -> None:
    with open(descriptor, "wb", 0) as file:
        for at in range(0, len(data), 999):
            file.write(data[at : at + 999])


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("what", STREAMS)
def test_streams(what: str, workers: int, pipe: Callable[[bytes], int], tmp_path: Path, accounted: Accounted) -> None:
    """Standard input, a pipe that the shell names (`<(zcat x)`) and a pipe in the file system."""
    data = STREAMS[what]
    wanted = 0 if what == "nothing" else 1 if what == "a line" else 1_000
    real = os.dup(0)
    try:
        os.dup2(pipe(data), 0)
        assert accounted("-", "-", workers=workers).stats.parsed == wanted
    finally:
        os.dup2(real, 0)
    assert accounted(f"/dev/fd/{pipe(data)}", workers=workers).stats.parsed == wanted
    os.mkfifo(tmp_path / "pipe")
    threading.Thread(target=lambda: _pour(os.open(tmp_path / "pipe", os.O_WRONLY), data)).start()
    assert accounted(tmp_path / "pipe", workers=workers).stats.parsed == wanted


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_devices(device: str, accounted: Accounted) -> None:
    assert accounted(device).counts == (0, 0, 0)


# --- a reader that goes away ---------------------------------------------------------------------------
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("needle", [None, Needle((b"JobCreated",))])
def test_closed_early(needle: Needle | None, workers: int, log: Path) -> None:
    for number in range(200):
        (log.parent / f"{number}").write_text(MANY)
    before, stats = threading.active_count(), ScanStats()
    batches = scan([str(log.parent)], needle=needle, stats=stats, workers=workers)
    found = next(batch for batch in batches if batch)
    assert all(found)
    batches.close()
    for thread in threading.enumerate()[before:]:
        thread.join(2)
    assert threading.active_count() == before
    assert stats.partial
    assert 0 < stats.records < 200_000


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("workers", [1, 2])
def test_progress_is_told_in_bytes(workers: int, log: Path) -> None:
    stats = ScanStats()
    batches = scan([str(log.parent)], needle=None, stats=stats, workers=workers)
    size = sum(map(os.path.getsize, log.parent.iterdir()))
    seen = [stats.bytes for _ in batches if stats.total_bytes == size]
    assert seen[0] <= seen[len(seen) // 2] <= seen[-1] <= stats.bytes == size

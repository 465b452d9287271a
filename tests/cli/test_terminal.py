"""A long scan at a terminal: how it is shown, and how it ends when a person has seen enough."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDS = (ROOT / "examples" / "cloudtrail.ndjson").read_bytes()
BORING = RECORDS.splitlines(keepends=True)[0]
MB = 1 << 20
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """`splreplay run ...` in a group of its own, as a terminal starts it."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: object, **streams: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "splreplay", "run", *map(str, arguments)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        # A shell's background job ignores SIGINT, and so would all that it starts.
        heed = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
        options = {"cwd": ROOT, "start_new_session": True, "preexec_fn": heed, **pipes}
        running.append(subprocess.Popen(command, **options))  # type: ignore[call-overload]
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """What Ctrl-C does: the signal goes to all processes of the group."""
    os.killpg(process.pid, signal.SIGINT)


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_shows_what_was_found(threads: int, start: Start, tmp_path: Path) -> None:
    """The scan waits for a pipe that gives no more; before it came a match and megabytes of no interest."""
    os.mkfifo(tmp_path / "pipe")
    files = [tmp_path / str(number) for number in range(8)] if threads == 2 else []
    for file in files:
        file.write_bytes(BORING)
    process = start(*files, tmp_path / "pipe", "--format", "json")
    with (tmp_path / "pipe").open("wb", 0) as pipe:
        for data in (RECORDS, BORING * (3 * MB // len(BORING))):
            pipe.write(data)  # returns once nearly all of it is read
            time.sleep(0.3)
        interrupt(process)
        out, err = process.communicate(timeout=20)  # else it waits for the pipe for ever
    assert process.returncode == 130
    report = json.loads(out)
    assert report["stats"]["partial"] is True
    assert [finding["entity"] for finding in report["findings"]] == ["111111111111"]
    assert "partial: the scan was ended early" in err.decode()
    assert "Traceback" not in err.decode()


def test_a_second_ctrl_c_ends_it_without_a_trace(start: Start) -> None:
    process = start("-")
    assert process.stdin
    process.stdin.write(BORING * (2 * MB // len(BORING)))
    for _ in range(2):
        interrupt(process)
    _, err = process.communicate(timeout=20)
    assert process.returncode in (130, -signal.SIGINT), err.decode()
    assert "Traceback" not in err.decode()


def test_progress_on_a_terminal(start: Start, tmp_path: Path) -> None:
    """Nothing matches, and still the bar moves: bytes of all bytes, rate, time left."""
    for number in range(3):
        (tmp_path / f"{number}").write_bytes(BORING * (9 * MB // len(BORING)))
    pipes = [tmp_path / "0 waits", tmp_path / "1 waits"]
    for pipe in pipes:
        os.mkfifo(pipe)
    master, terminal = pty.openpty()
    files = sorted(tmp_path.iterdir())
    process = start(*files, stderr=terminal, env={**os.environ, "TERM": "xterm", "COLUMNS": "100"})
    os.close(terminal)
    shown = [_written_when(pipe, master, wanted) for pipe, wanted in zip(pipes, ["9.4/28.3", "18.9/28.3"], strict=True)]
    process.communicate(timeout=20)
    os.close(master)
    assert process.returncode == 0
    first, second = (re.sub(r"\x1b\[[0-9?;]*[A-Za-z]", "", text) for text in shown)  # without its colours
    assert re.search(r"scanning .* 9\.4/28\.3 MB", first)
    assert re.search(r"18\.9/28\.3 MB +[0-9.]+ [kM]B/s +0:00:\d\d", second)


def _written_when(pipe: Path, master: int, wanted: str) -> str:
    with pipe.open("wb", 0) as file:
        file.write(BORING)
        return _until(master, wanted)


def _until(master: int, wanted: str) -> str:
    """What the terminal shows until it shows that, or for ten seconds."""
    shown = b""
    ends = time.monotonic() + 10
    while wanted.encode() not in shown and time.monotonic() < ends:
        if select.select([master], [], [], 0.2)[0]:
            shown += os.read(master, 65_536)  # which may end within a character
    return shown.decode(errors="replace")


def test_no_progress_where_nobody_looks(start: Start) -> None:
    process = start("-")
    _, err = process.communicate(RECORDS, timeout=20)
    assert (process.returncode, err) == (0, b"")

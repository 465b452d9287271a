"""The exit codes, as scripts meet them: one for each way to end, and never a traceback."""

from __future__ import annotations

import gzip
import importlib
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from splreplay.cli import interrupts, main
from splreplay.cli.status import MEANINGS, listed
from tests.cli.conftest import EXAMPLE, ROOT, Typed

JOB = "eventName=JobCreated"
FOUND, NOTHING = [JOB, str(EXAMPLE)], ["eventName=Nothing", str(EXAMPLE)]
ENDS = {
    "all was read": (0, ["query", *FOUND]),
    "nothing was found": (0, ["query", *NOTHING, "--fail-on-finding"]),
    "a finding": (1, ["run", str(EXAMPLE), "--fail-on-finding"]),
    "a row": (1, ["query", *FOUND, "--fail-on-finding"]),
    "no such verb": (2, ["qery"]),
    "no verb": (2, []),
    "no such option": (2, ["query", *FOUND, "--formt", "csv"]),
    "no SPL": (2, ["query"]),
    "not SPL": (2, ["query", "| nosuch", str(EXAMPLE)]),
    "no such app": (2, ["run", str(EXAMPLE), "--app", "nowhere"]),
    "no such zone": (2, ["query", *FOUND, "--tz", "Mars/Olympus"]),
    "no number of seconds": (2, ["query", *FOUND, "--timeout", "soon"]),
    "no UTF-8": (2, ["query", "eventName=\udcff", str(EXAMPLE)]),
    "a trace without FILES": (2, ["explain", JOB, "--trace"]),
    "a trace that needs none": (0, ["explain", "| makeresults", "--trace"]),
    "no such database of addresses": (2, ["query", *FOUND, "--maxmind", "nowhere.mmdb"]),
    "an index without a name": (2, ["query", *FOUND, "--index", ""]),
    "bounds the wrong way round": (2, ["query", *FOUND, "--earliest", "now", "--latest", "-1d"]),
    "no such folder of lookups": (2, ["query", *FOUND, "--lookups", "nowhere"]),
    "no such file": (3, ["query", JOB, "nowhere"]),
    "no such file beside one with a finding": (3, ["run", "nowhere", str(EXAMPLE), "--fail-on-finding"]),
    "no FILES": (3, ["query", JOB]),
    "no events asked for": (0, ["query", "| makeresults"]),
}


@pytest.mark.parametrize("how", ENDS)
def test_status(how: str, capfd: pytest.CaptureFixture[str]) -> None:
    status, words = ENDS[how]
    assert main(words) == status
    assert "Traceback" not in capfd.readouterr().err


def test_the_answer_is_printed_beside_what_was_not_read(capsys: pytest.CaptureFixture[str]) -> None:
    main(["query", f"{JOB} | stats count", "nowhere", str(EXAMPLE), "--format", "csv"])
    told = capsys.readouterr()
    assert told.out == "count\n1\n"
    assert "nowhere: no such file or folder" in told.err


def _cut(folder: Path) -> None:
    (folder / "a.json.gz").write_bytes(gzip.compress(EXAMPLE.read_bytes())[:-20])


def _bad(folder: Path) -> None:
    (folder / "a.json").write_text(EXAMPLE.read_text() + '{"eventName": "JobCreated"\n')


def _hidden(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD.json").write_text("ref: refs/heads/main")


# What a folder holds beside the example, and how the run ends.
BESIDE = {
    "a text": (lambda folder: (folder / "LICENSE").write_text("MIT"), 0),
    "a digest": (
        lambda folder: (folder / "d.json").write_text(
            '{"awsAccountId":"111111111111","digestStartTime":"2026-03-02T09:00:00Z"}'
        ),
        0,
    ),
    "a link": (lambda folder: (folder / "link").symlink_to(EXAMPLE), 0),
    "a hidden folder": (_hidden, 0),
    "a damaged file": (_cut, 3),
    "a malformed record": (_bad, 3),
}


@pytest.mark.parametrize("what", BESIDE)
def test_what_lies_in_a_folder(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.ndjson").write_text(EXAMPLE.read_text())
    make, status = BESIDE[what]
    make(tmp_path)
    assert main(["query", JOB, str(tmp_path)]) == status
    assert str(tmp_path) in capsys.readouterr().err


def test_a_table_is_read_when_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.csv").write_text("eventName,what\nJobCreated,a job\n")
    (tmp_path / "bad.csv").write_bytes(b"a,b\n\xff,1\n")
    options = [str(EXAMPLE), "--format", "csv", "--lookups", str(tmp_path)]
    assert main(["query", f"{JOB} | lookup good.csv eventName | table what", *options]) == 0
    assert capsys.readouterr().out == "what\na job\n"
    assert main(["query", f"{JOB} | lookup bad.csv a", *options]) == 2


def test_an_event_without_its_text_shows_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", f"{JOB} | fields - _raw", str(EXAMPLE)]) == 0
    assert "JobCreated" in capsys.readouterr().out


def test_a_text_that_was_named_is_missed(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("MIT")
    assert main(["query", JOB, str(tmp_path / "LICENSE")]) == 3


def test_the_contract_is_in_help_and_readme(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["run", "--help"], ["query", "--help"]):
        assert main(words) == 0
        assert listed() in capsys.readouterr().out
    readme = (ROOT / "README.md").read_text()
    assert [code for code, meaning in MEANINGS.items() if f"| {code:d} | {meaning} |" not in readme] == []
    for words in (["explain", "--help"], ["serve", "--help"]):
        assert main(words) == 0
        assert "--fail-on-finding" not in capsys.readouterr().out


def test_a_closed_pipe_ends_as_by_its_signal(tmp_path: Path) -> None:
    (tmp_path / "many.ndjson").write_text(EXAMPLE.read_text() * 500)
    command = [sys.executable, "-m", "splreplay", "query", "*", str(tmp_path), "--format", "ndjson"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(30) == -signal.SIGPIPE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_output_that_is_full(typed: Typed) -> None:
    with open("/dev/full", "w") as full:
        done = typed("query", *FOUND, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert (done.returncode, done.stderr) == (3, "run error: No space left on device\n")


def test_an_output_that_is_closed() -> None:
    words = [sys.executable, "-m", "splreplay", "query", *FOUND]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "-", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (3, "run error: standard output is closed\n")


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.3])
def test_ctrl_c_at_any_time(after: float) -> None:
    heed = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, "-c", "from splreplay.__main__ import run; print(flush=True); run()", "query", "*", "-"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    options = {"cwd": ROOT, "start_new_session": True, "preexec_fn": heed, **pipes}
    process = subprocess.Popen(command, **options)  # type: ignore[call-overload]
    process.stdout.readline()
    time.sleep(after + 0.05)  # by then the first line of run() is reached
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, b"Traceback" in told) == (130, False), told


def test_a_time_limit_gives_what_was_read(tmp_path: Path, typed: Typed) -> None:
    os.mkfifo(tmp_path / "waits")
    done = typed("query", f"{JOB} | stats count", EXAMPLE, tmp_path / "waits", "--timeout", "5", "--format", "csv")
    assert (done.returncode, done.stdout) == (3, "count\n1\n")
    assert "at the time limit" in done.stderr


def test_a_fault_behind_ctrl_c_is_no_news(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What it leaves half done fails in its own words, as argparse and DuckDB do."""

    def fail(*_: object, **__: object) -> None:
        raise AttributeError("save_nargs")

    monkeypatch.setattr("splreplay.engine.search", fail)
    monkeypatch.setattr(interrupts, "came", [signal.SIGINT])
    assert main(["query", *FOUND]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_ctrl_c_waits_until_an_import_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its midst it may leave the import lock taken, and a thread that waits for it for ever."""
    (tmp_path / "slowly.py").write_text(
        "import signal, time\nsignal.raise_signal(signal.SIGINT)\ntime.sleep(0.1)\ndone = 1"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(interrupts, "came", [])

    def imported() -> None:
        importlib.import_module("slowly")
        time.sleep(5)

    before = signal.signal(signal.SIGINT, interrupts.interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            imported()
    finally:
        signal.signal(signal.SIGINT, before)
    assert sys.modules.pop("slowly").done


RAISED = {
    "out of memory": (MemoryError(), "out of memory"),
    "the system": (OSError(5, "Input/output error", "x\x1b[2J"), "x\\x1b[2J: Input/output error"),
    "a fault of ours": (ZeroDivisionError("oops"), "internal error: ZeroDivisionError: oops"),
}


@pytest.mark.parametrize("what", RAISED)
def test_nothing_is_a_traceback(what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    error, words = RAISED[what]

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("splreplay.engine.search", fail)
    assert main(["query", *FOUND]) == 3
    assert words in capsys.readouterr().err

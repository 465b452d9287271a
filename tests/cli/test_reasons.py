"""A search that finds nothing says the likely reason, once; a search that finds something says none."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from splreplay.cli import main
from tests.cli.conftest import EXAMPLE

E = str(EXAMPLE)
REASONS = {
    "a field in another case": (
        ["eventname=JobCreated", E],
        "no record has the field 'eventname'; did you mean 'eventName'?",
    ),
    "a count of nothing": (["evenName=JobCreated | stats count", E], "did you mean 'eventName'?"),
    "a range up to now()": (["earliest=-1h latest=now() eventName=JobCreated", E], "no record lies in the time range"),
    "a command that reads nothing": (["| makeresults count=0"], "'| makeresults count=0' gave no rows"),
    "a field misspelt": (["evenName=JobCreated", E], "did you mean 'eventName'?"),
    "a field of no record": (["quux=JobCreated", E], "no record has the field 'quux'"),
    "a by-field": (
        ["* | stats count by eventname", E],
        "'| stats count by eventname' dropped 16 of 16; no record has the field 'eventname'; did you mean 'eventName'?",
    ),
    "a time range": (
        ["eventName=JobCreated", E, "--earliest", "2026-05-01", "--latest", "2026-06-01"],
        "no record lies in the time range (earliest=2026-05-01T00:00:00.000+00:00 latest=2026-06-01T00:00:00.000+00:00)"
        "; the records are from 2026-03-02T08:58:02.000+00:00 to 2026-03-02T09:31:20.000+00:00",
    ),
    "a time range of its own": (
        ["eventName=JobCreated earliest=-1h", E],
        "the records are from 2026-03-02T08:58:02",
    ),
    "a command without a pipe": (
        ["stats count by eventName", E],
        "looks for 4 words in the records; for the command stats write '* | stats count by eventName'",
    ),
    "no FILES": (["eventName=JobCreated"], "no FILES are named"),
    "no file": (["eventName=JobCreated", "nowhere"], "no file was read"),
    "a source type": (["sourcetype=syslog", E], "the files have sourcetype=aws:cloudtrail, not syslog"),
    "nothing of that name": (["eventName=Nothing", E], "none of the 16 records matches 'eventName=Nothing'"),
    "a strict index": (["index=aws", E, "--index", "main"], "none of the 16 records matches 'index=aws'"),
    "a stage": (["eventName=JobCreated | where 1=2", E], "'| where 1=2' dropped 1 of 1"),
    "head": (["* | head 0", E], "'| head 0' dropped 16 of 16"),
}


@pytest.mark.parametrize("what", REASONS)
def test_reason(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, reason = REASONS[what]
    main(["query", *words])
    (note,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    assert reason in note


@pytest.mark.parametrize("words", [["eventName=JobCreated", E], ["* | stats count by eventName", E], ["| makeresults"]])
def test_none_where_there_are_rows(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["query", *words])
    assert capsys.readouterr().err == ""


UNREAD = {"[1, 2": "nothing was understood", "": "hold no record", "{]\n{]\n": "nothing was understood"}


@pytest.mark.parametrize("text", UNREAD)
def test_a_file_that_was_not_understood(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.json").write_text(text)
    main(["query", "eventName=JobCreated", str(tmp_path / "log.json")])
    assert UNREAD[text] in capsys.readouterr().err


def test_standard_input_is_not_read_twice(monkeypatch: pytest.MonkeyPatch, typed: Callable[..., object]) -> None:
    with EXAMPLE.open() as file:
        done = typed("query", "eventname=JobCreated", "-", stdin=file)
    assert "none of the 16 records matches" in done.stderr  # type: ignore[attr-defined]


def test_the_macro_that_dropped_the_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = tmp_path / "app"
    (app / "default").mkdir(parents=True)
    (app / "default" / "app.conf").write_text("[launcher]\nversion = 1\n")
    (app / "default" / "macros.conf").write_text("[mine_filter]\ndefinition = search NOT eventName=Job*\n")
    (app / "default" / "savedsearches.conf").write_text(
        "[Mine]\nsearch = eventName=JobCreated | `mine_filter`\naction.correlationsearch.enabled = 1\n"
    )
    assert main(["run", E, "--app", str(app)]) == 0
    assert "note: the macro `mine_filter` (search NOT eventName=Job*) dropped 1 of 1" in capsys.readouterr().err
    assert main(["explain", "--search", "Mine", "--trace", "--app", str(app), E]) == 0
    traced = capsys.readouterr().out.splitlines()
    assert traced[1].split() == ["1", "eventName=JobCreated"]
    assert traced[2].endswith("`mine_filter`   dropped 1 of 1")


def test_explain_maps_columns_and_stages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "eventName=JobCreated | stats count AS jobs by userAgent | where jobs > 1"]) == 0
    told = capsys.readouterr().out
    columns = dict(line[5:].split(" = ") for line in told.splitlines() if line.startswith("--   c"))
    stages = [line.split(" = ", 1)[1] for line in told.split("-- columns:")[0].splitlines() if line.startswith("--   ")]
    assert stages == ["eventName=JobCreated", "stats count AS jobs by userAgent", "where jobs > 1"]
    (final,) = [line for line in told.splitlines() if line.startswith("SELECT") and line.endswith("ORDER BY o;")]
    assert [columns[name] for name in columns if name in final] == ["userAgent", "jobs"]


# --- what stands in for an index -----------------------------------------------------------------------------
INDEXES = {
    "index=aws": ("aws", 1),
    "index=aws OR index=other": ("aws", 1),
    "index IN (one, two)": ("one", 1),
    "index=*": ("main", 1),
    "(index=a sourcetype=aws:cloudtrail) OR (index=b x=y)": ("a", 1),
    "index!=aws": ("main", 0),
    "NOT index=aws": ("main", 0),
}


@pytest.mark.parametrize("spl", INDEXES)
def test_a_file_stands_in_for_an_index_and_says_so_once(spl: str, capsys: pytest.CaptureFixture[str]) -> None:
    index, notes = INDEXES[spl]
    for addon in ([], ["--no-addon"]):
        main(
            [
                "query",
                f"{spl} eventName=JobCreated | table index source host sourcetype linecount",
                E,
                "--format",
                "ndjson",
                *addon,
            ]
        )
        told = capsys.readouterr()
        meta = {"index": index, "source": E, "host": "splreplay", "sourcetype": "aws:cloudtrail", "linecount": "1"}
        assert json.loads(told.out) == meta
        assert told.err.count("stand in for index=") == notes


def test_every_event_has_its_origin(capsys: pytest.CaptureFixture[str]) -> None:
    main(["query", "eventName=JobCreated", E, "--index", "aws", "--format", "ndjson"])
    row = json.loads(capsys.readouterr().out)
    assert {name: row[name] for name in ("index", "source", "host", "sourcetype", "linecount")} == {
        "index": "aws", "source": E, "host": "splreplay", "sourcetype": "aws:cloudtrail", "linecount": "1"}  # fmt: skip


def test_a_terminal_is_safe_from_what_a_note_repeats(capsys: pytest.CaptureFixture[str]) -> None:
    sys.stdin = io.StringIO()
    main(["query", "x\x1b[2J=1", E])
    assert "\x1b" not in capsys.readouterr().err

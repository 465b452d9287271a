"""What is seen of rows: at 80 columns, in a zone, from hostile records, and how fast."""

from __future__ import annotations

import csv
import io
import json
import re
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from splreplay.cli import main
from splreplay.cli.screen import cells
from tests.cli.conftest import EXAMPLE, Typed

Records = Callable[..., Path]
Screen = Callable[..., str]
HOSTILE = "\x1b[2J\x1b]0;owned\x07 \u202egnp.exe\u2066 \u200b\ufeff\x85\x7f\t\r\u2028 \U000e0041 end"
FORMATS = ("table", "csv", "json", "ndjson")


def plain(text: str) -> str:
    """Without our own colours, which are all of this form."""
    for code in ("\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"):
        text = text.replace(code, "")
    return text


def suspects(text: str) -> set[str]:
    return {char for char in text if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs"}}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("spl", ["*", "* | table *", "* | stats count by userAgent", "* | stats list(userAgent) AS u"])
def test_no_control_character_gets_out(
    form: str, spl: str, records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    file = records(
        [{"userAgent": HOSTILE, f"name{HOSTILE}": "x"}, {"userAgent": "\udcff"}, {"userAgent": [HOSTILE] * 3}]
    )
    assert main(["query", spl, str(file), "--format", form]) == 0
    told = capsys.readouterr()
    assert suspects(told.out) == suspects(told.err) == set()
    if form == "ndjson" and spl == "*":
        assert json.loads(told.out.splitlines()[-1])["userAgent"] == HOSTILE  # JSON says the same, escaped
    if form == "csv" and spl.endswith("by userAgent"):
        assert r"\x1b[2J\x1b]0;owned\x07 \u202egnp.exe" in told.out


def test_findings_of_a_hostile_log(tmp_path: Path, screen: Screen, capsys: pytest.CaptureFixture[str]) -> None:
    job = json.loads(next(line for line in EXAMPLE.read_text().splitlines() if "JobCreated" in line))
    (tmp_path / "log").write_text(json.dumps({**job, "userAgent": HOSTILE, "recipientAccountId": HOSTILE}))
    for form in FORMATS:
        main(["run", str(tmp_path / "log"), "--format", form])
        assert suspects(capsys.readouterr().out) == set()
    shown = screen("run", tmp_path / "log")
    assert ("\x1b[2J" in shown, "\u202e" in shown, "\x07" in shown) == (False, False, False)


WIDE = {
    "events": "*",
    "all fields": "* | table *",
    "a long value": "* | table eventName long _time",
    "one record": "* | head 1 | table *",
    "wide letters": "* | table kanji long",
    "few columns": "* | table _time eventName",
}


@pytest.mark.parametrize("what", WIDE)
def test_lines_fit_80_columns(what: str, records: Records, screen: Screen) -> None:
    file = records([{"long": "A" * 100_000, "kanji": "漢字" * 60, **{f"f{n:03}": f"v{n}" for n in range(300)}}] * 3)
    lines = plain(screen("query", WIDE[what], file)).split("\n")
    assert max(map(cells, lines)) <= 80
    assert len(lines) < 1200


def test_a_raw_event_is_its_time_and_its_text(screen: Screen) -> None:
    shown = screen("query", "eventName=JobCreated | eval who=userAgent", EXAMPLE, "--tz", "Europe/Berlin")
    head, *text = plain(shown).splitlines()
    raw = next(line for line in EXAMPLE.read_text().splitlines() if "JobCreated" in line)
    assert head == "2026-03-02 10:11:30  userAgent=s3.amazonaws.com  who=s3.amazonaws.com"
    assert "".join(line[2:] for line in text) == raw
    assert '\x1b[36m"eventName"\x1b[0m' in shown


def test_columns_that_do_not_fit_are_counted(screen: Screen) -> None:
    shown = plain(screen("query", "* | table *", EXAMPLE))
    columns = shown.splitlines()[0].split()
    assert len(columns) >= 4
    assert re.search(rf"^{len(columns)} of \d+ columns fit; not shown: ", shown, re.MULTILINE)
    assert "--format csv" in shown


def test_a_record_that_is_too_wide_has_a_field_a_line(screen: Screen) -> None:
    lines = plain(screen("query", "* | head 1 | table *", EXAMPLE)).splitlines()
    assert next(line.split() for line in lines if line.startswith("eventName ")) == ["eventName", "JobStatusChanged"]


def test_what_is_cut_is_counted(records: Records, screen: Screen) -> None:
    shown = screen("query", "* | table eventName long", records([{"long": "A" * 100_000}]))
    (line,) = [line for line in shown.splitlines() if "more" in line]
    assert f"{100_000 - shown.count('A'):,} more characters" in line


# --- time ----------------------------------------------------------------------------------------------------
ONE = "eventName=JobCreated | eval epoch=_time | table _time epoch"
TIMES = {
    "table": ("2026-03-02 10:11:30", "2026-03-02T10"),
    "csv": ("2026-03-02T10:11:30.000+01:00,1772442690", "1772442690.0"),
    "json": ('"_time": "2026-03-02T10:11:30.000+01:00"', "x"),
    "ndjson": ('{"_time": "2026-03-02T10:11:30.000+01:00", "epoch": "1772442690"}', "x"),
}


@pytest.mark.parametrize("form", TIMES)
def test_time_is_shown_in_the_zone_and_counted_in_seconds(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted, unwanted = TIMES[form]
    main(["query", ONE, str(EXAMPLE), "--tz", "Europe/Berlin", "--format", form])
    shown = capsys.readouterr().out
    assert wanted in shown
    assert unwanted not in shown
    assert "1772442690" in shown


@pytest.mark.parametrize("set_to", ['"x"', "-1e99", '""', "mvappend(1, 2)"])
def test_a_time_that_is_none_is_shown_as_it_is(set_to: str, capsys: pytest.CaptureFixture[str]) -> None:
    for form in FORMATS:
        assert main(["query", f"| makeresults | eval _time={set_to}, a=1", "--format", form]) == 0
        assert capsys.readouterr().out


def test_timechart_over_all_time_charts_the_events(capsys: pytest.CaptureFixture[str]) -> None:
    for bounds in ([], ["--earliest", "0"], ["--earliest", "0", "--latest", "now"]):
        assert main(["query", "* | timechart span=10m count", str(EXAMPLE), *bounds, "--format", "csv"]) == 0
        _, *rows = capsys.readouterr().out.splitlines()
        assert (rows[0][:16], rows[-1][:16]) == ("2026-03-02T08:50", "2026-03-02T09:30")


# --- many ----------------------------------------------------------------------------------------------------
def test_140_findings_begin_with_a_line_of_each(
    tmp_path: Path, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    job: dict[str, Any] = json.loads(next(line for line in EXAMPLE.read_text().splitlines() if "JobCreated" in line))
    user = job["userIdentity"]
    lines = [json.dumps({**job, "userIdentity": {**user, "accountId": f"{n:012}"}, "recipientAccountId": f"{n:012}"})
             for n in range(140)]  # fmt: skip
    (tmp_path / "log.ndjson").write_text("\n".join(lines))
    main(["run", str(tmp_path / "log.ndjson")])
    head, *rest = capsys.readouterr().out.splitlines()
    assert head == "140 findings"
    assert [line.split()[:4] for line in rest[:140]] == [[str(n + 1), "64", "high", f"{n:012}"] for n in range(140)]
    shown = plain(screen("run", tmp_path / "log.ndjson")).splitlines()
    assert shown[0] == "140 findings"
    assert max(map(cells, shown[:141])) <= 80


def test_csv_is_csv(capsys: pytest.CaptureFixture[str]) -> None:
    main(["query", "* | table *", str(EXAMPLE), "--format", "csv"])
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 17
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("form", FORMATS)
def test_no_rows(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["query", "eventName=Nothing", str(EXAMPLE), "--format", form])
    assert capsys.readouterr().out == {"table": "no results\n", "csv": "\n", "json": "[]\n", "ndjson": ""}[form]


@pytest.mark.slow
def test_thousands_of_wide_rows_come_at_once(records: Records, typed: Typed) -> None:
    """It took 96 s; the limit is wide, for machines that do other things too."""
    file = records({f"f{(n * 7 + m) % 600}": "x" * 20 for m in range(40)} for n in range(3000))
    for spl in ("*", "* | table *"):
        before = time.monotonic()
        done = typed("query", spl, file)
        assert (done.returncode, len(done.stdout.splitlines()) >= 3000) == (0, True)
        assert time.monotonic() - before < 30

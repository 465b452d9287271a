"""`splreplay run` through the front door: what a person types, what comes out, what happens when it goes wrong."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from splreplay.cli import main
from splreplay.cli.output import Told, report_lines
from tests.parts import ARCHIVE, SHARED

ROOT = Path(__file__).parent.parent.parent
JOB_CREATED = "data/job_created.ndjson"
SEARCH = "Threat - AWS Exfiltration via Batch Service - Rule"
EXAMPLE = ROOT / "examples" / "cloudtrail.ndjson"
Report = Callable[..., dict[str, Any]]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A copy of the app that a test may edit."""
    for folder in ("default", "bin", "lib"):
        shutil.copytree(ROOT / folder, tmp_path / "app" / folder)
    return tmp_path / "app"


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Report:
    def run(*argv: str) -> dict[str, Any]:
        assert main(["run", *argv, "--format", "json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return run


def suppress(app: Path, definition: str) -> None:
    (app / "local").mkdir()
    stanza = f"[aws_exfiltration_via_batch_service_filter]\ndefinition = {definition}\n"
    (app / "local" / "macros.conf").write_text(stanza)


@pytest.mark.corpus(JOB_CREATED)
@pytest.mark.parametrize("addon", [[], ["--no-addon"]], ids=["with the add-on's fields", "without"])
def test_the_real_record_gives_one_finding(report: Report, addon: list[str]) -> None:
    found = report(str(SHARED / JOB_CREATED), *addon)
    (finding,) = found["findings"]
    assert finding["entity"] == "111111111111"
    assert finding["risk_score"] == 64
    assert finding["risk_message"] == (
        "AWS Batch Job is created on account id - 111111111111 from src_ip s3.amazonaws.com"
    )
    assert finding["job_id"] == "bb54efd8-937d-4f0c-967d-aa8443998dac"
    assert finding["firstTime"] == "2023-04-24T23:51:17"
    (event,) = found["risk_events"]
    assert (event["risk_object"], event["risk_score"]) == ("111111111111", 64)
    page = "https://us-west-2.console.aws.amazon.com/s3/jobs/bb54efd8-937d-4f0c-967d-aa8443998dac?region=us-west-2"
    assert event["threat_objects"] == [{"threat_object": page, "threat_object_type": "url"}]
    assert event["annotations"]["mitre_attack"] == ["T1119", "T1537"]


@pytest.mark.corpus(ARCHIVE)
def test_the_real_archive_gives_none_and_every_record_is_counted(report: Report) -> None:
    found = report(str(SHARED / ARCHIVE))
    counted = sum(
        len(json.loads(gzip.decompress(path.read_bytes()))["Records"]) for path in (SHARED / ARCHIVE).glob("*.json.gz")
    )
    stats = found["stats"]
    assert found["findings"] == []
    assert stats["events"] == counted == stats["parsed"] + stats["passed_over"] + stats["malformed"]


@pytest.mark.parametrize(
    "definition",
    [
        "search NOT aws_account_id=111111111111",
        "search NOT job_id IN (*)",
        'where firstTime < "2020"',
        "search NOT src_ip=S3.*",
    ],
)
def test_an_edit_of_the_filter_macro_suppresses(report: Report, app: Path, definition: str) -> None:
    assert len(report(str(EXAMPLE), "--app", str(app))["findings"]) == 1
    suppress(app, definition)
    found = report(str(EXAMPLE), "--app", str(app))
    assert (found["findings"], found["risk_events"]) == ([], [])


def test_tokens_are_filled_in_every_drilldown(report: Report) -> None:
    (finding,) = report(str(EXAMPLE))["findings"]
    drilldowns = finding["drilldown_searches"]
    assert len(drilldowns) >= 4
    left = [text for drill in drilldowns for text in (drill["name"], drill["search"]) if "$" in text]
    assert left == []


def test_formats_hold_the_same_finding(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", str(EXAMPLE), "--format", "ndjson"])
    (line,) = capsys.readouterr().out.splitlines()
    main(["run", str(EXAMPLE), "--format", "csv"])
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    main(["run", str(EXAMPLE), "--format", "table"])
    table = capsys.readouterr().out
    assert json.loads(line)["job_id"] == row["job_id"]
    assert row["job_id"] in table
    assert "Finding" in table


MISTAKES = {
    "no such search": (["--search", "Threat - AWS Exfiltration via Batch Servic - Rule"], "did you mean"),
    "no such app": (["--app", "nowhere"], "is no Splunk app"),
    "no such time": (["--earliest", "yesterdayish"], "is no time"),
    "no such zone": (["--tz", "Mars/Olympus"], "no time zone"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_say_what_to_do(capsys: pytest.CaptureFixture[str], name: str) -> None:
    argv, said = MISTAKES[name]
    assert main(["run", str(EXAMPLE), *argv]) == 2
    assert said in capsys.readouterr().err


def test_a_broken_macro_is_shown_where_it_was_written(capsys: pytest.CaptureFixture[str], app: Path) -> None:
    suppress(app, "serach NOT job_id=x")
    assert main(["run", str(EXAMPLE), "--app", str(app)]) == 2
    said = capsys.readouterr().err
    assert "--> local/macros.conf:2:14" in said
    assert "did you mean 'search'?" in said


def test_control_characters_of_a_log_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    record = json.loads(next(line for line in EXAMPLE.read_text().splitlines() if "JobCreated" in line))
    hostile = tmp_path / "hostile.ndjson"
    hostile.write_text(json.dumps({**record, "userAgent": "\x1b[2J[bold]owned[/]"}) + "\n")
    main(["run", str(hostile)])
    shown = capsys.readouterr().out
    assert "\x1b[2J" not in shown
    assert "[bold]owned[/]" in shown


def test_times_limit_what_counts(report: Report) -> None:
    assert report(str(EXAMPLE), "--latest", "2001-01-01T00:00:00Z")["findings"] == []
    assert len(report(str(EXAMPLE), "--earliest", "2001-01-01")["findings"]) == 1


def test_the_time_range_of_the_schedule_does_not_hide_old_records(report: Report, app: Path) -> None:
    (app / "local").mkdir()
    slices = "dispatch.index_earliest = -100m@m\ndispatch.index_latest = -10m@m\ndispatch.earliest_time = -7d@m\n"
    (app / "local" / "savedsearches.conf").write_text(f"[{SEARCH}]\n{slices}")
    assert len(report(str(EXAMPLE), "--app", str(app))["findings"]) == 1


def test_index_time_is_in_a_table_for_people_where_the_search_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    for spl, form, shown in (
        ("JobCreated | fields - * _raw", "table", False),
        ("JobCreated | table eventName _indextime", "table", True),
        ("JobCreated | fields - _raw", "csv", True),
        ("JobCreated | table *", "csv", False),
    ):
        assert main(["query", spl, str(EXAMPLE), "--format", form]) == 0
        assert ("_indextime" in capsys.readouterr().out) is shown


# --- a search that adds risk and makes no findings -------------------------------------------------------
RISK_ONLY = [str(ROOT / "tests" / "datasets" / "role_created.ndjson"), "--search",
             "Threat - AWS Role for S3 Batch Operations before Batch Job - Rule"]  # fmt: skip
JOB = "arn:aws:s3:us-west-2:111111111111:job/e19dadc6-8bf1-5092-9d7a-854a9fd21b22"
READERS: dict[str, Callable[[str], list[dict[str, Any]]]] = {
    "csv": lambda text: list(csv.DictReader(io.StringIO(text))),
    "ndjson": lambda text: [json.loads(line) for line in text.splitlines()],
}


@pytest.mark.parametrize("form", READERS)
def test_a_search_that_only_adds_risk_writes_its_risk_events(capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert main(["run", *RISK_ONLY, "--format", form]) == 0
    out, err = capsys.readouterr()
    [event] = READERS[form](out)
    assert (event["risk_object"], str(event["risk_score"]), event["job_arn"]) == ("alice@example.com", "48", JOB)
    assert err.count("adds risk and makes no findings: these are its risk events") == 1


def test_its_risk_event_is_shown_with_the_fields_of_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *RISK_ONLY]) == 0
    out = capsys.readouterr().out
    shown = dict(line.split(maxsplit=1) for line in out.splitlines() if len(line.split()) > 1)
    assert {name: shown[name] for name in ("firstTime", "src_ip", "job_arn")} == {
        "firstTime": "2026-03-02T09:00:00", "src_ip": "198.51.100.7", "job_arn": JOB}  # fmt: skip
    assert shown["user_arn"].endswith("assumed-role/analyst/alice@example.com")
    assert "No findings: this search only adds risk" in out


def test_its_fields_may_have_the_names_of_what_a_finding_adds() -> None:
    event = {"search_name": "s", "risk_object": "eve", "risk_object_type": "user", "risk_score": 9, "risk_message": "m",
             "threat_objects": [], "annotations": {}, "entity": "e", "entity_type": "t", "rule_title": "r"}  # fmt: skip
    counts = ("files", "events", "bytes", "seconds", "parsed", "passed_over", "malformed")
    report = {"findings": [], "risk_events": [event], "stats": dict.fromkeys(counts, 0)}
    lines = [*report_lines(report, Told("risk_events"), 80)]
    assert lines[0] == "Risk event m"
    assert [line.split() for line in lines[1:7]] == [
        ["Risk", "object", "eve"], ["Type", "user"], ["Risk", "score", "9"],
        ["entity", "e"], ["entity_type", "t"], ["rule_title", "r"]]  # fmt: skip


def test_its_risk_event_is_what_fail_on_finding_means() -> None:
    assert main(["run", *RISK_ONLY, "--fail-on-finding"]) == 1
    quiet = str(ROOT / "tests" / "datasets" / "one_job.ndjson")
    assert main(["run", quiet, *RISK_ONLY[1:], "--fail-on-finding"]) == 0


@pytest.mark.parametrize("width", [40, 80])
def test_a_report_fits_its_width_and_loses_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["run", str(EXAMPLE)]) == 0
    lines = capsys.readouterr().out.splitlines()[:-1]
    assert [line for line in lines if len(line) > width] == []
    monkeypatch.setenv("COLUMNS", "5000")
    assert main(["run", str(EXAMPLE)]) == 0
    whole = capsys.readouterr().out.splitlines()[:-1]
    assert "".join("".join(lines).split()) == "".join("".join(whole).split())

"""An app's folder without YAML: its saved searches with an action of Enterprise Security's are the detections."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from splreplay.cli import main
from tests.verdicts.fork import EVENT

SEARCHES = """
[Access - Somebody deletes - Rule]
search = `cloudtrail` eventName=Delete* \\
| rename userIdentity.userName as user \\
| stats count by user
action.risk = 1
action.risk.param._risk_message = $user$ deletes $what$
action.risk.param._risk = [{"risk_object_field": "user", "risk_object_type": "user", "risk_score": 10}]

[A report]
search = index=_internal
"""
SIDECAR = "cases: [{name: deletes, data: fires.ndjson, expect: {rows: 1, row: {user: eve}}}]"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    for folder in ("default", "tests"):
        (tmp_path / "app" / folder).mkdir(parents=True)
    root = tmp_path / "app"
    (root / "default" / "savedsearches.conf").write_text(SEARCHES)
    (root / "default" / "macros.conf").write_text("[cloudtrail]\ndefinition = sourcetype=aws:cloudtrail\n")
    (root / "tests" / "fires.ndjson").write_text(json.dumps(EVENT))
    return root


def told(app: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict]:  # type: ignore[type-arg]
    status = main(["test", str(app), "--format", "json", *words])
    [result] = json.loads(capsys.readouterr().out)["results"]
    return status, result


def test_without_a_sidecar_nothing_is_tested_and_that_is_said(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, result = told(app, capsys)
    assert (status, result["verdict"], result["reason"]) == (3, "no data", "it has no test")


def test_its_sidecar_is_named_after_the_saved_search(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (app / "tests" / "access_somebody_deletes_rule.yml").write_text(SIDECAR)
    status, result = told(app, capsys, "--jobs", "1")
    assert (status, result["verdict"], result["rows"]) == (1, "fired", 1)
    assert result["cases"][0]["faults"] == [
        {"kind": "empty", "text": "token $what$ of the risk message: what is empty or absent in the row"}
    ]


def test_two_add_ons_are_one(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a setting that both have, that of the first counts; what either has alone, counts."""
    for name, formulas in (("one", "EVAL-what = 1"), ("two", 'EVAL-what = 2\nEVAL-which = "two"')):
        (tmp_path / name / "default").mkdir(parents=True)
        (tmp_path / name / "default" / "props.conf").write_text(f"[aws:cloudtrail]\n{formulas}\n")
    conf = app / "default" / "savedsearches.conf"
    conf.write_text(conf.read_text().replace("count by user", "count by user what which"))
    sidecar = SIDECAR.replace("user: eve", 'user: eve, what: "1", which: two')
    (app / "tests" / "access_somebody_deletes_rule.yml").write_text(sidecar)
    words = [f"--addon={tmp_path / 'one'}", f"--addon={tmp_path / 'two'}", "--jobs", "1"]
    assert told(app, capsys, *words)[0] == 0
    assert told(app, capsys, *reversed(words[:2]))[0] == 1


WRONG = [
    (["/nonexistent"], "no such file or folder"),
    (["--data", "/nonexistent"], "--data: /nonexistent is no folder"),
    (["--addon", "/"], "is no Splunk app"),
    (["--tests", "/nonexistent"], "--tests: /nonexistent is no folder"),
    (["/"], "is no repository of detections"),
    (["--jobs", "0"], "argument --jobs"),
    (["--format", "html5"], "invalid choice"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_wrong_usage(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", *words]) == 2
    assert message in capsys.readouterr().err

"""Each case through `splreplay run`, among its traffic: the findings that it names, their risk events, no others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from splreplay.cli import main
from splreplay.content.sidecar import Case, Finding, Value
from tests import sidecars
from tests.parts import ARCHIVE

APP = Path(__file__).parents[2]
WHAT_SPLUNK_READS = ("bin", "default", "lib", "metadata")


def _param(name: str, case: Case) -> Any:
    of_corpus = case.name in sidecars.WITH_ARCHIVE
    marks = [pytest.mark.corpus(ARCHIVE)] if of_corpus else [] if sidecars.is_quick(case) else [pytest.mark.slow]
    return pytest.param(name, case, id=case.name, marks=marks)


@pytest.mark.parametrize(("name", "case"), [_param(*each) for each in sidecars.everything()])
def test_case(name: str, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = replay(name, case, tmp_path, capsys)
    found = report["findings"]
    if case.expect.rows is not None:
        assert (found, len(report["risk_events"])) == ([], case.expect.rows)
        assert any(_has(event, case.expect.row or {}) for event in report["risk_events"]), report["risk_events"]
        return
    findings = case.expect.findings or ()
    for wanted in findings:
        assert any(_is(finding, wanted) for finding in found), (wanted, found)
    assert len(found) == len(findings)
    assert sorted(map(_risk, report["risk_events"])) == sorted(map(_expected_risk, findings))
    assert report["stats"]["malformed"] == 0


def replay(name: str, case: Case, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    records = folder / "records.ndjson"
    records.write_text("".join(f"{line}\n" for line in sidecars.lines(case)))
    arguments = ["run", str(records), "--format", "json", "--app", str(_app(case, folder)), "--search", name]
    if not sidecars.has_addon(case):
        arguments.append("--no-addon")
    for bound in ("earliest", "latest"):
        if time := getattr(case, bound):
            arguments += [f"--{bound}", time]
    status = main(arguments)
    output = capsys.readouterr()
    assert status == 0, output.err
    return json.loads(output.out)


def _app(case: Case, folder: Path) -> Path:
    """The checkout, or a copy of it whose local/ has the filter as an analyst would edit it."""
    if not case.macros:
        return APP
    app = folder / "app"
    for name in WHAT_SPLUNK_READS:
        if (APP / name).exists():
            shutil.copytree(APP / name, app / name)
    (app / "local").mkdir()
    (app / "local" / "macros.conf").write_text(
        "".join(f"[{name}]\ndefinition = {text}\n" for name, text in case.macros.items())
    )
    return app


def _is(finding: Mapping[str, Any], wanted: Finding) -> bool:
    same = (finding["entity"], finding["risk_message"]) == (wanted.entity, wanted.message)
    fields = wanted.fields_on("splreplay")
    return same and _has(finding, fields)


def _has(found: Mapping[str, Any], fields: Mapping[str, Value]) -> bool:
    return all(_same(found.get(name), value) for name, value in fields.items())


def _same(found: Any, wanted: Value) -> bool:
    return not found if wanted is None else bool(found == wanted)


def _risk(event: Mapping[str, Any]) -> tuple[str, int, str]:
    assert "T1537" in event["annotations"]["mitre_attack"]
    return event["risk_object"], event["risk_score"], event["risk_message"]


def _expected_risk(finding: Finding) -> tuple[str, int, str]:
    return finding.entity, finding.risk_score, finding.message

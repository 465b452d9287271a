"""Each dataset through `splreplay run`: the findings that it names, their risk events, and no others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from splreplay.cli import main
from tests.datasets_loader import Dataset, Finding, Value, load_all
from tests.parts import ARCHIVE

APP = Path(__file__).parents[2]
FILTER = "aws_exfiltration_via_batch_service_filter"
WHAT_SPLUNK_READS = ("bin", "default", "lib", "metadata")


def _param(dataset: Dataset) -> Any:
    needs = [pytest.mark.corpus(ARCHIVE)] if dataset.with_archive else []
    return pytest.param(dataset, id=dataset.name, marks=needs)


@pytest.mark.parametrize("dataset", [_param(dataset) for dataset in load_all()])
def test_dataset(dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = replay(dataset, tmp_path, capsys)
    found = report["findings"]
    for wanted in dataset.findings:
        assert any(_is(finding, wanted) for finding in found), (wanted, found)
    assert len(found) == len(dataset.findings)
    assert sorted(map(_risk, report["risk_events"])) == sorted(map(_expected_risk, dataset.findings))
    assert report["stats"]["malformed"] == 0


def replay(dataset: Dataset, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    records = folder / "records.ndjson"
    records.write_text("".join(f"{line}\n" for line in dataset.lines()))
    arguments = ["run", str(records), "--format", "json", "--app", str(_app(dataset, folder))]
    if not dataset.addon:
        arguments.append("--no-addon")
    if dataset.window:
        arguments += ["--earliest", dataset.window.earliest.isoformat()]
        arguments += ["--latest", dataset.window.latest.isoformat()]
    status = main(arguments)
    output = capsys.readouterr()
    assert status == 0, output.err
    return json.loads(output.out)


def _app(dataset: Dataset, folder: Path) -> Path:
    """The checkout, or a copy of it whose local/ has the filter as an analyst would edit it."""
    if dataset.filter is None:
        return APP
    app = folder / "app"
    for name in WHAT_SPLUNK_READS:
        if (APP / name).exists():
            shutil.copytree(APP / name, app / name)
    (app / "local").mkdir()
    (app / "local" / "macros.conf").write_text(f"[{FILTER}]\ndefinition = {dataset.filter}\n")
    return app


def _is(finding: Mapping[str, Any], wanted: Finding) -> bool:
    same = (finding["entity"], finding["risk_message"]) == (wanted.entity, wanted.message)
    fields = wanted.fields_on("splreplay")
    return same and all(_same(finding.get(name), value) for name, value in fields.items())


def _same(found: Any, wanted: Value) -> bool:
    return not found if wanted is None else bool(found == wanted)


def _risk(event: Mapping[str, Any]) -> tuple[str, int, str]:
    assert event["annotations"]["mitre_attack"] == ["T1119", "T1537"]
    return event["risk_object"], event["risk_score"], event["risk_message"]


def _expected_risk(finding: Finding) -> tuple[str, int, str]:
    return finding.entity, finding.risk_score, finding.message

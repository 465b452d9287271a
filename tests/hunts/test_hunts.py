"""The hunts of docs/hunts.md find what they are for and not the near miss, and run over real records."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import splreplay
from splreplay.cli import main
from tests.parts import ARCHIVE, SHARED

ROOT = Path(__file__).parents[2]
HUNTS = dict(
    re.findall(r"^## (.+)\n(?:.+\n)+?```spl\n(.+)\n```", (ROOT / "docs" / "hunts.md").read_text(), re.MULTILINE)
)
CASES: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text())
BASE = {
    "eventTime": "2026-03-02T09:00:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "sourceIPAddress": "192.0.2.10",
    "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/eve", "accessKeyId": "AKIAEXAMPLE"},
}


def made(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each a second later than the one before."""
    return [{**BASE, "eventTime": f"2026-03-02T09:00:{place:02}Z", **change} for place, change in enumerate(changes)]


def test_there_are_ten_each_with_a_case() -> None:
    assert len(HUNTS) == 10
    assert list(HUNTS) == list(CASES)


@pytest.mark.parametrize("name", HUNTS)
def test_the_hit_and_not_the_near_miss(name: str) -> None:
    case = CASES[name]
    found = splreplay.query(HUNTS[name], made([*case["hit"], *case["miss"]]))
    assert [{key: row.get(key) for key in wanted} for row, wanted in zip(found, case["rows"], strict=True)] == case[
        "rows"
    ]
    assert splreplay.query(HUNTS[name], made(case["miss"])) == []


@pytest.mark.parametrize("name", HUNTS)
def test_on_a_terminal(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", HUNTS[name], str(ROOT / "examples")]) == 0
    assert "error" not in capsys.readouterr().err


@pytest.mark.corpus(ARCHIVE)
@pytest.mark.parametrize("name", HUNTS)
def test_over_real_records(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", HUNTS[name], str(SHARED / ARCHIVE), "--format", "ndjson", "--no-addon"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == CASES[name]["real"]

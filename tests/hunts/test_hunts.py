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
from splreplay.cli.options import BUNDLED_ADDON
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


# The add-on gives fields that a record lacks, such as errorCode=success.
each_hunt = pytest.mark.parametrize("name", HUNTS)
with_and_without = pytest.mark.parametrize("addon", [True, False], ids=["add-on", "raw"])


@with_and_without
@each_hunt
def test_the_hit_and_not_the_near_miss(name: str, addon: bool) -> None:
    case, options = CASES[name], {"addon": BUNDLED_ADDON if addon else None}
    found = splreplay.query(HUNTS[name], made([*case["hit"], *case["miss"]]), **options)
    assert [{key: row.get(key) for key in wanted} for row, wanted in zip(found, case["rows"], strict=True)] == case[
        "rows"
    ]
    assert splreplay.query(HUNTS[name], made(case["miss"]), **options) == []


@each_hunt
def test_on_a_terminal(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", HUNTS[name], str(ROOT / "examples")]) == 0
    assert "error" not in capsys.readouterr().err


@pytest.mark.corpus(ARCHIVE)
@with_and_without
@each_hunt
def test_over_real_records(name: str, addon: bool, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--format", "ndjson", *(["--no-addon"] if not addon else [])]
    assert main(["query", HUNTS[name], str(SHARED / ARCHIVE), *options]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == CASES[name]["real"]

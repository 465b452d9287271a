"""Splunk's public detections, all of them: read, compiled and judged in a minute; what is refused says why and where.

They are not part of this repository; without them the module is skipped.
"""

from __future__ import annotations

import json
import os
import re
import tarfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from splreplay.cli import main
from tests.parts import SHARED

ARCHIVES = ("escu/detections.tar.gz", "escu/support.tar.gz")
SIDECARS = Path(__file__).parents[1] / "searches"
# A search of a data model, which is another matter; the others are those that must compile.
MODEL = re.compile(
    r"\btstats\b.*\bfrom\s+datamodel\b|\bfrom\s+datamodel\b|\bdatamodel\s*[:=]", re.DOTALL | re.IGNORECASE
)
MOST_REFUSED = 18  # of those without a data model: metric indexes, databases of addresses, other apps' macros
SECONDS = 60.0  # of processor time a core: what a machine that does nothing else takes

pytestmark = pytest.mark.corpus(*ARCHIVES)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("public")
    for name in ARCHIVES:
        with tarfile.open(SHARED / name) as archive:
            archive.extractall(root, filter="data")
    return root


@pytest.fixture(scope="module")
def told(public: Path) -> tuple[int, dict[str, Any], float, float]:
    out, begun, used = public / "told.json", time.perf_counter(), os.times()
    with out.open("w") as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", file)
        status = main(["test", str(public), "--tests", str(SIDECARS), "--data", str(SIDECARS), "--format", "json"])
    now = os.times()
    spent = now.user + now.children_user - used.user - used.children_user
    return status, json.loads(out.read_text()), time.perf_counter() - begun, spent


def test_all_are_judged_and_none_crashes(told: tuple[int, dict[str, Any], float, float]) -> None:
    status, report, _, _ = told
    assert report["summary"]["detections"] == 1158
    assert report["problems"] == []
    assert status == 3  # attack_data is not here
    reasons = [case["reason"] for result in report["results"] for case in result["cases"]]
    assert not [reason for reason in reasons if "internal error" in reason or "ended without an answer" in reason]


def test_within_a_minute(told: tuple[int, dict[str, Any], float, float]) -> None:
    *_, wall, spent = told
    print(f"{wall:.1f} s, {spent:.1f} s of processor time")
    assert spent < SECONDS * 2


def test_each_refusal_names_its_reason_and_its_place(told: tuple[int, dict[str, Any], float, float]) -> None:
    refused = [case for result in told[1]["results"] for case in result["cases"] if case["verdict"] == "refused"]
    assert all(case["reason"] and case["line"] > 1 and case["column"] for case in refused)
    assert all((case["file"].startswith("detections/") or "macros/" in case["file"]) for case in refused)


def test_those_without_a_data_model_compile(public: Path, told: tuple[int, dict[str, Any], float, float]) -> None:
    results = {result["file"]: result for result in told[1]["results"]}
    without = [
        file
        for file in results
        if not MODEL.search((public / file).read_text("utf-8").partition("drilldown_searches:")[0])
    ]
    refused = [file for file in without if results[file]["verdict"] in ("refused", "error")]
    print(f"{len(without) - len(refused)} of {len(without)} compile")
    assert len(without) > 520
    assert len(refused) <= MOST_REFUSED, Counter(results[file]["reason"] for file in refused)


def test_our_cases_of_them_come_out_as_they_say(told: tuple[int, dict[str, Any], float, float]) -> None:
    ours = {path.name for path in SIDECARS.glob("*.yml")}
    cases = [case for result in told[1]["results"] for case in result["cases"]]
    cases = [case for case in cases if "tests/searches" in case["file"] and Path(case["file"]).name in ours]
    assert len(cases) > 75
    assert [case for case in cases if not case["ok"]] == []

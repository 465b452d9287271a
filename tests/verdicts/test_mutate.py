"""`--mutate` says which conditions of a search no test would miss, and which near miss is to be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from splreplay.cli import main
from tests.verdicts.fork import lay_out


def missed(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    main(["test", str(root), "--mutate", "--format", "json", "--jobs", "1"])
    [result] = json.loads(capsys.readouterr().out)["results"]
    return result["mutants"], result["missed"]


def edit(root: Path, kind: str, old: str, new: str) -> None:
    file = root / "detections" / f"{kind}.yml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_search_that_only_ever_fires_would_miss_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    count, told = missed(lay_out(tmp_path, ["plain"]), capsys)
    assert count == 1
    near_miss = "a near miss: the data of 'Somebody deletes' without eventName"
    assert told == [f"no test would miss `eventName=Delete*` (line 11); {near_miss}"]


def test_a_near_miss_guards_its_condition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert missed(lay_out(tmp_path, ["both_ways"]), capsys) == (1, [])


def test_each_condition_is_asked_for_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = lay_out(tmp_path, ["both_ways"])
    edit(root, "both_ways", "eventName=Delete*", "eventName=Delete* NOT user=root requestParameters.bucketName=vault")
    edit(root, "both_ways", "| `both_ways_filter`", '| where count>0 AND dest!="test"\n  | `both_ways_filter`')
    count, told = missed(root, capsys)
    assert count == 5
    assert [text.split("`")[1] for text in told] == [
        "NOT user=root",
        "requestParameters.bucketName=vault",
        "count>0",
        'dest!="test"',
    ]
    assert told[1].endswith("a near miss: the data of 'Somebody deletes' without requestParameters.bucketName")
    assert told[2].endswith("nor does a change of what it names silence any case")


def test_a_condition_of_a_macro_is_told_with_the_macro(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = lay_out(tmp_path, ["both_ways"])
    macro = "name: both_ways_filter\ndescription: x\ndefinition: search NOT user=admin\n"
    (root / "macros" / "both_ways_filter.yml").write_text(macro)
    count, told = missed(root, capsys)
    assert count == 2
    assert told[0].startswith("no test would miss `NOT user=admin` (`both_ways_filter`)")


def test_only_cases_that_are_as_expected_can_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["test", str(lay_out(tmp_path, ["stays_silent"])), "--mutate", "--format", "json", "--jobs", "1"])
    result: dict[str, Any] = json.loads(capsys.readouterr().out)["results"][0]
    assert "missed" not in result

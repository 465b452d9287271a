"""Every kind of field rule of props.conf, over one record each; and what a wrong rule says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from splreplay import SplError, query
from splreplay.engine import search
from splreplay.knowledge.app import load_app
from splreplay.scan.source import DictSource

CASES = yaml.safe_load((Path(__file__).parent / "rules.yml").read_text(encoding="utf-8"))


def _addon(root: Path, case: dict[str, Any]) -> Path:
    files = {
        "default/props.conf": "[aws:cloudtrail]\n" + case["props"] + "\n",
        "local/props.conf": "[aws:cloudtrail]\n" + case.get("local", "") + "\n",
        "default/transforms.conf": case.get("transforms", ""),
        "lookups/sites.csv": case.get("table", "code,name\n"),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_rule(case: dict[str, Any], tmp_path: Path) -> None:
    assert query(case["spl"], [case["event"]], addon=str(_addon(tmp_path, case))) == [case["expected"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_rule_with_every_field_wanted(case: dict[str, Any], tmp_path: Path) -> None:
    """What a search reads of the records must not change what it finds."""
    spl = f"* | eval unread=1 | fillnull value=1 unread | {case['spl'].partition('| ')[2]}"
    [row] = query(spl, [case["event"]], addon=str(_addon(tmp_path, case)))
    assert row == case["expected"]


@pytest.mark.parametrize(
    ("props", "words"),
    [
        ("EVAL-a = nosuch(1)", "default/props.conf:2:10"),
        ("EVAL-a = 1 +", "default/props.conf:2"),
        ("EXTRACT-a = (?<a>", "no regular expression"),
        ("LOOKUP-a = sites", "needs a field to match"),
    ],
)
def test_a_wrong_rule_names_its_place(props: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(SplError) as caught:
        query("* | table a", [{"x": "1"}], addon=str(_addon(tmp_path, {"props": props})))
    assert words in str(caught.value)


def test_a_wrong_rule_of_a_field_that_nobody_reads_is_no_error(tmp_path: Path) -> None:
    addon = _addon(tmp_path, {"props": "EVAL-a = nosuch(1)"})
    assert query("* | table x", [{"x": "1"}], addon=str(addon)) == [{"x": "1"}]


def test_a_lookup_that_is_not_there_costs_only_its_fields(tmp_path: Path) -> None:
    addon = load_app(_addon(tmp_path, {"props": "LOOKUP-z = gone code OUTPUT name"}))
    result = search("* | table x name", DictSource([{"x": "1"}]), addon=addon)
    assert result.rows == [{"x": "1"}]
    assert any("there is no lookup 'gone'" in message.text for message in result.messages)


def test_a_report_by_delimiters_is_named(tmp_path: Path) -> None:
    case = {"props": "REPORT-d = cut", "transforms": '[cut]\nDELIMS = ","\nFIELDS = a, b\n'}
    result = search("* | table a", DictSource([{"x": "1"}]), addon=load_app(_addon(tmp_path, case)))
    assert any("REPORT-d" in message.text for message in result.messages)

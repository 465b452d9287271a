"""Every setting that is on or off understands the same words, and no misspelt one goes unnoticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from splreplay import SplError, findings, query
from splreplay.knowledge.app import SavedSearch, load_app
from splreplay.knowledge.conf import Value
from splreplay.spl.booleans import truth

ON = ["1", "true", "True", "t", "T", "yes", "YES", "y", "on", " on "]
OFF = ["0", "false", "False", "f", "F", "no", "NO", "n", "off", ""]
RISK = json.dumps([{"risk_object_field": "user", "risk_object_type": "user", "risk_score": 7}])
EVENTS = [{"_time": 1, "user": "eve", "text": "a=1 a=2"}]

# setting -> conf files in which {} stands for its value, a search, and what it counts when on and off
SETTINGS = {
    "iseval": ({"macros.conf": "[who]\ndefinition = \"user=\" . \"eve\"\niseval = {}\n"}, "`who`", "1", "0"),
    "case_sensitive_match": (
        {"transforms.conf": "[people]\nfilename = people.csv\ncase_sensitive_match = {}\n"},
        "* | lookup people NAME as user OUTPUT role | search role=*",
        "0",
        "1",
    ),
    "MV_ADD": (
        {
            "props.conf": "[aws:cloudtrail]\nREPORT-a = every\n",
            "transforms.conf": "[every]\nREGEX = a=(?<a>\\d)\nMV_ADD = {}\n",
        },
        "a=2",
        "1",
        "0",
    ),
}  # fmt: skip


def count(folder: Path, setting: str, value: str) -> str:
    confs, spl, *_ = SETTINGS[setting]
    for name, text in {**confs, "people.csv": "NAME,role\nEVE,admin\n"}.items():
        place = folder / ("lookups" if name.endswith(".csv") else "default") / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text.replace("{}", value))
    events = [{"_time": 1, "user": "eve", "_raw": "a=1 a=2", "sourcetype": "aws:cloudtrail"}]
    [row] = query(f"{spl} | stats count", events, app=str(folder), addon=str(folder))
    return str(row["count"])


@pytest.mark.parametrize("value", ON)
@pytest.mark.parametrize("setting", SETTINGS)
def test_on(setting: str, value: str, tmp_path: Path) -> None:
    assert count(tmp_path, setting, value) == SETTINGS[setting][2]


@pytest.mark.parametrize("value", [value for value in OFF if value])
@pytest.mark.parametrize("setting", SETTINGS)
def test_off(setting: str, value: str, tmp_path: Path) -> None:
    assert count(tmp_path, setting, value) == SETTINGS[setting][3]


@pytest.mark.parametrize(("setting", "expected"), [("iseval", "0"), ("case_sensitive_match", "0"), ("MV_ADD", "0")])
def test_an_empty_setting_is_not_made(setting: str, expected: str, tmp_path: Path) -> None:
    assert count(tmp_path, setting, "") == expected


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_misspelt_word_is_told_with_its_place(setting: str, tmp_path: Path) -> None:
    with pytest.raises(SplError) as caught:
        count(tmp_path, setting, "ture")
    assert "neither true nor false" in str(caught.value)
    assert any(f"default/{name}:" in str(caught.value) for name in SETTINGS[setting][0])


def test_a_macro_that_nobody_calls_stops_no_search(tmp_path: Path) -> None:
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "macros.conf").write_text("[who]\ndefinition = x\niseval = ture\n")
    assert query("user=eve | stats count", EVENTS, app=str(tmp_path)) == [{"count": "1"}]
    assert load_app(tmp_path).macros


def made(action: str, value: str) -> int:
    param = {"risk": "_risk", "notable": "_entities"}[action]
    settings = {f"action.{action}": value, f"action.{action}.param.{param}": RISK}
    make = {"risk": findings.risk_events, "notable": findings.findings}[action]
    return len(make(SavedSearch("Rule", Value("*"), settings), [{"user": "eve"}]))


@pytest.mark.parametrize("action", ["risk", "notable"])
def test_findings(action: str) -> None:
    assert [made(action, value) for value in ON] == [1] * len(ON)
    assert [made(action, value) for value in OFF] == [0] * len(OFF)
    with pytest.raises(SplError, match=f"Rule: action.{action} = ture is neither true nor false"):
        made(action, "ture")


@pytest.mark.parametrize("value", [value.strip() for value in ON + OFF if value])
def test_options_of_commands(value: str) -> None:
    rows = query(f"* | table user | addtotals row={value} a b fieldname=sum", EVENTS)
    assert ("sum" in rows[0]) == truth(value)

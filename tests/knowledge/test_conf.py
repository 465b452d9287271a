"""Conf files as Splunk reads them; what it would pass over in silence is said, once, to whoever runs the search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from splreplay.cli import main
from splreplay.engine import search
from splreplay.knowledge.app import load_app
from splreplay.knowledge.conf import read_conf
from splreplay.knowledge.layers import Folder, oddities
from splreplay.scan.source import DictSource

CASES = yaml.safe_load((Path(__file__).parent / "conf.yml").read_text(encoding="utf-8"))
CUT = "[m]\ndefinition = user=* \\\n| stats count by user\n| where count>1\n"
SAID = "default/macros.conf:4: '| where count>1' is neither a stanza, a setting nor a comment"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app" / "default").mkdir(parents=True)
    (tmp_path / "app" / "default" / "macros.conf").write_text(CUT)
    return tmp_path / "app"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_file(case: dict[str, Any]) -> None:
    warnings: list[str] = []
    stanzas = read_conf(case["text"], "t.conf", warnings.append)
    assert {name: {key: value.text for key, value in keys.items()} for name, keys in stanzas.items()} == case["stanzas"]
    assert warnings == case["warnings"]


def test_a_search_says_once_what_is_odd_in_its_app(app: Path) -> None:
    loaded = load_app(app)
    for _ in range(2):
        found = search("`m`", DictSource([{"user": "eve"}]), app=loaded)
        assert [message.text[: len(SAID)] for message in found.messages] == [SAID]
        assert found.rows == [{"user": "eve", "count": "1"}]


def test_files_that_a_search_does_not_read_are_not_spoken_of(app: Path) -> None:
    (app / "default" / "savedsearches.conf").write_text("nothing\n")
    assert search("* | table user", DictSource([{"user": "eve"}]), app=load_app(app)).messages[1:] == ()


@pytest.mark.parametrize(("spl", "status"), [("`m`", 0), ("`m` | nosuch", 1)])
def test_the_command_line_says_it_on_standard_error(
    spl: str, status: int, app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = app / "events.ndjson"
    events.write_text('{"eventName": "x", "user": "eve"}\n')
    assert (main(["query", spl, str(events), "--app", str(app)]) == 0) == (status == 0)
    assert f"warn: {SAID}" in capsys.readouterr().err


def test_what_is_odd_in_any_file_of_an_app(app: Path) -> None:
    (app / "local").mkdir()
    (app / "local" / "props.conf").write_text("odd\n")
    places = [line.split(" ")[0] for line in oddities(Folder.at(app, app.name))]
    assert places == ["app/default/macros.conf:4:", "app/local/props.conf:1:"]


def test_this_app_is_in_order() -> None:
    assert oddities(Folder.at(Path(__file__).parents[2])) == []

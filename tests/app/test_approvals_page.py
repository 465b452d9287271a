"""The read-only page of approvals: no scripts, nothing from elsewhere, and each of its searches shows what it says."""

from __future__ import annotations

import json
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from splreplay.cli import main
from tests.app.shipped import ROOT, commands, conf, jobs, macro_calls

PAGE = ROOT / "default" / "data" / "ui" / "views" / "s3_batch_approvals.xml"
ROOT_ELEMENT = ElementTree.parse(PAGE).getroot()
DAY = 86_400
READS = {"append", "eval", "eventstats", "inputlookup", "sort", "stats", "table", "where", "search"}


def query(element: ElementTree.Element) -> str:
    return (element.findtext("query") or "").strip()


BASE = query(ROOT_ELEMENT.find("search"))
PANELS = {panel.findtext("title"): query(panel.find("table/search")) for panel in ROOT_ELEMENT.iter("panel")}


def test_it_is_a_plain_page_of_version_1_1_that_changes_nothing():
    text = PAGE.read_text("utf-8")
    assert ROOT_ELEMENT.get("version") == "1.1"
    assert {"script", "stylesheet"} & set(ROOT_ELEMENT.keys()) == set()
    assert "http" not in text
    assert [element.tag for element in ROOT_ELEMENT.iter() if element.tag in ("html", "input", "drilldown")] == []
    known = READS | set(conf("commands"))
    assert {command for spl in (BASE, *PANELS.values()) for command in commands(f"| {spl}")} <= known
    assert macro_calls(BASE) <= set(conf("macros"))


def approval(key: str, **named: object) -> dict[str, object]:
    now = int(time.time())
    made = {"_key": key, "reason": "r", "approved_by": "bob", "created": now, "expires": now + 90 * DAY, "revoked": 0}
    return {**made, **named}


@pytest.fixture
def shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The states of the approvals that a panel shows, by key, over two jobs of one account."""
    now = int(time.time())
    approvals = [
        approval("needed", account="111111111111"),
        approval("needless", account="222222222222"),
        approval("soon", account="333333333333", expires=now + DAY),
        approval("over", account="444444444444", expires=now - DAY),
        # Whether a job that was not described needed these, nobody knows.
        approval("by role", role="*:role/copy"),
        approval("by target", account="111111111111", target="out"),
        approval("by any role", account="666666666666", role="*"),
        approval("gone", account="555555555555", revoked=now, revoked_by="eve"),
    ]
    (tmp_path / "kv").mkdir()
    (tmp_path / "kv" / "s3_batch_approvals.json").write_text(json.dumps(approvals))
    (tmp_path / "records.ndjson").write_text("".join(json.dumps(record) + "\n" for record in jobs(2)))

    def ask(panel: str) -> dict[str, list[str]]:
        arguments = ["query", f"{BASE} | {panel}", str(tmp_path / "records.ndjson"), "--kv", str(tmp_path / "kv")]
        status = main([*arguments, "--format", "json", "--app", str(ROOT)])
        output = capsys.readouterr()
        assert status == 0, output.err
        return {row["approval_key"]: [row["state"], row["jobs"]] for row in json.loads(output.out)}

    return ask


def test_the_panels_show_what_their_titles_say(shown):
    needs_a_look, everything = PANELS.values()
    assert shown(needs_a_look) == {
        "needless": ["in force", "0"],
        "by any role": ["in force", "0"],
        "soon": ["ends within 14 days", "0"],
    }
    assert shown(everything) == {
        "needed": ["in force", "2"],
        "needless": ["in force", "0"],
        "by role": ["in force", "not known"],
        "by target": ["in force", "not known"],
        "by any role": ["in force", "0"],
        "soon": ["ends within 14 days", "0"],
        "over": ["expired", "0"],
        "gone": ["revoked", "0"],
    }

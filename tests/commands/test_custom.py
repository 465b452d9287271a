"""Custom commands as other apps have them: well behaved, old, and broken."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from splreplay import SplError
from splreplay.commands.parts import process
from splreplay.engine import search
from splreplay.knowledge.app import load_app
from splreplay.scan.source import DictSource

HERE = Path(__file__).parent
APP = HERE / "app"
CASES = yaml.safe_load((HERE / "custom.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_command(case: dict[str, Any]) -> None:
    source = DictSource([{"a": str(number)} for number in range(case["rows"])])
    if "error" in case:
        with pytest.raises(SplError) as caught:
            search(case["spl"], source, app=load_app(APP))
        assert [words for words in case["error"] if words not in str(caught.value)] == []
        return
    found = search(case["spl"], source, app=load_app(APP))
    rows = [{name: value for name, value in row.items() if not name.startswith("_")} for row in found.rows]
    assert rows == case["expected"]
    assert [message.text for message in found.messages] == case.get("said", [])


def test_a_command_that_was_ended_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    begin = process.Child.__init__

    def noted(self: process.Child, command: Any) -> None:
        begin(self, command)
        started.append(self.process.pid)

    monkeypatch.setattr(process.Child, "__init__", noted)
    with pytest.raises(SplError, match="gave no answer"):
        search("* | deaf", DictSource([{"a": "1"}]), app=load_app(APP))
    (pid,) = started
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the process is still there")

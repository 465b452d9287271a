"""bin/response_action.py: an action as Splunk runs it, a child process with a payload on standard input."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command.frames import ROOT, to_csv
from tests.command.pythons import SPLUNK_PYTHONS, python_or_skip
from tests.command.test_splunkd import reply, serving

KEY = "very-secret-key"
ACT = f"""
import sys
sys.path.insert(0, {str(ROOT / "bin")!r})
from response_action import Refused, first, main

def act(action, row):
    if first(row, "job") == "no":
        raise Refused("not this one")
    if first(row, "job") == "bug":
        raise ValueError({KEY!r})
    return [{{"did": row.get("job"), "because": action.parameter("reason")}}]

main("act", "act_result", act)
"""
# Splunk's own cim_actions needs Splunk's Python; this one has the calls of it that are used, and writes them down.
CIM = """
import json
class ModularAction:
    def __init__(self, settings, logger, action_name):
        self.name, self.events = action_name, []
        assert json.loads(settings)["sid"] == "1.2"
    @staticmethod
    def setup_logger(name):
        return name
    def update(self, result):
        self.orig = (result["orig_sid"], result["orig_rid"], result["rid"])
    def message(self, signature, status=None, rids=None, level=20, **kwargs):
        pass
    def addevent(self, raw, sourcetype, cam_header=True):
        self.events.append([self.name, self.orig, json.loads(raw)["did"], sourcetype])
    def writeevents(self, index="summary", host=None, source=None, fext="common_action_model"):
        with open("written", "a") as file:
            file.write(json.dumps([index, source, self.events]) + "\\n")
        return True
"""
RECEIVED = reply(b"<response/>", "200 OK")


def run(folder: Path, payload: Any, *, python: str = sys.executable, home: str = "", argv: str = "--execute"):
    script = folder / "act.py"
    script.write_text(ACT)
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    command = [python, "-B", str(script), argv]
    done = subprocess.run(command, input=text, capture_output=True, cwd=folder, env={"SPLUNK_HOME": home}, check=False)
    assert done.stdout == b""
    errors = done.stderr.decode()
    assert KEY not in errors
    assert "Traceback" not in errors
    return done.returncode, errors


def payload(uri: str, folder: Path, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    path = folder / "results.csv.gz"
    path.write_bytes(gzip.compress(to_csv(rows, list(dict.fromkeys(name for row in rows for name in row)))))
    return {
        "server_uri": uri, "session_key": KEY, "sid": "1.2", "app": "an_app", "owner": "ann", "search_name": 'My "one"',
        "results_file": str(path), "configuration": {"reason": "asked"}, **more,
    }  # fmt: skip


def written(asked: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in asked]


@pytest.mark.parametrize("version", SPLUNK_PYTHONS)
def test_a_result_leads_back_to_its_row(tmp_path, version):
    with serving(RECEIVED) as (uri, asked):
        told = payload(uri, tmp_path, [{"job": "a"}, {"job": ["b", "c$"]}])
        code, errors = run(tmp_path, told, python=python_or_skip(version))
    assert code == 0, errors
    assert asked[0].startswith(b"POST /services/receivers/simple?")
    assert b"index=main&source=My+%22one%22&sourcetype=act_result" in asked[0]
    first, second = written(asked)
    assert next(iter(first)) == "time"
    del first["time"]
    leads = {"orig_action_name": "act", "orig_sid": "1.2"}
    assert first == {"did": "a", "because": "asked", **leads, "orig_rid": "0"}
    assert (second["did"], second["orig_rid"]) == (["b", "c$"], "1")
    assert errors.splitlines()[1] == (
        'INFO sendmodaction - signature="Result written" action_name="act" search_name="My \'one\'" rid="0" '
        'sid="1.2" app="an_app" user="ann" action_mode="adhoc" action_status="success"'
    )


def test_from_a_finding_the_result_leads_to_the_finding(tmp_path):
    with serving(RECEIVED) as (uri, asked):
        row = {"job": "a", "orig_sid": "scheduler__x", "orig_rid": "7"}
        assert run(tmp_path, payload(uri, tmp_path, [row]))[0] == 0
    assert [(event["orig_sid"], event["orig_rid"]) for event in written(asked)] == [("scheduler__x", "7")]


def test_a_row_that_fails_is_told_and_does_not_end_the_others(tmp_path):
    with serving(RECEIVED) as (uri, asked):
        code, errors = run(tmp_path, payload(uri, tmp_path, [{"job": "no"}, {"job": "bug"}, {"job": "c"}]))
    assert code == 1
    assert [event["did"] for event in written(asked)] == ["c"]
    failures = [line for line in errors.splitlines() if line.startswith("ERROR ")]
    assert 'signature="not this one"' in failures[0]
    assert 'signature="ValueError in act.py, line 10"' in failures[1]
    assert all('action_status="failure"' in line for line in failures)


def test_what_splunkd_refuses_is_told(tmp_path):
    with serving(reply(b'{"messages": [{"text": "no edit_tcp"}]}', "403 Forbidden")) as (uri, _):
        code, errors = run(tmp_path, payload(uri, tmp_path, [{"job": "a"}]))
    assert (code, "splunkd answered 403: no edit_tcp" in errors) == (1, True)
    assert "it is done, but the event that tells so could not be written" in errors


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "its payload is no JSON object"),
        (b"[1]", "its payload is no JSON object"),
        (b"[" * 100_000, "its payload is no JSON object"),
        (b" " * 10_000_001, "its payload is longer than 10,000,000 bytes"),
        (json.dumps({"configuration": {"index": "a b"}}).encode(), "the parameter index is no name of an index"),
    ],
)
def test_a_payload_that_is_none_ends_it_with_a_reason(tmp_path, text, reason):
    code, errors = run(tmp_path, text)
    assert code == 1
    assert errors.startswith("FATAL act ended early: " + reason)


def test_more_rows_than_are_taken_are_told(tmp_path):
    with serving(RECEIVED) as (uri, _asked):
        code, errors = run(tmp_path, payload(uri, tmp_path, [{"job": "no"}] * 501))
    assert (code, "its results have more than 500 rows" in errors) == (1, True)


def test_only_splunk_runs_it(tmp_path):
    code, errors = run(tmp_path, b"", argv="--help")
    assert (code, "--execute" in errors) == (1, True)


def test_with_the_cim_app_results_go_through_cim_actions(tmp_path):
    lib = tmp_path / "etc" / "apps" / "Splunk_SA_CIM" / "lib"
    lib.mkdir(parents=True)
    (lib / "cim_actions.py").write_text(CIM)
    told = payload("", tmp_path, [{"job": "a", "orig_sid": "x", "orig_rid": "7"}, {"job": "b"}])
    told["configuration"]["index"] = "summary"
    code, errors = run(tmp_path, told, home=str(tmp_path))
    assert code == 0, errors
    lines = [json.loads(line) for line in (tmp_path / "written").read_text().splitlines()]
    assert lines == [
        ["summary", "act", [["act", ["x", "7", "0"], "a", "act_result"]]],
        ["summary", "act", [["act", ["", "", "1"], "b", "act_result"]]],
    ]


def test_a_cim_app_that_does_not_work_here_is_told_and_rest_is_used(tmp_path):
    lib = tmp_path / "etc" / "apps" / "Splunk_SA_CIM" / "lib"
    lib.mkdir(parents=True)
    (lib / "cim_actions.py").write_text("import splunk.rest\n")
    with serving(RECEIVED) as (uri, asked):
        code, errors = run(tmp_path, payload(uri, tmp_path, [{"job": "a"}]), home=str(tmp_path))
    assert (code, len(asked)) == (0, 1)
    assert "WARN cim_actions does not work here: ModuleNotFoundError" in errors

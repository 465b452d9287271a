"""The words of the command line: where options may stand, what is suggested, what is completed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import splreplay
from splreplay.cli import VERBS, main
from tests.cli.conftest import EXAMPLE, ROOT

COUNT = "eventName=JobCreated | stats count"
ORDERS = [
    ["query", COUNT, str(EXAMPLE), "--format", "csv"],
    ["query", "--format", "csv", COUNT, str(EXAMPLE)],
    ["query", COUNT, "--format", "csv", str(EXAMPLE)],
    ["query", COUNT, "--format=csv", str(EXAMPLE), "--tz", "UTC"],
    ["query", "--earliest", "-99y", COUNT, "--latest", "-0s", str(EXAMPLE), "--format", "csv"],
]


@pytest.mark.parametrize("words", ORDERS, ids=" ".join)
def test_options_stand_anywhere(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert capsys.readouterr().out == "count\n1\n"


@pytest.mark.parametrize(
    "words", [["run", "--format", "json", str(EXAMPLE)], ["run", str(EXAMPLE), "--format", "json"]]
)
def test_options_of_run_stand_anywhere(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 1


SUGGESTED = {
    "qurey": (["qurey", "x"], "did you mean 'query'?"),
    "a folder": (["examples/"], "write splreplay VERB"),
    "an option": (["query", "x", "--erliest", "-1d"], "did you mean '--earliest'?"),
}


@pytest.mark.parametrize("how", SUGGESTED)
def test_suggestions(how: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, said = SUGGESTED[how]
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("splreplay ")


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_fits_the_terminal(verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*verb.split(), "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80 and not line.startswith("Example: ")] == []


@pytest.mark.parametrize("words", [["run"], ["run", str(EXAMPLE)], ["explain"]])
def test_a_question_mark_lists_the_saved_searches(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--search", "?"]) == 0
    out, err = capsys.readouterr()
    assert ("CloudTrail arrival" in out.splitlines(), err) == (True, "")


def test_a_run_without_files_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run"]) == 2
    assert "no FILES are named" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["AWS Exfiltration via Batch Service", "aws exfiltration via batch service"])
def test_a_search_is_known_by_the_name_of_its_detection(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(EXAMPLE), "--search", name, "--format", "json"]) == 0
    assert '"search": "Threat - AWS Exfiltration via Batch Service - Rule"' in capsys.readouterr().out


def test_help_imports_no_engine() -> None:
    script = "import sys; from splreplay.cli import main; main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [name for name in ("splreplay.engine", "duckdb", "_duckdb", "numpy", "rich", "yaml", "argcomplete")
            if f"'{name}'" in done.stdout] == []  # fmt: skip


@pytest.mark.parametrize(("line", "offered"), [("splreplay ", set(VERBS)), ("splreplay query --earl", {"--earliest"})])
def test_the_shell_completes(line: str, offered: set[str], tmp_path: Path) -> None:
    pytest.importorskip("argcomplete")
    given = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_STDOUT_FILENAME":
             str(tmp_path / "offered"), "_ARGCOMPLETE_IFS": "\n"}  # fmt: skip
    subprocess.run([sys.executable, "-m", "splreplay"], cwd=ROOT, env={**os.environ, **given}, check=False)
    assert offered <= {word.strip() for word in (tmp_path / "offered").read_text().split("\n")}


def test_lookups_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "owners.csv").write_text("account,owner\n111111111111,backup team\n")
    search = "eventName=JobCreated | lookup owners.csv account AS recipientAccountId | table owner"
    assert main(["query", search, str(EXAMPLE), "--lookups", str(tmp_path), "--format", "csv"]) == 0
    assert capsys.readouterr().out == "owner\nbackup team\n"


def test_advice_names_no_package_that_is_not_ours() -> None:
    found = [path for path in (ROOT / "splreplay").rglob("*.py") if "install splreplay" in path.read_text()]
    assert found == []


@pytest.mark.parametrize("given", [EXAMPLE, str(EXAMPLE), EXAMPLE.parent])
def test_query_takes_a_path(given: str | Path) -> None:
    (row,) = splreplay.query("index=aws eventName=JobCreated | table _time eventName index", given)
    assert row == {"_time": "2026-03-02T09:11:30.000+00:00", "eventName": "JobCreated", "index": "aws"}


def test_query_of_a_path_that_is_not_there() -> None:
    with pytest.raises(splreplay.LostError, match="not all of nowhere"):
        splreplay.query("*", "nowhere")

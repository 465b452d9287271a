"""`splreplay test` over a fork with one detection of each kind that can go wrong: verdict, place, words, exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from splreplay.cli import main
from splreplay.cli.reports.github import command
from tests.verdicts.fork import KINDS, lay_out

HERE = Path(__file__).parent
SECONDS = re.compile(r" *\d+\.\d+ s\b")


def run_test(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    status = main(["test", *map(str, words)])
    output = capsys.readouterr()
    assert "Traceback" not in output.err
    return status, output.out


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_by_itself(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = KINDS[kind]
    status, out = run_test(capsys, lay_out(tmp_path, [kind]), "--format", "json", "--jobs", "1")
    told = json.loads(out)
    [result] = told["results"]
    assert (result["verdict"], status, told["summary"]["exit"]) == (wanted["verdict"], wanted["exit"], wanted["exit"])
    assert result["ok"] == (status == 0)
    if "says" in wanted:
        [case, *_] = [case for case in result["cases"] if not case["ok"]] or result["cases"]
        words = " ".join([case["reason"], *(fault["text"] for fault in case["faults"])])
        assert wanted["says"] in words
        assert case["line"] == wanted["line"]
        where = "tests" if f"tests/{kind}.yml" in wanted.get("files", {}) else "detections"
        assert case["file"] == f"{where}/{kind}.yml"


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("fork"))


@pytest.mark.slow
def test_all_as_text(fork: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    status, out = run_test(capsys, fork)
    assert status == 2
    assert max(len(line) for line in out.splitlines() if "help: " not in line) <= 80
    assert SECONDS.sub(" 0 s", out) == (HERE / "fork.txt").read_text("utf-8")


@pytest.mark.slow
def test_all_as_annotations(fork: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = run_test(capsys, fork, "--format", "github")
    assert status == 2
    assert SECONDS.sub(" 0 s", out) == (HERE / "fork.github.txt").read_text("utf-8")


@pytest.mark.slow
def test_all_as_junit(fork: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = run_test(capsys, fork, "--format", "junit")
    root = ElementTree.fromstring(out)
    assert status == 2
    failed = {suite.get("name") for suite in root if suite.find("testcase/failure") is not None}
    wrong = {suite.get("name") for suite in root if suite.find("testcase/error") is not None}
    assert failed == {title(kind) for kind, row in KINDS.items() if row["exit"] == 1}
    assert wrong == {title(kind) for kind, row in KINDS.items() if row["exit"] in (2, 3)}
    assert root.get("tests") == str(len(root.findall("testsuite/testcase")))
    [refused] = [suite for suite in root if suite.get("name") == title("not_supported")]
    assert "multikv" in refused.find("testcase/skipped").get("message")  # type: ignore[union-attr, operator]


def title(kind: str) -> str:
    """As the name in its file; one whose YAML cannot be read is named after the file."""
    return kind if kind == "no_yaml" else kind.replace("_", " ").capitalize()


@pytest.mark.slow
def test_all_as_a_page(fork: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = run_test(capsys, fork, "--format", "html")
    assert status == 2
    assert out.startswith("<!doctype html>")
    assert all(title(kind) in out for kind in KINDS)
    assert "View what eve did" in out
    assert "a near miss that is none" in out


def test_all_as_json(fork: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run_test(capsys, fork, "--format", "json")
    told = json.loads(out)
    assert [result["file"] for result in told["results"]] == sorted(f"detections/{kind}.yml" for kind in KINDS)
    assert set(told) == {"results", "problems", "summary"}
    assert {"name", "file", "verdict", "reason", "rows", "seconds"} <= set(told["results"][0])
    assert told["summary"]["detections"] == len(KINDS)
    assert sum(told["summary"]["verdicts"].values()) == sum(told["summary"]["coverage"].values()) == len(KINDS)


ORDERS: list[tuple[list[str], list[str], int]] = [
    (["plain", "not_supported"], [], 0),
    (["plain", "not_supported"], ["--fail-on", "refused"], 2),
    (["stays_silent", "no_data"], [], 3),
    (["stays_silent", "no_data", "wrong_spl"], [], 2),
    (["plain", "stays_silent"], [], 1),
]


@pytest.mark.parametrize(("kinds", "options", "status"), ORDERS)
def test_what_is_missing_goes_before_what_is_otherwise(
    kinds: list[str], options: list[str], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_test(capsys, lay_out(tmp_path, kinds), *options)[0] == status


def test_one_process_and_two_say_the_same(fork: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told(processes: str) -> Any:
        out = run_test(capsys, fork, "--format", "json", "--jobs", processes)[1]
        return re.sub(r'"seconds": [\d.]+', '"seconds": 0', out)

    assert told("1") == told("2")


def test_workflow_commands_are_escaped() -> None:
    told = command("a,b:c%.yml", 3, "x: 100%, y", "100%\r\nsecond ::error::\x1b[31m\u202e", 7)
    assert told == (
        "::error file=a%2Cb%3Ac%25.yml,line=3,col=7,title=x%3A 100%25%2C y::"
        "100%25\\r%0Asecond ::error::\\x1b[31m\\u202e"
    )


def test_a_sidecar_of_no_detection_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = lay_out(tmp_path, ["both_ways"])
    (root / "tests" / "both_ways.yml").rename(root / "tests" / "bothways.yml")
    status, out = run_test(capsys, root)
    assert status == 2
    assert "tests/bothways.yml:1: there is no detection bothways; did you mean 'both_ways'?" in " ".join(out.split())
    assert run_test(capsys, root / "detections" / "both_ways.yml")[0] == 0


def test_a_folder_without_detections_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["test"]) == 2
    assert "no repository of detections" in capsys.readouterr().err


def test_below_a_repository_its_detections_are_tested(
    fork: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(fork / "macros")
    status, out = run_test(capsys, "--format", "json", "--jobs", "1")
    assert (status, len(json.loads(out)["results"])) == (2, len(KINDS))

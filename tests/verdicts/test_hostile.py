"""What logs, names and files bring stays a value: no SPL, no markup, no control of a terminal, no way out."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from splreplay.cli import main
from splreplay.findings import fill_search
from splreplay.verdicts import work
from tests.verdicts.fork import EVENT, lay_out

VALUES = [
    'eve" | makeresults | eval x="',
    "eve\\",
    "eve | stats count bye",
    "[search *]",
    "`cloudtrail`",
    "\x1b[31m\u202eeve\x07",
    "::error file=x::y\n::error::z",
    "<b>&amp;]]>\x00\ufffe",
    "$dest$",
    "%0A%25",
]
FORMATS = ["text", "json", "junit", "github"]


@pytest.fixture(params=VALUES)
def fork(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A detection that fires by a hostile user, with a near miss that is none, so that its values are shown."""
    root = lay_out(tmp_path, ["fires_where_it_must_not"])
    record = {**EVENT, "userIdentity": {"type": "IAMUser", "userName": request.param}}
    (root / "data" / "fires.ndjson").write_text(json.dumps(record))
    return root


@pytest.mark.parametrize("form", FORMATS)
def test_values_of_a_log(fork: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(fork), "--format", form, "--jobs", "1"]) == 1
    out = capsys.readouterr().out
    assert not set(out) & set("\x1b\u202e\x07\x00\ufffe")
    assert "Traceback" not in out
    assert "internal error" not in out
    if form == "junit":
        assert ElementTree.fromstring(out).get("failures") == "1"
    if form == "json":
        [result] = json.loads(out)["results"]
        assert [item["verdict"] for item in result["cases"][0]["drilldowns"]] == ["fired"]
        assert result["cases"][0]["faults"] == []
    if form == "github":
        assert sum(line.startswith("::") for line in out.splitlines()) == 1


def test_values_of_a_log_on_a_page(fork: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(fork), "--format", "html", "--jobs", "1"]) == 1
    out = capsys.readouterr().out
    assert not set(out) & set("\x1b\u202e\x07\x00")
    assert "<b>&amp;" not in out


FILLED = [
    ('search user="$user$"', 'search user="a\\"b\\\\c"'),
    ("search user=$user$", 'search user="a\\"b\\\\c"'),
    ("search user=$plain$ count=$list$", 'search user=eve@x-1.com count="1, 2"'),
    ('search "$nobody$" $nobody$', 'search "$nobody$" $nobody$'),
    (
        'where like(user, "%$plain$%") AND x="say \\"$plain$\\""',
        'where like(user, "%eve@x-1.com%") AND x="say \\"eve@x-1.com\\""',
    ),
]


@pytest.mark.parametrize(("template", "search"), FILLED)
def test_a_token_of_a_drilldown_is_a_value(template: str, search: str) -> None:
    assert fill_search(template, {"user": 'a"b\\c', "plain": "eve@x-1.com", "list": ["1", "2"]}) == search


def test_names_of_files_and_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = lay_out(tmp_path, ["stays_silent"])
    odd = "a\x1b[31m,b:c%\n\u202e"
    (root / "detections" / "stays_silent.yml").rename(root / "detections" / f"{odd}.yml")
    for form in FORMATS:
        assert main(["test", str(root), "--format", form, "--jobs", "2"]) == 2
        out = capsys.readouterr().out
        assert not set(out) & set("\x1b\u202e")


def test_detections_behind_a_link_out_of_the_folder_are_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = lay_out(tmp_path, ["plain"])
    outside = tmp_path / "outside.yml"
    outside.write_text((root / "detections" / "plain.yml").read_text())
    (root / "detections" / "link.yml").symlink_to(outside)
    main(["test", str(root), "--format", "json", "--jobs", "1"])
    assert [result["file"] for result in json.loads(capsys.readouterr().out)["results"]] == ["detections/plain.yml"]


def test_a_process_that_dies_takes_only_its_own_job(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 7\n")
    python.chmod(0o755)
    monkeypatch.setattr(work.sys, "executable", str(python))
    root = lay_out(tmp_path, ["plain", "both_ways"])
    assert main(["test", str(root), "--format", "json", "--jobs", "2"]) == 2
    results = json.loads(capsys.readouterr().out)["results"]
    assert [result["file"] for result in results] == ["detections/both_ways.yml", "detections/plain.yml"]
    assert all("ended without an answer" in result["reason"] for result in results)


def test_a_name_in_a_command_to_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = lay_out(tmp_path, ["lfs_pointer_of_another_name"])
    assert main(["test", str(root), "--format", "json", "--jobs", "1"]) == 3
    [result] = json.loads(capsys.readouterr().out)["results"]
    assert shlex.split(result["cases"][0]["help"]) == ["git", "lfs", "pull", "--include", "data/pointer; $(id).ndjson"]
    assert "'data/pointer; $(id).ndjson'" in result["cases"][0]["help"]


def test_a_pipe_in_the_place_of_a_detection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = lay_out(tmp_path, ["plain"]) / "detections" / "pipe.yml"
    os.mkfifo(pipe)
    (pipe.parent / "dangling.yml").symlink_to("nowhere.yml")
    for path in (pipe, pipe.parent):  # by its name, and as one of its folder
        assert main(["test", str(path), "--jobs", "1"]) == 3
        assert "cannot be read: it is no regular file" in (out := capsys.readouterr().out)
    assert "cannot be read: No such file or directory" in out

"""`--changed REF`: what git says has changed, and everything that uses it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from splreplay.cli import main
from tests.verdicts.fork import lay_out

ALL = {"both_ways", "plain", "other_rows"}
CHANGES: dict[str, tuple[str, str, set[str]]] = {
    "nothing": ("README.md", "x", set()),
    "a detection": ("detections/plain.yml", "\n# changed\n", {"plain"}),
    "a sidecar": ("tests/both_ways.yml", "\n# changed\n", {"both_ways"}),
    "data of one": ("data/reader.ndjson", "\n", {"both_ways"}),
    "data of all": ("data/fires.ndjson", "\n", ALL),
    "a macro that all call": ("macros/cloudtrail.yml", "\n# changed\n", ALL),
    "a macro within another": ("macros/inner.yml", "\n# changed\n", {"plain"}),
    "a lookup's rows": ("lookups/users.csv", "mallory,1\n", {"plain"}),
    "what the app's commands import": ("lib/client.py", "\n", ALL),
    "a conf of the app": ("default/macros.conf", "[x]\ndefinition = y\n", ALL),
}


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(root), *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = lay_out(tmp_path, sorted(ALL))
    (root / "lookups").mkdir()
    (root / "lookups" / "users.csv").write_text("user,level\neve,1\n")
    (root / "lookups" / "users.yml").write_text("name: users\ndescription: Users.\nfilename: users.csv\n")
    macro = "name: {}\ndescription: x\ndefinition: {}\n"
    (root / "macros" / "outer.yml").write_text(macro.format("outer", "'`inner`'"))
    (root / "macros" / "inner.yml").write_text(macro.format("inner", "lookup users user OUTPUT level"))
    plain = root / "detections" / "plain.yml"
    plain.write_text(plain.read_text().replace("| `plain_filter`", "| `outer`\n  | `plain_filter`"))
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    return root


def chosen(root: Path, capsys: pytest.CaptureFixture[str], ref: str = "HEAD") -> set[str]:
    main(["test", str(root), "--changed", ref, "--format", "json", "--jobs", "1"])
    return {Path(result["file"]).stem for result in json.loads(capsys.readouterr().out)["results"]}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_change_touches(change: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, text, wanted = CHANGES[change]
    (repository / file).parent.mkdir(exist_ok=True)
    with (repository / file).open("a") as out:
        out.write(text)
    assert chosen(repository, capsys) == wanted
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "y")
    assert chosen(repository, capsys, "HEAD~1") == wanted
    assert chosen(repository, capsys) == set()


@pytest.mark.parametrize("ref", ["nosuch", "--output=x", "HEAD..nosuch"])
def test_a_revision_that_is_none(ref: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(repository), f"--changed={ref}"]) == 2
    assert "--changed: " in capsys.readouterr().err


def test_no_repository_of_gits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(lay_out(tmp_path, ["plain"])), "--changed", "HEAD"]) == 2
    assert "not a git repository" in capsys.readouterr().err


@pytest.mark.parametrize(("file", "wanted"), [("data/fires.ndjson", ALL), ("data/reader.ndjson", {"both_ways"})])
def test_data_that_was_deleted(
    file: str, wanted: set[str], repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / file).unlink()
    assert chosen(repository, capsys) == wanted

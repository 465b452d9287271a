"""Whatever the command lacks, its rows come back: a scheduled search that loses a command ends without any action."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command.frames import ROOT, Command, execute, from_csv, to_csv
from tests.command.pythons import SPLUNK_PYTHONS, python_or_skip

ARN = "arn:aws:s3:us-west-2:111111111111:job/bb54efd8-937d-4f0c-967d-aa8443998dac"
URL = "https://us-west-2.console.aws.amazon.com/s3/jobs/bb54efd8-937d-4f0c-967d-aa8443998dac?region=us-west-2"
ROWS = [{"job_arn": ARN, "count": "1"}, {"job_arn": [ARN, "$;$"], "count": "2"}, {"job_arn": "", "count": ""}]
FIELDS = ["job_arn", "count"]
COMMANDS = ("enrichjobarn", "matchapproval", "describes3job")


@pytest.fixture(params=SPLUNK_PYTHONS)
def python(request) -> str:
    return python_or_skip(request.param)


@pytest.fixture
def app(tmp_path) -> Path:
    """The app as it is installed, for a test to damage."""
    folder = tmp_path / "app"
    shutil.copytree(ROOT / "bin", folder / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "lib").symlink_to(ROOT / "lib")
    return folder


def started(app: Path, python: str, command: str = "enrichjobarn") -> Command:
    return Command(python=python, script=app / "bin" / f"{command}.py")


def without_lib(app: Path) -> str:
    (app / "lib").unlink()
    return "ModuleNotFoundError: No module named 'splunklib'"


def with_half_of_lib(app: Path) -> str:
    (app / "lib").unlink()
    (app / "lib" / "splunklib").mkdir(parents=True)
    (app / "lib" / "splunklib" / "__init__.py").write_text("def broken(:\n", "utf-8")
    return "SyntaxError: invalid syntax"


def with_lib_for_another_python(app: Path) -> str:
    (app / "lib").unlink()
    (app / "lib" / "splunklib").mkdir(parents=True)
    (app / "lib" / "splunklib" / "__init__.py").write_text("raise RuntimeError('needs Python 4')\n", "utf-8")
    return "RuntimeError: needs Python 4"


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("damage", [without_lib, with_half_of_lib, with_lib_for_another_python])
def test_without_splunklib_every_row_passes_with_a_message(app, python, damage, name):
    reason = damage(app)
    command = started(app, python, name)
    assert command.configuration["type"] == "stateful"
    [[level, message]] = command.configuration["inspector"]["messages"]
    assert (level, reason in message, "install the app's package again" in message) == ("WARN", True, True)
    assert command.rows(to_csv(ROWS, FIELDS)) == ROWS
    assert command.rows(b"") == []
    assert command.rows(to_csv(ROWS, FIELDS), finished=True) == ROWS
    assert command.close() == (0, b"", b"")


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["a table of version 1.0", "one with a BOM"])
def test_no_file_of_lookups_is_read(app, python, bom):
    """Version 1.0 had its consoles in a CSV, which an upgrade or a deployer may leave behind, edited or damaged."""
    (app / "lookups").mkdir()
    table = b"partition,console_host\r\naws,console.example.com\r\n"
    (app / "lookups" / "awsbatch_consoles.csv").write_bytes(bom + table)
    command = started(app, python)
    [row] = command.rows(to_csv([{"job_arn": ARN}], ["job_arn"]))
    assert ("inspector" in command.configuration, row["job_console_url"]) == (False, URL)


@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["plain", "with a BOM"])
def test_a_bom_in_front_of_the_rows_costs_none(app, python, bom):
    command = started(app, python)
    rows = command.rows(bom.encode() + b"count,job_arn\n1," + ARN.encode() + b"\n")
    assert [(row[f"{bom}count"], row["job_console_url"]) for row in rows] == [("1", URL)]


def test_a_row_that_cannot_be_read_passes_and_is_told_once(app, python):
    with (app / "bin" / "job_arn.py").open("a", encoding="utf-8") as module:
        module.write("\n\ndef describe(arn, accounts):\n    return {'a': 1}[arn or 'a']\n")
    command = started(app, python)
    metadata, body = command.ask(execute(to_csv(ROWS, FIELDS)))
    assert [row["count"] for row in from_csv(body)] == ["1", "2", ""]
    assert from_csv(body)[0]["job_arn_error"] == f"KeyError: '{ARN}'"
    [[level, message], _] = metadata["inspector"]["messages"]
    assert (level, message) == ("WARN", f"enrichjobarn passes a row on unread: KeyError: '{ARN}'")
    assert "inspector" not in command.ask(execute(to_csv(ROWS[:1], FIELDS)))[0]


def test_a_chunk_that_cannot_be_read_passes_as_it_is(app, python):
    with (app / "bin" / "chunk_text.py").open("a", encoding="utf-8") as module:
        module.write("\n\ndef safe_lines(lines):\n    yield from ['job_arn\\n', 1]\n")
    command = started(app, python)
    metadata, body = command.ask(execute(to_csv(ROWS, FIELDS), finished=True))
    assert from_csv(body) == ROWS
    assert metadata["finished"] is True
    [[level, message]] = metadata["inspector"]["messages"]
    assert (level, message.startswith("enrichjobarn passes ")) == ("WARN", True)
    assert command.close() == (0, b"", b"")

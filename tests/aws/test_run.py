"""`splreplay run --endpoint-url`: a finding of a file, with what its job does."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from splreplay.commands.parts.process import ENDPOINT
from tests.app.shipped import ROOT, with_macros
from tests.aws.stand_in import OWN, a_job

EXAMPLE = str(ROOT / "examples" / "cloudtrail.ndjson")
JOB = "3f6b1c52-7f0e-4c43-9a53-6f4f1f0c2b10"


@pytest.fixture
def splreplay(monkeypatch, capsys, tmp_path):
    """The command line over an app in which describing is switched on: exit status, what it prints, its errors."""
    from splreplay.cli import main

    monkeypatch.delenv(ENDPOINT, raising=False)
    on = {"aws_exfiltration_via_batch_service_describe": "`aws_exfiltration_via_batch_service_described`"}
    app = str(with_macros(tmp_path, **on))

    def run(*argv):
        status = main([*argv, "--app", app, "--format", "json"])
        return status, *capsys.readouterr()

    yield run
    monkeypatch.delenv(ENDPOINT, raising=False)


@pytest.mark.aws("moto", "boto3", "flask")
def test_a_finding_says_what_its_job_does(aws, jobs, splreplay, monkeypatch):
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    jobs[(OWN, JOB)] = a_job(JOB)
    status, out, _ = splreplay("run", EXAMPLE, "--endpoint-url", aws.url)
    [finding] = json.loads(out)["findings"]
    assert (status, finding["risk_score"]) == (0, 80)
    assert "S3PutObjectCopy job in account 111111111111: payroll to elsewhere" in finding["rule_title"]
    assert aws.secret_key not in out


@pytest.mark.aws("moto", "boto3", "flask")
def test_what_the_page_has_a_person_do_works_as_written(monkeypatch, capsys, tmp_path):
    """Try it without AWS: the macro of its first block, and the two lines that the stand-in prints."""
    from splreplay.cli import main

    page = (ROOT / "docs" / "describe.md").read_text("utf-8").partition("## Try it without AWS")[2]
    macro, start = re.findall(r"```\n(.*?)```", page, re.DOTALL)
    assert start.splitlines()[-1] == "python -m tests.aws.stand_in"
    app = with_macros(tmp_path)
    (app / "local" / "macros.conf").write_text(macro, "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.aws.stand_in"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as aws:
        export, line = aws.stdout.readline().split()[1:], aws.stdout.readline().split()[1:]
        for name, _, value in (word.partition("=") for word in export):
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(ROOT)
        status = main([*line, "--app", str(app)])
        aws.terminate()
    assert (status, "payroll to elsewhere, said to be" in capsys.readouterr().out) == (0, True)
    assert line[:2] == ["run", "examples/cloudtrail.ndjson"]


def test_an_endpoint_that_nobody_asks_is_told(capsys):
    from splreplay.cli import main

    assert main(["run", EXAMPLE, "--endpoint-url", "http://127.0.0.1:1"]) == 0
    assert "note: --endpoint-url: nobody was asked, since the search runs no describes3job" in capsys.readouterr().err


def test_without_an_endpoint_nothing_is_asked(splreplay, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-user")
    status, out, errors = splreplay("run", EXAMPLE)
    [finding] = json.loads(out)["findings"]
    assert (status, finding["risk_score"]) == (0, 64)
    assert "What it does is not known: no credentials: splreplay needs --endpoint-url" in finding["rule_description"]
    assert "secret-of-the-user" not in out + errors


@pytest.mark.parametrize(
    "url", ["http://example.com", "http://127.0.0.1.example.com", "ftp://localhost", "https://", "x", "http://[", ""]
)
def test_an_endpoint_that_is_neither_https_nor_here_is_refused(splreplay, url):
    status, out, errors = splreplay("run", EXAMPLE, "--endpoint-url", url)
    assert (status, out) == (2, "")
    assert "neither https nor of this machine" in errors

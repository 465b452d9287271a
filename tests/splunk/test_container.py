"""tools/splunk_container.py with a stand-in for Docker: a program that notes how it is called and answers by table."""

from __future__ import annotations

import json
import os
import runpy
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.certificates import Chain, like_splunks, strictly
from tests.https import answering
from tests.serve.embedded import ROOT
from tests.splunk.btool import complaints
from tests.splunk.test_btool import NO_SPEC, PYTHON_REQUIRED

TERMS = {"SPLUNK_VERSION": "9.4", "SPLUNK_START_ARGS": "yes", "SPLUNK_GENERAL_TERMS": "yes"}
# Answers by a word of the command line: exit code and output. Anything else succeeds without a word.
DOCKER = """#!{python}
import json, os, sys
with open({calls!r}, "a") as file:
    print(json.dumps([sys.argv[1:], dict(os.environ)]), file=file)
for word, (code, text) in json.load(open({answers!r})).items():
    if word in sys.argv:
        print(text, end="", flush=True)
        sys.exit(code)
"""


class Docker:
    """The stand-in on PATH."""

    def __init__(self, folder: Path) -> None:
        self.calls_file, self.answers_file = folder / "calls", folder / "answers"
        (folder / "bin").mkdir()
        program = folder / "bin" / "docker"
        text = DOCKER.format(python=sys.executable, calls=str(self.calls_file), answers=str(self.answers_file))
        program.write_text(text)
        program.chmod(0o755)
        self.path = f"{program.parent}:{os.environ['PATH']}"
        self.answers({})

    def answers(self, table: Mapping[str, tuple[int, str]]) -> None:
        self.answers_file.write_text(json.dumps(table))

    def calls(self) -> list[list[str]]:
        """The arguments of each call of compose that was made."""
        made = [json.loads(line)[0] for line in self.calls_file.read_text().splitlines()]
        return [words[1:] for words in made if words[0] == "compose" and words[1] != "version"]

    def environment(self, verb: str) -> dict[str, str]:
        made = (json.loads(line) for line in self.calls_file.read_text().splitlines())
        return next(environment for words, environment in made if verb in words)


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    found = Docker(tmp_path)
    monkeypatch.setenv("PATH", found.path)
    for name, value in TERMS.items():
        monkeypatch.setenv(name, value)
    for name in ("SPLUNK_URL", "SPLUNK_CAFILE", "SPLUNK_PASSWORD", "SPLUNK_HEC_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return found


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return like_splunks(tmp_path)


@pytest.fixture
def splunk(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server with a certificate such as Splunk's, where the container's HEC would answer."""
    with answering(chain.context()) as url:
        monkeypatch.setenv("SPLUNK_HEC_PORT", url.rpartition(":")[2])
        yield url


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The tool's names, with apps gathered elsewhere and no suite run; `suites` is how it was asked to run it."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    names: dict[str, Any] = runpy.run_path(str(ROOT / "tools" / "splunk_container.py"))["main"].__globals__
    names["suites"] = []
    names["run_suite"] = lambda environment: names["suites"].append(environment) or 0
    names["gather_apps"] = lambda: None
    names["APPS"], names["WAIT_SECONDS"] = tmp_path, 0.05
    return names


def test_the_suite_runs_once_splunk_answers(
    docker: Docker, tool: dict[str, Any], splunk: str, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssl, "create_default_context", strictly(ssl.create_default_context))
    docker.answers({"cat": (0, chain.authority.read_text())})
    assert tool["main"]() == 0
    (given,) = tool["suites"]
    assert (given["SPLUNK_HEC_URL"], given["SPLUNK_IN_COMPOSE"]) == (splunk, "1")
    assert [words[0] for words in docker.calls()] == ["up", "exec", "down"]
    assert len(given["SPLUNK_PASSWORD"]) >= 8
    assert not any(given["SPLUNK_PASSWORD"] in word for words in docker.calls() for word in words)


def test_the_health_check_waits_as_long_as_the_start_may_take(
    docker: Docker, tool: dict[str, Any], splunk: str, chain: Chain
) -> None:
    """Else compose gives up when the image's own health check does, after five minutes."""
    docker.answers({"cat": (0, chain.authority.read_text())})
    tool["main"]()
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["splunk"]
    assert service["healthcheck"] == {"start_period": "${SPLUNK_START_SECONDS:-900}s"}
    seconds = docker.environment("up")["SPLUNK_START_SECONDS"]
    assert docker.calls()[0] == ["up", "--wait", "--wait-timeout", seconds]


def logs_printed(docker: Docker) -> bool:
    calls = docker.calls()
    tailed = {words[-1].rpartition("/")[2] for words in calls if "tail" in words}
    return ["logs", "--tail", "200"] in calls and "splunkd.log" in tailed and calls[-1][0] == "down"


def test_a_start_that_fails_ends_with_the_logs(
    docker: Docker, tool: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    docker.answers({"up": (1, "")})
    assert tool["main"]() == 1
    assert "did not start" in capsys.readouterr().err
    assert tool["suites"] == []
    assert logs_printed(docker)


def test_a_splunk_that_never_answers_ends_with_the_logs(
    docker: Docker, tool: dict[str, Any], chain: Chain, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("SPLUNK_HEC_PORT", "9")
    tool["START_SECONDS"] = 0.2
    docker.answers({"cat": (0, chain.authority.read_text())})
    assert tool["main"]() == 1
    assert "did not answer within 0.2 seconds: " in capsys.readouterr().err
    assert logs_printed(docker)


def test_a_certificate_that_is_not_trusted_is_told_at_once(
    docker: Docker, tool: dict[str, Any], splunk: str, tmp_path: Path, capsys: Any
) -> None:
    (other := tmp_path / "other").mkdir()
    docker.answers({"cat": (0, like_splunks(other).authority.read_text())})
    assert tool["main"]() == 1  # START_SECONDS is 900: a test that waits does not end
    assert "a certificate that is not trusted" in capsys.readouterr().err
    assert logs_printed(docker)


def test_a_container_that_is_gone_is_told_without_a_traceback(
    docker: Docker, tool: dict[str, Any], capsys: Any
) -> None:
    docker.answers({"cat": (1, "")})
    assert tool["main"]() == 1
    assert "cacert.pem cannot be read" in capsys.readouterr().err


def test_a_failing_suite_prints_the_logs(docker: Docker, tool: dict[str, Any], splunk: str, chain: Chain) -> None:
    docker.answers({"cat": (0, chain.authority.read_text())})
    tool["run_suite"] = lambda environment: 1
    assert tool["main"]() == 1
    assert logs_printed(docker)


def test_without_the_terms_nothing_is_started(
    docker: Docker, tool: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.delenv("SPLUNK_GENERAL_TERMS")
    assert tool["main"]() == 2
    assert "SPLUNK_GENERAL_TERMS" in capsys.readouterr().err
    assert not docker.calls_file.exists()


def test_the_apps_can_be_read_by_another_user_and_under_selinux(tmp_path: Path) -> None:
    """Gathered under the strictest umask, in a process of its own."""
    gather = (
        "import os, pathlib, sys; sys.path.insert(0, 'tools'); os.umask(0o077); import splunk_container as c;"
        f"c.APPS = pathlib.Path({str(tmp_path / 'apps')!r}); c.gather_apps()"
    )
    subprocess.run([sys.executable, "-c", gather], cwd=ROOT, check=True)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "apps", *tmp_path.glob("apps/*")]}
    assert modes.pop("apps") == 0o755
    assert set(modes.values()) == {0o644}
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["splunk"]
    assert [path.rpartition("/")[2] for path in service["environment"]["SPLUNK_APPS_URL"].split(",")] == [
        name for name in ("app.spl", "aws_cloudtrail.spl", "es_actions_for_tests.spl") if name in modes
    ]
    assert service["volumes"] == ["./.cache/splunk-apps:/tmp/apps:ro,z"]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ((0, ""), []),
        ((1, PYTHON_REQUIRED), []),
        ((1, PYTHON_REQUIRED + NO_SPEC), [NO_SPEC]),
        ((125, ""), ["exit code 125"]),
    ],
)
def test_btool_is_asked_in_the_container(docker: Docker, answer: tuple[int, str], found: list[str]) -> None:
    docker.answers({"btool": answer})
    assert complaints() == found
    assert docker.calls()[0][-4:-1] == ["/opt/splunk/bin/splunk", "btool", "check"]

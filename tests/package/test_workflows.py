"""The workflows, as far as they can be tried without the service that runs them: their steps in a shell here."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.package import ROOT, manifest_id, write_package

WORKFLOWS = {path.name: path.read_text("utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}
TAG = f"v{manifest_id()[1]}"


def workflow(name: str) -> dict:
    found = yaml.safe_load(WORKFLOWS[name])
    found["on"] = found.pop(True)  # YAML 1.1 reads the key `on` so
    return found


def steps(name: str):
    return [step for job in workflow(name)["jobs"].values() for step in job.get("steps", [])]


def shell(step: dict, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A step's `run`, as the service runs it."""
    about = {**os.environ, **environment}
    return subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=folder, env=about, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_by_commit_and_no_expression_is_pasted_into_a_shell(name):
    used = re.findall(r"uses: (\S+)(.*)", WORKFLOWS[name])
    foreign = [(action, note) for action, note in used if not action.startswith("./")]
    assert [
        item for item in foreign if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", "".join(item))
    ] == []
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_a_step_runs_exists(name):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    commands = " ".join(step.get("run", "") for step in steps(name))
    assert set(re.findall(r"\bmake ([a-z-]+)", commands)) <= targets
    assert all((ROOT / path).is_file() for path in re.findall(r"(?:python3|bash) (\S+)", commands))


def test_the_suite_runs_on_every_version_that_the_docs_name():
    matrix = workflow("splunk.yml")["jobs"]["suite"]["strategy"]["matrix"]["splunk"]
    docs = (ROOT / "docs" / "splunk-suite.md").read_text("utf-8")
    assert matrix == ["9.3", "9.4", "10.0", "10.2"]
    assert f"on {', '.join(matrix[:-1])} and {matrix[-1]}" in docs


def test_only_the_job_that_releases_may_write_and_it_runs_nothing_of_the_repository():
    jobs = workflow("release.yml")["jobs"]
    assert workflow("release.yml")["permissions"] == {"contents": "read"}
    assert [name for name, job in jobs.items() if "permissions" in job] == ["release"]
    assert not any("checkout" in step.get("uses", "") for step in jobs["release"]["steps"])
    assert (jobs["release"]["needs"], jobs["ci"]["needs"]) == ("ci", "version")


def test_a_tag_is_released_once_and_by_release_yml_alone():
    assert workflow("release.yml")["on"] == {"push": {"tags": ["v*"]}}
    assert "tags" not in workflow("ci.yml")["on"]["push"]
    assert workflow("ci.yml")["on"]["push"]["branches"] == ["**"]


@pytest.mark.parametrize(("tag", "status"), [(TAG, 0), ("v0.0.1", 1), ("v1; touch pwned", 1)])
def test_the_version_step_stops_a_wrong_tag(tag, status):
    [check] = [step for step in workflow("release.yml")["jobs"]["version"]["steps"] if "run" in step]
    assert shell(check, ROOT, GITHUB_REF_NAME=tag).returncode == status
    assert not (ROOT / "pwned").exists()


def test_the_release_step_attaches_the_package(tmp_path):
    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin" / "gh"
    gh.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    gh.chmod(0o755)
    package = write_package(tmp_path / "dist")
    [publish] = [step for step in workflow("release.yml")["jobs"]["release"]["steps"] if "run" in step]
    done = shell(publish, tmp_path, GITHUB_REF_NAME=TAG, PATH=f"{gh.parent}:{os.environ['PATH']}")
    words = done.stdout.splitlines()
    assert words[:4] == ["release", "create", TAG, f"dist/{package.name}"]
    assert "--verify-tag" in words
    assert set(publish["env"]) == {"GH_TOKEN", "GH_REPO"}

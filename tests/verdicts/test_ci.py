"""What others take into their CI: the composite action and the hook of pre-commit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from splreplay.cli import VERBS, _verb_parser

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INPUTS: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["--format=github"]),
    ({"DATA": "a\nb c\n", "FORMAT": "text"}, ["--data=a", "--data=b c", "--format=text"]),
    ({"PATHS": "detections/x.yml\n-y"}, ["--format=github", "./detections/x.yml", "./-y"]),
    ({"CHANGED": "origin/$(touch hacked)", "FAIL_ON": "refused"},
     ["--changed=origin/$(touch hacked)", "--fail-on=refused", "--format=github"]),
    ({"ADDON": "bundled\n`touch hacked`"}, ["--addon=bundled", "--addon=`touch hacked`", "--format=github"]),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "words"), INPUTS)
def test_the_action_hands_its_inputs_on_as_words(inputs: dict[str, str], words: list[str], tmp_path: Path) -> None:
    stub = tmp_path / "splreplay" / "bin" / "splreplay"
    stub.parent.mkdir(parents=True)
    stub.write_text('#!/bin/sh\nfor word in "$@"; do echo "$word" >> told; done\nexit 3\n')
    stub.chmod(0o755)
    step = ACTION["runs"]["steps"][-1]
    given = dict.fromkeys(step["env"], "") | {"FORMAT": "github"} | inputs
    environment = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path), **given}
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 3
    assert (tmp_path / "told").read_text().splitlines() == ["test", *words]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["splreplay", "told"]


def test_no_input_stands_in_a_script() -> None:
    assert not [step for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")]


def test_the_hook_is_a_command_line_of_ours() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    program, verb, *words = hook["entry"].split()
    assert program == "splreplay"
    assert verb in VERBS
    assert _verb_parser(verb).parse_args(words).changed == "HEAD"

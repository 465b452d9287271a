"""What README shows of the tool and the Makefile is so."""

from __future__ import annotations

import io
import re

import pytest

from splreplay.cli import main
from tests.app.shipped import ROOT

README = (ROOT / "README.md").read_text("utf-8")
SHOWN = re.search(r"prints, on the example it brings:\n\n```\n(.*?)```", README, re.DOTALL)[1]


@pytest.fixture(scope="module")
def printed() -> list[str]:
    """What the run prints, without the frame around a finding."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        capture = io.StringIO()
        patch.setattr("sys.stdout", capture)
        assert main(["run", "examples/cloudtrail.ndjson"]) == 0
    return [line.strip(" │╭─╮") for line in capture.getvalue().splitlines()]


def test_the_output_that_readme_shows_is_real(printed):
    assert [line for line in SHOWN.splitlines() if line not in printed] == []


def test_every_make_target_that_readme_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets


def test_every_path_that_readme_names_exists():
    folders = ("bin", "default", "detections", "examples", "lookups", "macros", "stories", "tests", "tools")
    paths = re.findall(rf"`((?:{'|'.join(folders)})/[\w./-]*)`", README)
    assert [path for path in paths if not (ROOT / path).exists()] == []

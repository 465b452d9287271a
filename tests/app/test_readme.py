"""What README and the pages of docs/ show of the tool and the Makefile is so."""

from __future__ import annotations

import io
import re

import pytest

from splreplay.cli import main
from tests.app.shipped import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PAGES = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "tests" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
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


@each_page
def test_every_make_target_that_a_page_names_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)) <= targets


@each_page
def test_every_path_that_a_page_names_exists(page):
    folders = (
        "bin",
        "default",
        "detections",
        "examples",
        "lookups",
        "macros",
        "splreplay",
        "stories",
        "tests",
        "tools",
    )
    paths = re.findall(rf"`((?:{'|'.join(folders)})/[\w./-]*)`", page.read_text("utf-8"))
    assert [path for path in paths if not any((base / path).exists() for base in (ROOT, page.parent))] == []


def test_every_file_that_the_page_of_the_tests_names_exists():
    page = (ROOT / "tests" / "README.md").read_text("utf-8")
    names = re.findall(r"`(?:[\w-]+/)*([\w-]+\.(?:py|jsonl|ndjson|yml|txt))`", page)
    assert len(names) > 20
    assert [name for name in names if not any((ROOT / "tests").rglob(name))] == []


@each_page
def test_every_link_between_pages_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
    assert [link for link in links if not any((base / link).exists() for base in (page.parent, ROOT))] == []

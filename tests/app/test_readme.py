"""What README and the pages of docs/ show of the tool and the Makefile is so."""

from __future__ import annotations

import io
import re
from urllib.parse import quote

import pytest

from splreplay.cli import main
from tests.app.shipped import DETECTION, ROOT, conf

README = (ROOT / "README.md").read_text("utf-8")
PAGES = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "tests" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
APP = (ROOT / "docs" / "app.md").read_text("utf-8")
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
        "lib",
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


def test_the_backfill_line_dispatches_the_shipped_search_over_arrival():
    [line] = [line for line in APP.splitlines() if line.startswith("curl ")]
    app = conf("app")["package"]["id"]
    assert f"/servicesNS/nobody/{app}/saved/searches/{quote(DETECTION)}/dispatch" in line
    assert set(re.findall(r"-d ([\w.]+)=", line)) == {
        "trigger_actions",
        "dispatch.index_earliest",
        "dispatch.index_latest",
    }


def test_what_the_app_page_says_of_the_schedule_is_what_ships():
    saved = conf("savedsearches")[DETECTION]
    minute = saved["cron_schedule"].split()[0]
    start, end = (saved[f"dispatch.index_{edge}"].strip("-m@") for edge in ("earliest", "latest"))
    days = saved["dispatch.earliest_time"].removesuffix("@m").strip("-d")
    told = f"Hourly at minute {minute}, over what **arrived** between {start} and {end} minutes before"
    assert f"{told}, and happened within {days} days." in APP
    version = conf("app")["id"]["version"]
    assert set(re.findall(r"DA-ESS-AWSBatchExfiltration-([\d.]+)\.spl", APP + README)) == {version}


def test_every_macro_and_setting_that_the_app_page_names_exists():
    named = set(re.findall(r"`((?:aws_exfiltration|cloudtrail)_\w+)`", APP))
    assert named <= set(conf("macros"))
    keys = set(re.findall(r"`((?:dispatch|alert)\.\w+)`", APP))
    assert keys <= set(conf("savedsearches")[DETECTION])

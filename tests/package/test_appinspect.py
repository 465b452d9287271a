"""What Splunk Cloud's vetting says of the package."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.package.checkers import ROOT, checker, run
from tools.package import write_package

TAGS = ("cloud", "private_victoria", "private_classic", "splunk_appinspect")
WARNINGS = yaml.safe_load((ROOT / "tests" / "package" / "appinspect_warnings.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("appinspect")
    package = write_package(folder)
    program = checker("appinspect", "splunk-appinspect")
    tags = [word for tag in TAGS for word in ("--included-tags", tag)]
    out = ["--data-format", "json", "--output-file", str(folder / "report.json")]
    done = run(program, "inspect", str(package), "--mode", "precert", *tags, *out, cwd=folder)
    if "libmagic" in done.stderr:
        pytest.skip("AppInspect needs libmagic: apt-get install libmagic1, or brew install libmagic")
    return json.loads((folder / "report.json").read_text("utf-8"))["reports"][0]


def checks(report, *results):
    """The checks with one of these results, each with what it says."""
    return {
        check["name"]: [message["message"] for message in check["messages"]]
        for group in report["groups"]
        for check in group["checks"]
        if check["result"] in results
    }


@pytest.mark.slow
def test_nothing_fails_now_or_in_a_coming_release(report):
    assert checks(report, "error", "failure", "future_failure", "skipped") == {}
    assert report["summary"]["success"] > 90


@pytest.mark.slow
def test_every_warning_is_a_known_one(report):
    assert set(checks(report, "warning")) == set(WARNINGS)


@pytest.mark.parametrize("check", WARNINGS)
def test_the_page_gives_the_reason_of_each_warning(check):
    page = " ".join((ROOT / "docs" / "splunk-suite.md").read_text("utf-8").split())
    assert f"`{check}`" in page
    assert " ".join(WARNINGS[check].split()) in page

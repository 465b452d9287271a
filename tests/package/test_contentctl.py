"""Splunk's contentctl accepts the YAML content as it is."""

from __future__ import annotations

import pytest

from tests.package.checkers import ROOT, checker, run

CONTENT = ("contentctl.yml", "data_sources", "detections", "examples", "lookups", "macros", "stories")
# contentctl wants these folders too, even empty, and git keeps no empty folder.
WANTED = ("baselines", "dashboards", "deployments", "playbooks", "removed")


@pytest.fixture
def content(tmp_path):
    for name in CONTENT:
        (tmp_path / name).symlink_to(ROOT / name)
    for name in WANTED:
        (tmp_path / name).mkdir()
    return tmp_path


def test_contentctl_validates_the_content(content):
    done = run(checker("contentctl", "contentctl"), "validate", "--no-enrichments", cwd=content)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DETECTION Progress: [100%]" in done.stdout


def test_contentctl_would_refuse_a_detection_without_its_filter(content):
    (content / "detections").unlink()
    (content / "detections").mkdir()
    for path in (ROOT / "detections").glob("*.yml"):
        spoilt = path.read_text("utf-8").replace("_filter`", "_filtre`")
        (content / "detections" / path.name).write_text(spoilt, "utf-8")
    done = run(checker("contentctl", "contentctl"), "validate", "--no-enrichments", cwd=content)
    assert done.returncode == 1
    assert "EXACT filter macro" in done.stdout

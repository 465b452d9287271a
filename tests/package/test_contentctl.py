"""Splunk's contentctl accepts the YAML content as it is, and makes the same conf of it as `make build`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from splreplay.knowledge.conf import read_conf
from tests.app.shipped import conf
from tests.package.checkers import ROOT, checker, run

CONTENT = ("contentctl.yml", "data_sources", "detections", "examples", "lookups", "macros", "stories")
# contentctl wants these folders too, even empty, and git keeps no empty folder.
WANTED = ("app_template", "baselines", "dashboards", "deployments", "playbooks", "removed")

# Keys that only contentctl writes, for ESCU's own pages.
NOT_OURS = "action.escu"
# contentctl leaves the entity N/A, so that a finding has none (security_content#3915), and without
# enrichments it knows no kill chain; impact and confidence are of the analytic as specified.
OURS = {
    "action.notable.param._entities": [
        {"risk_object_field": "aws_account_id", "risk_object_type": "other", "risk_score": 0}
    ],
    "action.correlationsearch.annotations": {
        "kill_chain_phases": ["Exploitation"],
        "confidence": 80,
        "impact": 80,
    },
}


def lay_out(folder: Path) -> Path:
    for name in CONTENT:
        (folder / name).symlink_to(ROOT / name)
    for name in WANTED:
        (folder / name).mkdir()
    return folder


def contentctl(verb: str, folder: Path):
    return run(checker("contentctl", "contentctl"), verb, "--no-enrichments", cwd=folder)


def meaning(value: str):
    """A setting without its layout: JSON parsed, true as 1, blanks as one."""
    text = " ".join(value.replace("\\n", " ").split())
    if text[:1] in "[{":
        return json.loads(text)
    return {"true": "1", "false": "0"}.get(text, text)


def built_conf(folder: Path, name: str) -> dict[str, dict[str, str]]:
    [path] = folder.glob(f"dist/*/default/{name}.conf")
    stanzas = read_conf(path.read_text("utf-8"))
    return {stanza: {key: value.text for key, value in keys.items()} for stanza, keys in stanzas.items()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The content's folder after contentctl has built its app there."""
    folder = lay_out(tmp_path_factory.mktemp("content"))
    done = contentctl("build", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_contentctl_validates_the_content(tmp_path):
    done = contentctl("validate", lay_out(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DETECTION Progress: [100%]" in done.stdout


def test_contentctl_would_refuse_a_detection_without_its_filter(tmp_path):
    content = lay_out(tmp_path)
    (content / "detections").unlink()
    shutil.copytree(ROOT / "detections", content / "detections")
    for path in (content / "detections").glob("*.yml"):
        path.write_text(path.read_text("utf-8").replace("_filter`", "_filtre`"), "utf-8")
    done = contentctl("validate", content)
    assert done.returncode == 1
    assert "EXACT filter macro" in done.stdout


def test_contentctl_builds_the_searches_that_we_render(built):
    theirs = built_conf(built, "savedsearches")
    del theirs["default"]
    assert set(theirs) == set(conf("savedsearches"))
    for name, keys in theirs.items():
        expected = {key: meaning(text) for key, text in keys.items() if not key.startswith(NOT_OURS)}
        expected["action.notable.param._entities"] = OURS["action.notable.param._entities"]
        expected["action.correlationsearch.annotations"].update(OURS["action.correlationsearch.annotations"])
        assert {key: meaning(text) for key, text in conf("savedsearches")[name].items()} == expected


@pytest.mark.parametrize("name", ["macros", "analyticstories"])
def test_contentctl_builds_the_other_confs_that_we_render(built, name):
    theirs, ours = built_conf(built, name), conf(name)
    assert set(theirs) <= set(ours)
    for stanza, keys in theirs.items():
        for key, text in keys.items():
            enriched = key == "annotations"
            found = meaning(ours[stanza][key])
            assert (meaning(text).items() <= found.items()) if enriched else (meaning(text) == found)

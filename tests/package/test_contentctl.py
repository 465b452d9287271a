"""Splunk's contentctl accepts the YAML content as it is, and makes the same conf of it as `make build`."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from splreplay.knowledge.conf import read_conf
from tests.app.shipped import conf
from tests.package.checkers import ROOT, checker, run

CONTENT = ("contentctl.yml", "data_sources", "detections", "examples", "macros", "stories")
# contentctl wants these folders too, even empty, and git keeps no empty folder.
WANTED = ("app_template", "baselines", "dashboards", "deployments", "lookups", "playbooks", "removed")

# Keys that only contentctl writes, for ESCU's own pages.
NOT_OURS = "action.escu"
# Ours alone: contentctl knows only detections.
OUR_SEARCHES = {"CloudTrail arrival"}
# A finding's drilldown shows it whatever the stages behind it say later; contentctl can only take the whole search.
DECIDES = re.compile(r" \| `\w+_(?:describe|approved|filter|limit)`")
SETTINGS = yaml.safe_load((ROOT / "tools" / "settings.yml").read_text("utf-8"))
# contentctl leaves the entity N/A, so that a finding has none (security_content#3915), and without
# enrichments it knows no kill chain; impact and confidence are of the analytics as specified.
OURS = {
    "AWS Exfiltration via Batch Service": ("aws_account_id", ["Actions on Objectives", "Exploitation"], 80, 80),
    "AWS First S3 Batch Job in Account and Region": (None, ["Exploitation"], 40, 80),
    "AWS Role for S3 Batch Operations before Batch Job": (
        None,
        ["Actions on Objectives", "Exploitation", "Installation"],
        80,
        60,
    ),
    "AWS S3 Replication to Foreign Account before Batch Job": ("user", ["Actions on Objectives"], 100, 80),
}
NOTABLE = "action.notable"
DRILLDOWNS = "action.notable.param.drilldown_searches"


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
def build(tmp_path_factory):
    """The content's folder after contentctl has built its app there, and what it said; it validates first."""
    folder = lay_out(tmp_path_factory.mktemp("content"))
    return folder, contentctl("build", folder)


@pytest.fixture(scope="module")
def built(build):
    folder, done = build
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_contentctl_validates_the_content(build):
    _, done = build
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DETECTION Progress: [100%]" in done.stdout


@pytest.mark.slow
def test_contentctl_would_refuse_a_detection_without_its_filter(tmp_path):
    content = lay_out(tmp_path)
    (content / "detections").unlink()
    shutil.copytree(ROOT / "detections", content / "detections")
    for path in (content / "detections").glob("*.yml"):
        path.write_text(path.read_text("utf-8").replace("_filter`", "_filtre`"), "utf-8")
    done = contentctl("validate", content)
    assert done.returncode == 1
    assert "EXACT filter macro" in done.stdout


def listed(stanza: str) -> dict[str, dict]:
    """What tools/settings.yml lists for a detection, by key."""
    return {**SETTINGS["every detection"], **SETTINGS.get(stanza.split(" - ")[1], {})}


def with_ours(theirs: dict, stanza: str) -> dict:
    entity, phases, impact, confidence = OURS[stanza.split(" - ")[1]]
    annotations = {"kill_chain_phases": phases, "confidence": confidence, "impact": impact}
    theirs["action.correlationsearch.annotations"].update(annotations)
    if entity is None:  # no finding
        return with_our_settings({key: theirs[key] for key in theirs if not key.startswith(NOTABLE)}, stanza)
    theirs[DRILLDOWNS] = [undecided(drilldown) for drilldown in theirs[DRILLDOWNS]]
    kind = "user" if entity == "user" else "other"
    theirs["action.notable.param._entities"] = [
        {"risk_object_field": entity, "risk_object_type": kind, "risk_score": 0}
    ]
    return with_our_settings(theirs, stanza)


def with_our_settings(theirs: dict, stanza: str) -> dict:
    entries = listed(stanza).items()
    for key, entry in ((key, entry) for key, entry in entries if "action.notable" in theirs or NOTABLE not in key):
        value = entry["value"] if "value" in entry else theirs[key] + entry["add"]
        theirs[key] = meaning(json.dumps(value) if isinstance(value, dict | list) else str(value))
    return theirs


def undecided(drilldown: dict) -> dict:
    return {**drilldown, "search": DECIDES.sub("", " ".join(drilldown["search"].split()))}


def test_every_setting_that_differs_has_its_reason_and_differs():
    entries = [entry for keys in SETTINGS.values() for entry in keys.values()]
    assert all(set(entry) in ({"value", "why"}, {"add", "why"}) for entry in entries)
    assert all(len(entry["why"]) > 20 for entry in entries)


@pytest.mark.slow
def test_contentctl_builds_the_searches_that_we_render(built):
    theirs = built_conf(built, "savedsearches")
    del theirs["default"]
    assert set(theirs) == set(conf("savedsearches")) - OUR_SEARCHES
    for name, keys in theirs.items():
        expected = {key: meaning(text) for key, text in keys.items() if not key.startswith(NOT_OURS)}
        needless = [key for key, entry in listed(name).items() if str(entry.get("value")) == expected.get(key)]
        assert needless == []
        expected = with_ours(expected, name)
        assert {key: meaning(text) for key, text in conf("savedsearches")[name].items()} == expected


@pytest.mark.slow
@pytest.mark.parametrize("name", ["macros", "analyticstories"])
def test_contentctl_builds_the_other_confs_that_we_render(built, name):
    theirs, ours = built_conf(built, name), conf(name)
    assert set(theirs) <= set(ours)
    for stanza, keys in theirs.items():
        for key, text in keys.items():
            enriched = key == "annotations"
            found = meaning(ours[stanza][key])
            assert (meaning(text).items() <= found.items()) if enriched else (meaning(text) == found)

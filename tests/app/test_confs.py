"""Facts about every conf that the app ships; each test gathers all failures before it fails."""

from __future__ import annotations

import ast
import json
import re
from fnmatch import fnmatch

import pytest
import yaml

from tests.app.shipped import (
    ADDED_BY_ES,
    ROOT,
    TOKEN,
    commands,
    conf,
    confs,
    drilldowns,
    macro_calls,
    result_fields,
    searches,
)

KNOWN_KEYS = yaml.safe_load((ROOT / "tests" / "app" / "known_keys.yml").read_text("utf-8"))
SPL_COMMANDS = {"convert", "eval", "fillnull", "from", "search", "sort", "stats", "table", "where"}
SAVED = conf("savedsearches")
LONGEST_STANZA = 99  # Enterprise Security cannot edit a search with a longer name


def as_cloned_by_es(stanza: str, saved: dict[str, str]) -> str:
    return f"{saved['action.notable.param.security_domain']} - {stanza} - Rule"


def objects(saved: dict[str, str]) -> list[dict]:
    return json.loads(saved["action.risk.param._risk"])


def named_fields(saved: dict[str, str]) -> set[str]:
    """Every field that the settings of a saved search need in its results."""
    texts = [saved[key] for key in saved if re.search(r"_message|rule_title|rule_description", key)]
    texts += [text for drilldown in drilldowns(saved) for text in drilldown.values()]
    listed = saved["alert.suppress.fields"].split(",") + saved["action.notable.param.nes_fields"].split(",")
    entities = json.loads(saved["action.notable.param._entities"])
    rows = [row for item in objects(saved) + entities for row in item.items()]
    risky = [value for key, value in rows if key.endswith("_field")]
    return {token for text in texts for token in TOKEN.findall(text)} | set(listed) | set(risky)


def test_every_key_is_one_that_splunk_knows():
    unknown = [
        f"{name}.conf [{stanza}] {key}"
        for name in confs()
        for stanza, keys in conf(name).items()
        for key in keys
        if not any(fnmatch(key, known) for known in KNOWN_KEYS[name])
    ]
    assert unknown == []


def test_no_conf_has_a_default_stanza():
    assert [name for name in confs() if "default" in conf(name)] == []


def test_every_macro_that_a_search_calls_exists():
    defined = set(conf("macros"))
    missing = {where: macro_calls(spl) - defined for where, spl in searches()}
    assert not any(missing.values()), missing


def test_every_command_that_a_search_runs_exists():
    known = SPL_COMMANDS | set(conf("commands"))
    missing = {where: set(commands(spl)) - known for where, spl in searches()}
    assert not any(missing.values()), missing


def test_every_lookup_that_a_search_names_exists():
    named = {name for _, spl in searches() for name in re.findall(r"\b(?:input)?lookup\s+(\w+)", spl)}
    assert named - set(conf("transforms")) == set()


def test_every_lookup_has_its_file():
    files = [keys["filename"] for keys in conf("transforms").values()]
    assert [name for name in files if not (ROOT / "lookups" / name).is_file()] == []


def test_every_token_and_risk_field_is_in_the_results():
    missing = {
        name: named_fields(saved) - result_fields(saved["search"]) - ADDED_BY_ES for name, saved in SAVED.items()
    }
    assert not any(missing.values()), missing


@pytest.mark.parametrize("name", SAVED)
def test_enterprise_security_can_edit_and_clone_the_search(name):
    assert len(as_cloned_by_es(name, SAVED[name])) <= LONGEST_STANZA
    assert SAVED[name]["action.correlationsearch.label"] == name
    assert re.fullmatch(r"Threat - [\w ]+ - Rule", name)


@pytest.mark.parametrize("name", SAVED)
def test_a_search_ships_disabled_and_its_hourly_windows_meet(name):
    saved = SAVED[name]
    assert (saved["disabled"], saved["enableSched"], saved["cron_schedule"]) == ("1", "1", "0 * * * *")
    start, end = (int(re.fullmatch(r"-(\d+)m@m", saved[f"dispatch.{edge}_time"])[1]) for edge in ("earliest", "latest"))
    assert start - end == 60


@pytest.mark.parametrize("name", SAVED)
def test_a_finding_has_one_real_entity_that_adds_no_risk(name):
    [entity] = json.loads(SAVED[name]["action.notable.param._entities"])
    assert entity == {**objects(SAVED[name])[0], "risk_score": 0}


@pytest.mark.parametrize("name", SAVED)
def test_the_risk_is_impact_times_confidence(name):
    annotations = json.loads(SAVED[name]["action.correlationsearch.annotations"])
    [score] = [item["risk_score"] for item in objects(SAVED[name]) if "risk_score" in item]
    assert score == annotations["impact"] * annotations["confidence"] / 100


@pytest.mark.parametrize("name", SAVED)
def test_drilldowns_run_on_es_8(name):
    told = drilldowns(SAVED[name])
    assert [item["name"] for item in told if "hoursago" in item["search"]] == []
    assert all(set(item) == {"name", "search", "earliest_offset", "latest_offset"} for item in told)


@pytest.mark.parametrize("name", SAVED)
def test_the_search_has_one_pipe_a_line_and_ends_in_its_filter(name):
    first, *lines = SAVED[name]["search"].splitlines()
    detection = name.split(" - ")[1].lower().replace(" ", "_")
    assert first.startswith("`cloudtrail`")
    assert all(line.startswith("| ") and line.count("|") == 1 for line in lines)
    assert lines[-1] == f"| `{detection}_filter`"


def test_the_filter_lets_everything_through():
    assert conf("macros")["aws_exfiltration_via_batch_service_filter"]["definition"] == "search *"


def test_the_analytic_story_lists_the_searches_that_name_it():
    for stanza, story in conf("analyticstories").items():
        if stanza.startswith("analytic_story://"):
            name = stanza.removeprefix("analytic_story://")
            annotated = [
                search
                for search, saved in SAVED.items()
                if name in json.loads(saved["action.correlationsearch.annotations"])["analytic_story"]
            ]
            assert json.loads(story["searches"]) == annotated


@pytest.mark.parametrize("command", conf("commands"))
def test_a_command_runs_on_the_pythons_of_splunk_9_and_10(command):
    keys = conf("commands")[command]
    assert keys["chunked"] == "true"
    assert (keys["python.version"], keys["python.required"]) == ("python3", "3.9, 3.13")
    assert (ROOT / "bin" / keys["filename"]).is_file()


@pytest.mark.parametrize("path", sorted((ROOT / "bin").glob("*.py")), ids=lambda path: path.name)
def test_bin_is_written_for_python_3_7(path):
    ast.parse(path.read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("command", conf("commands"))
def test_the_search_bar_knows_the_command_and_its_options(command):
    help_ = conf("searchbnf")
    assert help_[f"{command}-command"]["usage"] == "public"
    options = set(re.findall(rf"<{command}-(\w+)>", help_[f"{command}-command"]["syntax"]))
    assert options == {"field", "prefix"}
    assert all(f"{command}-{option}" in help_ for option in options)


def test_one_name_everywhere():
    manifest = json.loads((ROOT / "app.manifest").read_text("utf-8"))["info"]["id"]
    app = conf("app")
    contentctl = yaml.safe_load((ROOT / "contentctl.yml").read_text("utf-8"))["app"]
    assert {app["id"]["name"], app["package"]["id"], contentctl["appid"]} == {manifest["name"]}

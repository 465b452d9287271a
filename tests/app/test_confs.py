"""Facts about every conf that the app ships; each test gathers all failures before it fails."""

from __future__ import annotations

import ast
import json
import re
from fnmatch import fnmatch

import pytest
import yaml

from tests import sidecars
from tests.app.shipped import (
    DETECTION,
    QUOTED,
    ROOT,
    TOKEN,
    commands,
    conf,
    confs,
    detections,
    drilldowns,
    jobs,
    macro_calls,
    records,
    search,
    searches,
)

KNOWN_KEYS = yaml.safe_load((ROOT / "tests" / "app" / "known_keys.yml").read_text("utf-8"))
SPL_COMMANDS = {
    "addinfo",
    "append",
    "appendpipe",
    "convert",
    "dedup",
    "eval",
    "eventstats",
    "fields",
    "fillnull",
    "foreach",
    "from",
    "rename",
    "rest",
    "rex",
    "search",
    "sort",
    "stats",
    "streamstats",
    "table",
    "where",
}
OPTIONS = {"enrichjobarn": {"field", "prefix"}, "describes3job": {"field", "time"}, "matchapproval": {"time"}}
SAVED = detections()
FINDINGS = {name: saved for name, saved in SAVED.items() if "action.notable" in saved}
# How far back a search looks, and what tells one row from another for how long. The first looks at slices of arrival; a
# pair of records that arrive apart, or 90 days before a job, are in no slice, so the others look back each time.
LOOKS: dict[str, tuple[str, str, int]] = {
    DETECTION: ("-7d@m", "s3_job", 86_400),
    "Threat - AWS First S3 Batch Job in Account and Region - Rule": ("-97d@m", "aws_account_id,region", 777_600),
    "Threat - AWS Role for S3 Batch Operations before Batch Job - Rule": ("-8d@h", "call_id", 777_600),
    "Threat - AWS S3 Replication to Foreign Account before Batch Job - Rule": ("-8d@h", "call_id", 777_600),
}
ROWS = {
    "job": records("one_job"),
    "job of another account": records("arn_of_another_account"),
    "job without an ARN": records("jobs_without_an_arn"),
    "job whose ARN cannot be read": records("unreadable_arn"),
    "jobs of a flood": jobs(60),
}
# The threat object is the job's page, which needs the ARN; without it the risk event just has none.
NO_PAGE = {"job_console_url"}
# Of these a row has one, by what its job does.
RISKS = {"account_risk_80", "account_risk_64", "account_risk_20"}
MAY_LACK = {
    "job without an ARN": NO_PAGE,
    "job whose ARN cannot be read": NO_PAGE,
    "jobs of a flood": NO_PAGE,
}
# The other searches, each with the datasets that it must find.
OTHERS = [
    (name, case.data[0].data.split("/")[-1].removesuffix(".ndjson"))
    for name, case in sidecars.everything()
    if name != DETECTION and case.expect.fires
]
LONGEST_STANZA = 99  # Enterprise Security cannot edit a search with a longer name


def as_cloned_by_es(stanza: str, saved: dict[str, str]) -> str:
    return f"{saved.get('action.notable.param.security_domain', 'threat')} - {stanza} - Rule"


def objects(saved: dict[str, str]) -> list[dict]:
    return json.loads(saved["action.risk.param._risk"])


def named_fields(saved: dict[str, str]) -> set[str]:
    """Every field that the settings of a saved search need in its results."""
    texts = [saved[key] for key in saved if re.search(r"_message|rule_title|rule_description", key)]
    texts += [text for drilldown in drilldowns(saved) for text in drilldown.values()]
    lists = (saved["alert.suppress.fields"], saved.get("action.notable.param.nes_fields", ""))
    listed = [field for each in lists for field in each.split(",") if field]
    entities = json.loads(saved.get("action.notable.param._entities", "[]"))
    rows = [row for item in objects(saved) + entities for row in item.items()]
    risky = [value for key, value in rows if key.endswith("_field")]
    return {token for text in texts for token in TOKEN.findall(text)} | set(listed) | set(risky) - RISKS


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
    """It would apply to the stanzas of other apps. s3batchjobs is a conf of this app alone, and is not exported."""
    assert [name for name in confs() if "default" in conf(name)] == ["s3batchjobs"]


def test_every_macro_that_a_search_calls_exists():
    defined = set(conf("macros"))
    missing = {where: macro_calls(spl) - defined for where, spl in searches()}
    assert not any(missing.values()), missing


def test_every_command_that_a_search_runs_exists():
    known = SPL_COMMANDS | set(conf("commands"))
    missing = {where: set(commands(spl)) - known for where, spl in searches()}
    assert not any(missing.values()), missing


def test_no_search_depends_on_a_lookup():
    """A lookup that is not there ends a scheduled search without any action."""
    assert [where for where, spl in searches() if re.search(r"\b(?:input|output)?lookup\b", spl)] == []


@pytest.mark.parametrize("kind", ROWS)
def test_every_token_and_risk_field_is_filled_in_every_kind_of_row(kind):
    all_filled(DETECTION, ROWS[kind], MAY_LACK.get(kind, set()))


@pytest.mark.parametrize(("name", "dataset"), OTHERS)
def test_every_token_and_risk_field_is_filled_in_the_rows_of_the_others(name, dataset):
    all_filled(name, records(dataset), set())


def all_filled(name, events, may_lack):
    rows = search(events, SAVED[name]["search"])
    assert rows
    missing = [named_fields(SAVED[name]) - may_lack - set(row) for row in rows]
    assert not any(missing), missing


@pytest.mark.parametrize("name", SAVED)
def test_enterprise_security_can_edit_and_clone_the_search(name):
    assert len(as_cloned_by_es(name, SAVED[name])) <= LONGEST_STANZA
    assert SAVED[name]["action.correlationsearch.label"] == name
    assert re.fullmatch(r"Threat - [\w ]+ - Rule", name)


@pytest.mark.parametrize("name", SAVED)
def test_a_search_ships_disabled_and_runs_hourly(name):
    saved = SAVED[name]
    assert (saved["disabled"], saved["enableSched"]) == ("1", "1")
    # At an odd minute: allow_skew would move a search at the full hour by up to an hour.
    assert re.fullmatch(r"[1-5]?[1-9] \* \* \* \*", saved["cron_schedule"])
    assert (saved["allow_skew"], saved["realtime_schedule"]) == ("0", "0")


def test_no_two_searches_run_at_the_same_minute():
    assert len({saved["cron_schedule"] for saved in SAVED.values()}) == len(SAVED)


def test_the_hourly_slices_of_arrival_overlap():
    saved = SAVED[DETECTION]
    start, end = (
        int(re.fullmatch(r"-(\d+)m@m", saved[f"dispatch.index_{edge}"])[1]) for edge in ("earliest", "latest")
    )
    # Splunk may count from the scheduled time or from the start: a start 20 minutes late must leave no gap.
    assert start - end >= 60 + 20
    assert [name for name in SAVED if "dispatch.index_earliest" in SAVED[name]] == [DETECTION]


@pytest.mark.parametrize("name", SAVED)
def test_a_search_looks_back_as_far_as_a_record_may_be_late_and_a_row_is_held_back_by_itself_only(name):
    saved, (earliest, key, seconds) = SAVED[name], LOOKS[name]
    assert (saved["dispatch.earliest_time"], saved["dispatch.latest_time"]) == (earliest, "+1h@m")
    assert (saved["alert.digest_mode"], saved["alert.suppress"]) == ("0", "1")
    assert (saved["alert.suppress.fields"], saved["alert.suppress.period"]) == (key, f"{seconds}s")


@pytest.mark.parametrize("name", sorted(set(SAVED) - {DETECTION}))
def test_what_was_told_is_held_back_for_longer_than_it_is_found_again(name):
    earliest, _, seconds = LOOKS[name]
    days = int(re.match(r"-(\d+)d", earliest)[1])
    assert seconds > (days if days < 90 else days - 90) * 86_400


def test_every_other_search_ships_disabled_and_bounded():
    others = {name: saved for name, saved in conf("savedsearches").items() if name not in SAVED}
    assert set(others) == {"CloudTrail arrival"}
    for saved in others.values():
        assert (saved["disabled"], saved["enableSched"]) == ("1", "1")
        assert saved["dispatch.earliest_time"]
        assert saved["dispatch.latest_time"]
        assert re.fullmatch(r"[1-5]?[1-9] \d+ \* \* \*", saved["cron_schedule"])


@pytest.mark.parametrize("name", FINDINGS)
def test_what_enterprise_security_8_asks_for_is_there(name):
    saved = SAVED[name]
    steps = json.loads(saved["action.notable.param.next_steps"])
    assert (steps["version"], TOKEN.findall(steps["data"])) == (1, [])
    assert saved["action.notable.param.investigation_type"] == "default"
    assert "vendor_account" in json.loads(saved["action.notable.param.extract_artifacts"])["identity"]
    assert all(saved[key] for key in ("description", "action.notable.param.rule_description"))
    types = [item[key] for item in objects(saved) for key in item if key.endswith("_type")]
    assert types == [kind.lower() for kind in types] == (["other"] * 3 + ["url"] if name == DETECTION else types)


def test_a_job_of_another_account_is_told_in_the_title_and_raises_the_severity():
    [row] = search(ROWS["job of another account"])
    assert "job_account_mismatch=true" in row["finding_summary"]
    assert row["severity"] == "critical"
    [row] = search(ROWS["job"])
    assert "mismatch" not in row["finding_summary"]
    assert "severity" not in row


def test_an_analytic_that_a_first_legitimate_use_sets_off_makes_no_finding():
    kinds = {name: json.loads(saved["action.correlationsearch.annotations"])["type"] for name, saved in SAVED.items()}
    assert {name for name, kind in kinds.items() if kind == "TTP"} == set(FINDINGS)
    assert not any(key.startswith("action.notable") for name in set(SAVED) - set(FINDINGS) for key in SAVED[name])


@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_has_one_real_entity_that_adds_no_risk(name):
    [entity] = json.loads(SAVED[name]["action.notable.param._entities"])
    field = "aws_account_id" if name == DETECTION else objects(SAVED[name])[0]["risk_object_field"]
    assert entity == {**objects(SAVED[name])[0], "risk_object_field": field, "risk_score": 0}


@pytest.mark.parametrize("name", SAVED)
def test_the_risk_is_impact_times_confidence(name):
    annotations = json.loads(SAVED[name]["action.correlationsearch.annotations"])
    of = RISKS - {"account_risk_64"}
    [score] = [
        each["risk_score"] for each in objects(SAVED[name]) if each.get("risk_object_field", "") not in {"", *of}
    ]
    assert score == annotations["impact"] * annotations["confidence"] / 100


@pytest.mark.parametrize("name", SAVED)
def test_drilldowns_run_on_es_8(name):
    told = drilldowns(SAVED[name])
    assert [item["name"] for item in told if "hoursago" in item["search"]] == []
    assert all(set(item) == {"name", "search", "earliest_offset", "latest_offset"} for item in told)


@pytest.mark.parametrize("name", SAVED)
def test_the_search_has_one_pipe_a_line_and_ends_in_its_decisions(name):
    first, *lines = SAVED[name]["search"].splitlines()
    detection = name.split(" - ")[1].lower().replace(" ", "_")
    assert first.startswith("`cloudtrail`")
    assert all(line.startswith("| ") and QUOTED.sub("", line).count("|") == 1 for line in lines)
    ends = [["approved", "filter", "limit"], ["filter", "limit"], ["filter"]]
    assert any(lines[-len(end) :] == [f"| `{detection}_{part}`" for part in end] for end in ends)


def test_the_filters_let_everything_through():
    filters = {name: macro["definition"] for name, macro in conf("macros").items() if name.endswith("_filter")}
    assert (len(filters), set(filters.values())) == (len(SAVED), {"search *"})


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


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("bin/*.py"), *ROOT.glob("lib/s3batchjobs/*.py")]), ids=lambda path: path.name
)
def test_the_app_is_written_for_python_3_7(path):
    ast.parse(path.read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("command", conf("commands"))
def test_the_search_bar_knows_the_command_and_its_options(command):
    help_ = conf("searchbnf")
    assert help_[f"{command}-command"]["usage"] == "public"
    options = set(re.findall(rf"<{command}-(\w+)>", help_[f"{command}-command"]["syntax"]))
    assert options == OPTIONS[command]
    assert all(f"{command}-{option}" in help_ for option in options)


def test_one_name_everywhere():
    manifest = json.loads((ROOT / "app.manifest").read_text("utf-8"))["info"]["id"]
    app = conf("app")
    contentctl = yaml.safe_load((ROOT / "contentctl.yml").read_text("utf-8"))["app"]
    assert {app["id"]["name"], app["package"]["id"], contentctl["appid"]} == {manifest["name"]}

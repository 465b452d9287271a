"""The app as a Splunk has merged it: what a search head sees, not what the files say."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from splunklib.client import Service

from splreplay.knowledge.app import load_app
from tests.serve.embedded import ROOT
from tests.sidecars import FILTER
from tests.splunk.target import APP, SEARCH, Target, rows

# What says when and over what the correlation search runs, and what it sets off: as default/savedsearches.conf has it.
SHIPPED = load_app(ROOT).saved_search(SEARCH).settings
SCHEDULE = (
    "cron_schedule", "schedule_window", "allow_skew", "realtime_schedule", "counttype", "relation", "quantity",
    "dispatch.earliest_time", "dispatch.latest_time", "dispatch.index_earliest", "dispatch.index_latest",
    "alert.digest_mode", "alert.suppress.fields", "action.notable", "action.risk", "action.correlationsearch.enabled",
)  # fmt: skip
# conf, stanza, key, value
MERGED = [
    ("commands", "enrichjobarn", "chunked", "true"),
    ("commands", "enrichjobarn", "filename", "enrichjobarn.py"),
    ("commands", "enrichjobarn", "python.required", "3.9, 3.13"),
    ("commands", "describes3job", "filename", "describes3job.py"),
    ("alert_actions", "describe_s3_batch_job", "payload_format", "json"),
    ("s3batchjobs", "default", "instance_metadata", "0"),
    ("macros", "aws_exfiltration_via_batch_service_describe", "definition", "search *"),
    ("commands", "matchapproval", "chunked", "true"),
    ("collections", "s3_batch_approvals", "enforceTypes", "true"),
    ("transforms", "s3_batch_approvals", "external_type", "kvstore"),
    ("alert_actions", "approve_s3_batch_job", "payload_format", "json"),
    ("macros", "cloudtrail", "definition", "sourcetype=aws:cloudtrail"),
    ("macros", FILTER, "definition", "search *"),
    ("macros", "security_content_ctime(1)", "args", "field"),
    *[("savedsearches", SEARCH, key, SHIPPED[key]) for key in SCHEDULE if key in SHIPPED],
]


@pytest.mark.parametrize(("conf", "stanza", "key", "value"), MERGED)
def test_merged(service: Service, conf: str, stanza: str, key: str, value: str) -> None:
    found = service.confs[conf][stanza]
    assert found[key] in (value, {"true": "1"}.get(value))
    assert found.access["app"] == APP


@pytest.mark.parametrize("stanza", ["commands/enrichjobarn", "macros/cloudtrail"])
def test_other_apps_see_it(target: Target, stanza: str) -> None:
    """Enterprise Security runs the search from its own app."""
    conf, name = stanza.split("/")
    assert target.connect(app="search").confs[conf][name].access["sharing"] == "global"


def test_the_command_runs_in_a_search(service: Service) -> None:
    arn = "arn:aws:s3:us-west-2:111111111111:job/78711824-aea1-5dc5-979b-dc6003f82b67"
    (row,) = rows(service, f'| makeresults | eval job_arn="{arn}", aws_account_id="222222222222" | enrichjobarn')
    assert row["job_id"] == "78711824-aea1-5dc5-979b-dc6003f82b67"
    assert row["job_account_mismatch"] == "true"


def test_the_app_is_the_version_that_we_ship(service: Service) -> None:
    manifest = json.loads((ROOT / "app.manifest").read_text())
    assert service.apps[APP]["version"] == manifest["info"]["id"]["version"]
    assert not service.restart_required


# An edit of the filter macro as README 1.0 showed it: it must keep a row whose ARN could not be read.
KNOWN_JOB = 'where isnull(job_id) OR isnotnull(mvfilter(job_id!="bb54efd8-937d-4f0c-967d-aa8443998dac"))'
UNREADABLE = '| makeresults | eval job_arn="not an ARN" | enrichjobarn'


def test_a_row_whose_arn_cannot_be_read_passes_an_edited_filter(service: Service) -> None:
    """Whether an empty cell of a command is null or an empty text."""
    (row,) = rows(service, f"{UNREADABLE} | {KNOWN_JOB}")
    assert row["job_arn_error"]


def test_how_an_empty_cell_of_a_command_is_read(service: Service, shown: Callable[[str, str], None]) -> None:
    """No documentation says it, so nothing of ours depends on it; the summary at the end says what was found."""
    (row,) = rows(service, f'{UNREADABLE} | eval read=if(isnull(job_id), "null", "an empty text") | table read')
    shown("an empty cell of a command is", row["read"])
    assert row["read"] in {"null", "an empty text"}

"""The app as a Splunk has merged it: what a search head sees, not what the files say."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from splunklib.client import Service

from tests.serve.embedded import ROOT
from tests.splunk.target import APP, FILTER, SEARCH, Target, rows

# conf, stanza, key, value
MERGED = [
    ("commands", "enrichjobarn", "chunked", "true"),
    ("commands", "enrichjobarn", "filename", "enrichjobarn.py"),
    ("commands", "enrichjobarn", "python.required", "3.9, 3.13"),
    ("macros", "cloudtrail", "definition", "sourcetype=aws:cloudtrail"),
    ("macros", FILTER, "definition", "search *"),
    ("macros", "security_content_ctime(1)", "args", "field"),
    ("savedsearches", SEARCH, "cron_schedule", "17 * * * *"),
    ("savedsearches", SEARCH, "dispatch.index_earliest", "-100m@m"),
    ("savedsearches", SEARCH, "dispatch.index_latest", "-10m@m"),
    ("savedsearches", SEARCH, "alert.digest_mode", "0"),
    ("savedsearches", SEARCH, "alert.suppress.fields", "s3_job"),
    ("savedsearches", SEARCH, "counttype", "number of events"),
    ("savedsearches", SEARCH, "action.notable", "1"),
    ("savedsearches", SEARCH, "action.risk", "1"),
    ("savedsearches", SEARCH, "action.correlationsearch.enabled", "1"),
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


@pytest.mark.splunk
def test_btool_finds_nothing_wrong() -> None:
    if "SPLUNK_IN_COMPOSE" not in os.environ:
        pytest.skip("btool runs inside the container of `make test-splunk`")
    command = ["docker", "compose", "exec", "-T", "-u", "splunk", "splunk"]
    btool = ["/opt/splunk/bin/splunk", "btool", "check", f"--app={APP}"]
    done = subprocess.run([*command, *btool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "")

"""The test-only alert actions write what `splreplay` says that Enterprise Security would."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from splreplay.knowledge.app import App, SavedSearch
from splreplay.knowledge.conf import Value
from splreplay.serve.alerts.firing import Firing
from splreplay.serve.alerts.stash import WRITERS, event
from splreplay.serve.state.jobs import Job, Query
from tests.certificates import like_splunks
from tests.command.pythons import SPLUNK_PYTHONS, python_or_skip
from tests.https import answering
from tests.serve.embedded import ROOT
from tests.splunk.target import SEARCH

BIN = Path(__file__).parent / "apps" / "es_actions_for_tests" / "bin"
ROWS = [
    {
        "aws_account_id": "111111111111",
        "account_risk_64": "111111111111",
        "src_ip": "s3.amazonaws.com",
        "job_arn": ["arn:a", "arn:b"],
        "_time": "1772442900",
    },
    {
        "aws_account_id": ["222222222222", "333333333333"],
        "account_risk_64": ["222222222222", "333333333333"],
        "status": "New",
    },
    {"src_ip": "198.51.100.7"},
]
# The built-in actions know the search's time range and drilldowns; a script is not told them.
ONLY_BUILT_IN = {"orig_time", "info_min_time", "info_max_time", "info_search_time", "drilldown_searches"}


def script() -> Any:
    spec = importlib.util.spec_from_file_location("es_events", BIN / "es_events.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("action", ["notable", "risk"])
def test_both_write_the_same_events(action: str) -> None:
    settings = App.at(ROOT).saved_search(SEARCH).settings
    by_script = [json.loads(json.dumps(made)) for made in getattr(script(), f"{action}_events")(settings, ROWS)]
    saved = SavedSearch(SEARCH, Value(settings["search"]), settings)
    firing = Firing(SEARCH, "app", settings, Job("sid", Query("search x")), ROWS)
    built_in = [json.loads(event(firing, action, item).raw) for item in WRITERS[action](saved, ROWS)]
    for made in built_in:
        assert (made.pop("search_name"), made.pop("orig_sid")) == (SEARCH, "sid")
    assert by_script == [{k: v for k, v in made.items() if k not in ONLY_BUILT_IN} for made in built_in]
    assert len(by_script) == 3


def calls_back(python: str, home: Path, url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What an alert script's request to splunkd gives, with the environment in which splunkd starts it."""
    payload = {"session_key": "x", "server_uri": url}
    ask = f"import splunkd; print(splunkd.call({payload!r}, '/services/server/info'))"
    about = {"PATH": os.environ["PATH"], "SPLUNK_HOME": str(home), **environment}
    return subprocess.run([python, "-c", ask], cwd=BIN, env=about, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("version", SPLUNK_PYTHONS)
def test_they_reach_a_splunkd_with_the_certificate_that_it_made_for_itself(version: str, tmp_path: Path) -> None:
    python = python_or_skip(version)
    (auth := tmp_path / "etc" / "auth").mkdir(parents=True)
    with answering(like_splunks(auth).context()) as url:
        absent = calls_back(python, tmp_path, url, SSL_CERT_FILE=str(tmp_path / "openssl" / "cert.pem"))
        assert '"Success"' in absent.stdout, absent.stderr
        (other := tmp_path / "other").mkdir()
        unrelated = calls_back(python, tmp_path, url, SSL_CERT_FILE=str(like_splunks(other).authority))
        assert '"Success"' in unrelated.stdout, unrelated.stderr


def test_they_trust_no_other_splunkd(tmp_path: Path) -> None:
    (auth := tmp_path / "etc" / "auth").mkdir(parents=True)
    like_splunks(auth)
    (other := tmp_path / "other").mkdir()
    with answering(like_splunks(other).context()) as url:
        assert "CERTIFICATE_VERIFY_FAILED" in calls_back(python_or_skip("3.9"), tmp_path, url).stderr

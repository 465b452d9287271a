"""Splunk's contentctl tests our detection on the embedded splunkd, as it would on a real one.

`contentctl test_servers` makes an index, sets a role, makes an HEC input with acknowledgement, replays the
detection's attack data through /raw, runs the search until it has rows, checks the risk fields in them, and
deletes the data. Its integration tests want Enterprise Security and refuse to run without.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from tests.package.checkers import checker, run
from tests.package.test_contentctl import lay_out
from tests.serve.embedded import Endpoint, embedded

CIM = Path(__file__).parent / "apps" / "Splunk_SA_CIM"


def test_servers(endpoint: Endpoint, folder: Path, *options: str):
    ports = [str(urlsplit(url).port) for url in (endpoint.hec, endpoint.rest)]
    server = ",".join(["127.0.0.1", "admin", endpoint.password, "8000", *ports])
    always = (
        "--no-enrichments",
        "--post-test-behavior",
        "never_pause",
        "--disable-tqdm",
        "--server-info",
        server,
    )
    return run(checker("contentctl", "contentctl"), "test_servers", *always, *options, "mode:all", cwd=folder)


test_servers.__test__ = False  # contentctl's name for the verb


@pytest.fixture
def content(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    return lay_out(tmp_path / "content")


@pytest.mark.slow
def test_our_detection_passes(tmp_path: Path, content: Path) -> None:
    with embedded(tmp_path, with_apps=[CIM]) as (endpoint, _):
        done = test_servers(endpoint, content)
        left = endpoint.search("| tstats count where index=contentctl_testing_index")
    summary = yaml.safe_load((content / "test_results" / "summary.yml").read_text())["summary"]
    assert summary["success"], done.stdout
    assert (summary["total_pass"], summary["total_fail"]) == (4, 0)
    assert left == [{"count": "0"}]


@pytest.mark.slow
def test_integration_tests_stop_for_want_of_enterprise_security(tmp_path: Path, content: Path) -> None:
    with embedded(tmp_path, with_apps=[CIM]) as (endpoint, _):
        done = test_servers(endpoint, content, "--enable-integration-testing")
    assert "Enterprise Security does not appear to be installed" in done.stdout + done.stderr

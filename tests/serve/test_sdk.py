"""splunk-sdk's own client and results readers, as any script would use them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from splunklib import client, results
from splunklib.binding import AuthenticationError, HTTPError

from tests.serve.embedded import APP, SEARCH, Endpoint, embedded

RECORD = {
    "eventVersion": "1.08",
    "userIdentity": {"accountId": "111111111111", "invokedBy": "s3.amazonaws.com", "type": "AWSService"},
    "eventTime": "2026-03-02T09:15:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "JobCreated",
    "awsRegion": "us-west-2",
    "sourceIPAddress": "s3.amazonaws.com",
    "userAgent": "s3.amazonaws.com",
    "recipientAccountId": "111111111111",
    "serviceEventDetails": {
        "jobArn": "arn:aws:s3:us-west-2:111111111111:job/78711824-aea1-5dc5-979b-dc6003f82b67",
        "status": "New",
    },
}
FILTER = "aws_exfiltration_via_batch_service_filter"


def connect(endpoint: Endpoint, **options: Any) -> client.Service:
    port = urlsplit(endpoint.rest).port
    login = {"username": "admin", "password": endpoint.password}
    return client.connect(host="127.0.0.1", port=port, verify=True, context=endpoint.context, **{**login, **options})


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with embedded(tmp_path_factory.mktemp("sdk")) as (found, _):
        envelope = {
            "event": json.dumps(RECORD),
            "sourcetype": "aws:cloudtrail",
            "time": 1772442900,
            "host": "trail",
        }
        assert found.send(json.dumps(envelope)).status == 200
        yield found


@pytest.fixture
def service(endpoint: Endpoint) -> client.Service:
    return connect(endpoint, owner="nobody", app=APP)


def rows(stream: Any) -> list[Any]:
    return list(results.JSONResultsReader(stream))


def test_wrong_password(endpoint: Endpoint) -> None:
    with pytest.raises(AuthenticationError):
        connect(endpoint, password="wrong-password")


def test_server_info_and_apps(service: client.Service) -> None:
    assert service.splunk_version >= (10, 0)
    assert service.apps[APP]["version"]
    assert "SplunkEnterpriseSecuritySuite" not in service.apps
    assert not service.restart_required


NAMESPACES = [
    {},
    {"owner": "-", "app": "-"},
    {"owner": "admin", "app": APP},
    {"owner": "nobody", "app": "search"},
]


@pytest.mark.parametrize("namespace", NAMESPACES, ids=str)
def test_every_namespace_reads_what_the_app_exports(endpoint: Endpoint, namespace: dict[str, str]) -> None:
    connected = connect(endpoint, **namespace)
    assert SEARCH in {saved.name for saved in connected.saved_searches.list()}
    assert connected.macros["cloudtrail"].definition == "sourcetype=aws:cloudtrail"
    found = connected.jobs.oneshot("search `cloudtrail` host=trail | stats count", output_mode="json")
    assert rows(found) == [{"count": "1"}]


def test_private_objects_are_refused_and_not_pretended(endpoint: Endpoint) -> None:
    with pytest.raises(HTTPError, match="owner 'nobody'") as caught:
        connect(endpoint, owner="admin", app=APP).macros.create("mine", "search x")
    assert caught.value.status == 400


def test_a_wildcard_namespace_does_not_dispatch(endpoint: Endpoint) -> None:
    reply = endpoint.call(f"/servicesNS/-/-/saved/searches/{SEARCH.replace(' ', '+')}/dispatch", {})
    assert reply.status == 400


def test_oneshot(service: client.Service) -> None:
    found = service.jobs.oneshot("search host=trail | stats count by eventName", output_mode="json")
    assert rows(found) == [{"eventName": "JobCreated", "count": "1"}]


def test_blocking_job(service: client.Service) -> None:
    job = service.jobs.create("search host=trail | table eventName", exec_mode="blocking")
    assert (job["resultCount"], job["isFailed"], job["dispatchState"]) == ("1", "0", "DONE")
    assert rows(job.results(output_mode="json", count=0)) == [{"eventName": "JobCreated"}]
    assert rows(job.preview(output_mode="json")) == [{"eventName": "JobCreated"}]


def test_normal_job_is_polled(service: client.Service) -> None:
    job = service.search("search host=trail | stats count")
    deadline = time.monotonic() + 20
    while not job.is_done() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert rows(job.results(output_mode="json")) == [{"count": "1"}]
    assert job.sid in {known.sid for known in service.jobs.list()}
    job.cancel()
    assert job.sid not in {known.sid for known in service.jobs.list()}


def test_results_are_paged(service: client.Service) -> None:
    spl = '| makeresults | eval n=split("a,b,c,d,e",",") | mvexpand n | table n'
    job = service.jobs.create(spl, exec_mode="blocking")
    pages = [rows(job.results(output_mode="json", count=2, offset=offset)) for offset in (0, 2, 4, 6)]
    assert [[row["n"] for row in page] for page in pages] == [["a", "b"], ["c", "d"], ["e"], []]


def test_export(service: client.Service) -> None:
    assert rows(service.jobs.export("search host=trail | stats count", output_mode="json")) == [{"count": "1"}]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_xml_results(service: client.Service) -> None:
    """The reader of the SDK's older scripts; a multivalue field has several values."""
    found = service.jobs.oneshot('| makeresults | eval m=split("<a>;&b",";"), s="x" | table m s')
    assert [dict(row) for row in results.ResultsReader(found)] == [{"m": ["<a>", "&b"], "s": "x"}]


def test_a_failing_search_says_why(service: client.Service) -> None:
    with pytest.raises(HTTPError, match="unknown command 'frobnicate'") as caught:
        service.jobs.create("search * | frobnicate")
    assert caught.value.status == 400


def test_saved_search_runs_by_its_name_with_its_actions(service: client.Service) -> None:
    saved = service.saved_searches[SEARCH]
    assert saved["search"].startswith("`cloudtrail` eventName = JobCreated")
    assert saved["disabled"] == "1"
    saved.enable()
    times = {"dispatch.earliest_time": "0", "dispatch.latest_time": "now"}
    arrived = {"dispatch.index_earliest": "0", "dispatch.index_latest": "now"}  # only just now
    job = saved.dispatch(trigger_actions=True, **times, **arrived)
    while not job.is_done():
        time.sleep(0.05)
    (row,) = rows(job.results(output_mode="json"))
    assert (row["aws_account_id"], row["job_id"]) == ("111111111111", "78711824-aea1-5dc5-979b-dc6003f82b67")
    for index, field in (("risk", "risk_object"), ("notable", "entity")):
        found = rows(service.jobs.oneshot(f'search index={index} orig_sid="{job.sid}"', output_mode="json"))
        assert [event[field] for event in found] == ["111111111111"]
        assert found[0]["search_name"] == SEARCH
        assert found[0]["annotations.mitre_attack{}"] == ["T1119", "T1537"]
    assert job.sid in {known.sid for known in saved.history()}
    saved.disable()


def test_the_filter_macro_is_edited_and_reverted(service: client.Service, endpoint: Endpoint) -> None:
    macro = service.macros[FILTER]
    assert macro.definition == "search *"
    macro.update(definition='search NOT aws_account_id="111111111111"')
    assert service.macros[FILTER].definition == 'search NOT aws_account_id="111111111111"'
    assert service.confs["macros"][FILTER]["definition"] == 'search NOT aws_account_id="111111111111"'
    found = service.jobs.oneshot(f'| savedsearch "{SEARCH}"', output_mode="json", earliest_time="0")
    assert rows(found) == []
    service.macros[FILTER].delete()
    assert service.macros[FILTER].definition == "search *"


def test_macro_with_arguments_is_created(service: client.Service, endpoint: Endpoint) -> None:
    service.macros.create("twice(1)", "eval out=2*$x$", args="x")
    assert service.macros["twice(1)"].args == "x"
    assert rows(service.jobs.oneshot("| makeresults | `twice(4)` | table out", output_mode="json")) == [{"out": "8"}]
    assert "[twice(1)]" in local_file(endpoint, "macros").read_text()


def local_file(endpoint: Endpoint, conf: str) -> Path:
    return Path(endpoint.cafile).parents[2] / APP / "local" / f"{conf}.conf"


def test_confs_lookups_and_commands(service: client.Service, endpoint: Endpoint) -> None:
    assert service.confs["commands"]["enrichjobarn"]["chunked"] == "true"
    assert "no_such_conf" not in service.confs
    with pytest.raises(KeyError):
        service.confs["macros"]["no_such_stanza"]
    table = local_file(endpoint, "macros").parents[1] / "lookups" / "sites.csv"
    table.parent.mkdir()
    table.write_text("code,name\n1,one\n")
    (entry,) = json.loads(service.get(f"data/lookup-table-files/{table.name}", output_mode="json").body.read())["entry"]
    assert entry["acl"]["app"] == APP


def test_indexes_and_inputs(service: client.Service) -> None:
    service.indexes.create("replay_here")
    assert "replay_here" in {index.name for index in service.indexes.list()}
    with pytest.raises(HTTPError, match="already exists"):
        service.indexes.create("replay_here")
    made = service.inputs.create(name="from_sdk", kind="http", index="replay_here")
    assert service.input("/servicesNS/nobody/splunk_httpinput/data/inputs/http/http:%2F%2Ffrom_sdk").token == made.token


def test_events_are_deleted_by_search(service: client.Service, endpoint: Endpoint) -> None:
    endpoint.send('{"event":"gone","host":"doomed"}{"event":"stays","host":"spared"}')
    service.jobs.create("search index=main host=doomed | delete", exec_mode="blocking")
    found = service.jobs.oneshot("| tstats count where host IN (doomed, spared) by host", output_mode="json")
    assert rows(found) == [{"host": "spared", "count": "1"}]

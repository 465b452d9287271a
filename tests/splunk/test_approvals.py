"""Approvals in a whole Splunk: approve and the finding goes, let it end and it comes, stop the store and it comes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from splunklib.binding import HTTPError
from splunklib.client import Job, Service

from tests.splunk.target import APP, Target, dispatch, job_rows, rows, until
from tests.splunk.test_datasets import DATASETS, replayed

COLLECTION = "s3_batch_approvals"
JOB = "arn:aws:s3:us-west-2:111111111111:job/e6a4ea56-b692-5f21-8889-196bf9fd66e8"
AT = 1_772_442_900  # 2026-03-02T09:15:00Z, when the job of one_job was created
SCOPE = {"account": "111111111111", "region": "us-west-2"}
Run = Callable[[], Job]


@pytest.fixture
def run(target: Target, service: Service) -> Iterator[Run]:
    """Dispatches the search over one job; the collection is empty before and after."""
    _, dataset = DATASETS["one_job"]
    _data(service).delete()
    with replayed(target, service, dataset) as (earliest, latest):
        yield lambda: dispatch(service, earliest, latest)
    _data(service).delete()


def _data(service: Service) -> Any:
    return service.kvstore[COLLECTION].data


def approve(service: Service, **named: Any) -> None:
    made = {**SCOPE, "reason": "CHG-1", "approved_by": "bob", "created": AT, "expires": AT + 60, "_key": "one", **named}
    _data(service).batch_save(made)


def test_a_finding_goes_when_its_job_is_approved_and_comes_when_the_approval_has_ended(service: Service, run: Run):
    [before] = job_rows(run())
    assert before["approval_state"] == "none"
    approve(service)
    assert job_rows(run()) == []
    approve(service, expires=AT)
    [late] = job_rows(run())
    assert (late["approval_state"], late["approval_expires"]) == ("expired", "2026-03-02T09:15:00Z")
    assert late["finding_summary"] == "new job in account 111111111111, approval expired"
    approve(service, revoked=AT + 1)
    [revoked] = job_rows(run())
    assert (revoked["approval_state"], revoked["approval_reason"], revoked["approved_by"]) == (
        "revoked",
        "CHG-1",
        "bob",
    )
    approve(service, region="eu-*")
    [elsewhere] = job_rows(run())
    assert elsewhere["approval_state"] == "none"


def test_the_finding_comes_with_a_warning_while_the_store_is_down(target: Target, service: Service, run: Run):
    if target.kind != "splreplay":
        pytest.skip("a real KV store stops only with a restart of Splunk")
    approve(service)
    assert job_rows(run()) == []
    with down(service):
        job = run()
        [row] = job_rows(job)
    assert row["approval_state"] == "none"
    assert "KV Store initialization has failed" in json.dumps(job.content["messages"])
    found = until(
        lambda: rows(service, f'search index=notable orig_sid="{job.sid}"', earliest_time="0"), bool, "a finding"
    )
    assert [event["entity"] for event in found] == ["111111111111"]
    assert job_rows(run()) == []


@contextmanager
def down(service: Service) -> Iterator[None]:
    """The embedded server heeds Splunk's own switch at once."""
    path = "/servicesNS/nobody/system/configs/conf-server"
    try:
        service.post(path, name="kvstore", disabled="1")
    except HTTPError:
        service.post(f"{path}/kvstore", disabled="1")
    try:
        yield
    finally:
        service.post(f"{path}/kvstore", disabled="0")


def act(service: Service, action: str, run: Run, **parameters: str) -> Job:
    """Run the detection with a response action on it, as a finding's menu would run that."""
    saved = service.saved_searches[DATASETS["one_job"][0]]
    given = {f"action.{action}.param.{name}": value for name, value in parameters.items()}
    saved.update(**{f"action.{action}": "1", "alert.digest_mode": "1", **given})
    try:
        return run()
    finally:
        saved.update(**{f"action.{action}": "0", "alert.digest_mode": "0"})


def test_a_job_is_approved_and_revoked_from_its_finding(target: Target, service: Service, run: Run):
    if target.kind != "splreplay":
        pytest.skip("a real Splunk runs the search's actions after the job is done")
    given = {"until": "2d", "reason": '  it\'s "ours"\n* '}
    act(service, "approve_s3_batch_job", run, **given)
    [first] = _data(service).query()
    _data(service).update(first["_key"], json.dumps({**first, "expires": AT}))  # ended: the job is found again
    job = act(service, "approve_s3_batch_job", run, **given)
    [approval] = _data(service).query()
    assert (approval["_key"], approval["job"], approval["account"]) == (first["_key"], JOB, "111111111111")
    assert approval["reason"] == 'it\'s "ours" *'
    assert abs(approval["expires"] - time.time() - 2 * 86400) < 120
    assert job_rows(run()) == []
    [noted] = notes(service, job)
    assert (noted["approval"], noted["approval_key"], noted["reason"]) == (
        "approved",
        first["_key"],
        approval["reason"],
    )
    with kept_out_of_the_way(service):
        revoking = act(service, "revoke_s3_batch_approval", run)
    [revoked] = _data(service).query()
    assert (bool(revoked["revoked"]), revoked["reason"], revoked["job"]) == (True, approval["reason"], JOB)
    assert notes(service, revoking)[0]["approval"] == "revoked"
    [row] = job_rows(run())
    assert row["approval_state"] == "revoked"


def notes(service: Service, job: Job) -> list[Mapping[str, Any]]:
    spl = f'search index=main sourcetype=s3_batch_approval orig_sid="{job.sid}"'
    return until(lambda: rows(service, spl, earliest_time="0"), bool, "a note of what was done")


@contextmanager
def kept_out_of_the_way(service: Service) -> Iterator[None]:
    """A finding that was made before its job was approved: nothing is dropped."""
    macro = service.macros["aws_exfiltration_via_batch_service_approved"]
    before = macro.definition
    macro.update(definition="search *")
    try:
        yield
    finally:
        macro.update(definition=before)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"until": "2d"}, "an approval needs a reason"),
        pytest.param({"until": "", "reason": "x"}, "until is no time", marks=pytest.mark.slow),
        pytest.param({"until": "2020-01-01", "reason": "x"}, "lies in the past", marks=pytest.mark.slow),
        pytest.param({"until": "9999d", "reason": "x"}, "more than 366 days", marks=pytest.mark.slow),
        pytest.param({"until": "2d", "reason": "x", "scope": "role"}, "names no role", marks=pytest.mark.slow),
        pytest.param({"until": "2d", "reason": "x", "scope": "everything"}, "scope is one of", marks=pytest.mark.slow),
    ],
)
def test_what_cannot_be_approved_is_refused_and_writes_nothing(target, service, run, parameters, says):
    if target.kind != "splreplay":
        pytest.skip("a real Splunk says it in splunkd.log")
    job = act(service, "approve_s3_batch_job", run, **{"scope": "job", "reason": "", **parameters})
    assert says in json.dumps(job.content["messages"])
    assert _data(service).query() == []


def test_the_collection_is_the_apps_and_its_lookup_reads_it(service: Service):
    assert service.kvstore[COLLECTION].access["app"] == APP
    approve(service)
    [row] = rows(service, f"| inputlookup {COLLECTION} | eval key=_key | table key account expires")
    assert row == {"key": "one", "account": "111111111111", "expires": str(AT + 60)}
    _data(service).delete()

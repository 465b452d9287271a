"""Index time through REST: of a search job, of a saved search and its dispatch, and a schedule's slices of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from splreplay.serve.state.store import StoredEvent
from tests.schedule.scheduler import BEGIN, DAY, HOUR, MINUTE, shipped
from tests.serve.embedded import APP, Endpoint, embedded

NAMESPACE = f"/servicesNS/nobody/{APP}/saved/searches"
RISK = {
    "action.risk": "1",
    "action.risk.param._risk": '[{"risk_object_field":"s3_job","risk_object_type":"other","risk_score":64}]',
    "action.risk.param._risk_message": "$s3_job$",
}
DUE = BEGIN + DAY + 17 * MINUTE
# job: when it was made and when its record arrived, from when the first run is due
JOBS = {
    "on time": (-65 * MINUTE, -60 * MINUTE),
    "six days late": (-6 * DAY, -30 * MINUTE - 0.25),
    "in the next slice": (-9 * MINUTE, -5 * MINUTE),
    "not yet arrived": (-9 * MINUTE, 3 * HOUR),
    "too late for the event window": (-8 * DAY, -HOUR),
    "told long ago": (-5 * HOUR, -5 * HOUR),
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with embedded(tmp_path_factory.mktemp("index_time")) as (found, server):
        server.store.append([stored(job, DUE + made, DUE + arrived) for job, (made, arrived) in JOBS.items()])
        yield found


def stored(job: str, made: float, arrived: float) -> StoredEvent:
    raw = json.dumps({"eventName": "JobCreated", "s3_job": job})
    return StoredEvent("main", made, arrived, "aws", "trail", "aws:cloudtrail", raw)


def jobs(endpoint: Endpoint, spl: str, **form: str) -> set[str]:
    return {row["s3_job"] for row in endpoint.search(f"search index=main {spl} | table s3_job", **form)}


def test_what_a_search_sees_of_it(endpoint: Endpoint) -> None:
    (row,) = endpoint.search('search index=main s3_job="six days late" | eval t=_indextime | table t')
    assert row == {"t": str(DUE - 30 * MINUTE - 1)}
    (row,) = endpoint.search('search index=main s3_job="six days late"')
    assert row["_indextime"] == str(DUE - 30 * MINUTE - 1)


@pytest.mark.parametrize("inline", [True, False])
def test_a_slice_of_it(endpoint: Endpoint, inline: bool) -> None:
    begin, end = f"{DUE - 100 * MINUTE}", f"{DUE - 10 * MINUTE}"
    found = (
        jobs(endpoint, f"_index_earliest={begin} _index_latest={end}")
        if inline
        else jobs(endpoint, "", index_earliest=begin, index_latest=end)
    )
    assert found == {"on time", "six days late", "too late for the event window"}


def test_relative_bounds_count_from_now(endpoint: Endpoint) -> None:
    found = jobs(endpoint, "", index_earliest="-100m@m", index_latest="-10m@m", earliest_time="-7d@m", now=str(DUE))
    assert found == {"on time", "six days late"}
    assert jobs(endpoint, "_index_latest=-10m@m", index_earliest="-100m@m", earliest_time="-7d", now=str(DUE)) == found
    assert jobs(endpoint, "", index_earliest="-1h") == set()


@pytest.mark.parametrize("name", ["index_earliest", "index_latest", "now"])
def test_a_bound_that_is_no_time_is_refused(endpoint: Endpoint, name: str) -> None:
    reply = endpoint.call("/services/search/jobs", {"search": "search *", name: "tomorrowish"})
    assert reply.status == 400
    assert "'tomorrowish' is no time" in reply.json["messages"][0]["text"]


def dispatched(endpoint: Endpoint, name: str, **form: str) -> list[str]:
    """The risk events that one dispatch wrote."""
    form = {"trigger_actions": "1", **form}
    sid = endpoint.call(f"{NAMESPACE}/{name}/dispatch", form).json["sid"]
    while not (job := endpoint.call(f"/services/search/jobs/{sid}").json["entry"][0]["content"])["isDone"]:
        time.sleep(0.05)
    assert (job["isFailed"], job["messages"]) == (False, [])
    return sorted(row["risk_message"] for row in endpoint.search(f'search index=risk orig_sid="{sid}"'))


def test_the_shipped_schedule(endpoint: Endpoint) -> None:
    """Three runs, the second of them late: each job is told once, by the first run that can see it."""
    spl = "search index=main eventName=JobCreated | stats count by s3_job"
    slices = {key: value for key, value in shipped().items() if key.startswith(("dispatch.", "alert."))}
    made = endpoint.call(NAMESPACE, {"name": "slices", "search": spl, "counttype": "always", **slices, **RISK})
    assert made.status == 200, made.body
    runs = [DUE, DUE + HOUR + 20 * MINUTE, DUE + 2 * HOUR]
    found = [dispatched(endpoint, "slices", **{"dispatch.now": str(run)}) for run in runs]
    assert found == [["on time", "six days late"], ["in the next slice"], []]
    assert dispatched(endpoint, "slices", **{"dispatch.now": "1"}) == []


def test_a_dispatch_may_search_all_of_it(endpoint: Endpoint) -> None:
    form = {"name": "all", "search": "index=main | table s3_job", "dispatch.index_earliest": "-1h", **RISK}
    assert endpoint.call(NAMESPACE, form).status == 200
    assert dispatched(endpoint, "all") == []
    assert dispatched(endpoint, "all", **{"dispatch.index_earliest": "0", "dispatch.index_latest": "now"}) == sorted(
        JOBS
    )

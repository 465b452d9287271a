"""Each dataset through a whole Splunk: HEC, index, the saved search by name, finding and risk event."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from splunklib.client import Service

from splreplay.content.sidecar import Case, Expect, Finding
from splreplay.replay.collector import Record
from splreplay.spl.times import event_time
from tests import sidecars, traffic
from tests.sidecars import FILTER
from tests.splunk.target import Target, dispatch, job_rows, macro, rows, until, wait_for_count

DATASETS = {case.name: (search, case) for search, case in sidecars.everything()}
SOURCE = "cloudtrail"
DAY = 86400.0
STORY = "Data Exfiltration"


def named(with_addon: bool) -> list[Any]:
    found = [case for _, case in DATASETS.values() if sidecars.has_addon(case) is with_addon]
    return [pytest.param(case.name, marks=[] if sidecars.is_quick(case) else pytest.mark.slow) for case in found]


@pytest.mark.parametrize("name", named(with_addon=True))
def test_dataset(target: Target, service: Service, name: str) -> None:
    check(target, service, *DATASETS[name])


@pytest.mark.parametrize("name", named(with_addon=False))
def test_dataset_without_the_add_on(bare_service: tuple[Target, Service], name: str) -> None:
    check(*bare_service, *DATASETS[name])


def test_a_finding_goes_when_the_filter_is_edited(target: Target, service: Service) -> None:
    """One run: first it is found, then the job is approved over REST and it is not, then it is again."""
    _, dataset = DATASETS["one_job"]
    (finding,) = dataset.expect.findings
    approved = f'search NOT job_id="{finding.fields["job_id"]}"'
    with replayed(target, service, dataset) as (earliest, latest):
        assert len(job_rows(dispatch(service, earliest, latest))) == 1
        with macro(service, FILTER, approved):
            assert job_rows(dispatch(service, earliest, latest)) == []
        assert len(job_rows(dispatch(service, earliest, latest))) == 1


def check(target: Target, service: Service, search: str, dataset: Case) -> None:
    if dataset.name in sidecars.WITH_ARCHIVE and not traffic.ARCHIVE.is_dir():
        pytest.skip("the real CloudTrail files are not at hand")
    with replayed(target, service, dataset) as (earliest, latest), macro(service, FILTER, dataset.macros.get(FILTER)):
        job = dispatch(service, earliest, latest, search)
    found = job_rows(job)
    if dataset.expect.rows is not None:
        check_risk(service, job.sid, search, dataset.expect, found)
        return
    findings = dataset.expect.findings or ()
    assert len(found) == len(findings), f"{dataset.why}\n{json.dumps(found, indent=1)}"
    for finding in findings:
        assert any(agrees(row, finding.fields_on(target.kind)) for row in found), (finding, found)
    check_events(service, job.sid, search, "notable", findings)
    check_events(service, job.sid, search, "risk", findings)


@contextmanager
def replayed(target: Target, service: Service, dataset: Case) -> Iterator[tuple[float, float]]:
    """The dataset in the index, the source macro narrowed to it; gives the time range to search."""
    run = str(uuid.uuid4())
    records = [Record(line, event_time(json.loads(line))) for line in sidecars.lines(dataset)]
    assert target.send(records, run, dataset.data[0].sourcetype) == len(records)
    wait_for_count(service, run, len(records))
    before = service.macros[SOURCE].definition
    with macro(service, SOURCE, f'{before} host="{run}"'):
        yield bounds(dataset, records)


def bounds(dataset: Case, records: list[Record]) -> tuple[float, float]:
    if found := sidecars.window(dataset):
        return found
    times = [record.time for record in records if record.time is not None]
    return min(times) - DAY, max(times) + DAY


def agrees(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """A field that must be null is absent or empty."""
    return all((row.get(name) or None) == value for name, value in wanted.items())


def check_risk(service: Service, sid: str, search: str, expect: Expect, found: list[dict[str, Any]]) -> None:
    """An analytic that adds risk: as many rows and risk events, and no finding."""
    assert len(found) == expect.rows
    assert any(agrees(row, expect.row or {}) for row in found), found
    assert {event["search_name"] for event in events(service, sid, "risk", len(found))} == {search}
    assert events(service, sid, "notable", 0) == []


def events(service: Service, sid: str, index: str, count: int) -> list[dict[str, Any]]:
    spl = f'search index={index} orig_sid="{sid}"'
    return until(
        lambda: rows(service, spl, earliest_time="0"),
        lambda found: len(found) >= count,
        f"{count} events in index={index} of {sid}",
    )


def check_events(service: Service, sid: str, search: str, index: str, findings: tuple[Finding, ...]) -> None:
    """As many as there are findings, with their entities, scores, messages and annotations."""
    found = events(service, sid, index, len(findings))
    entity = {"notable": "entity", "risk": "risk_object"}[index]
    seen = sorted((event[entity], event["risk_score"], event["risk_message"]) for event in found)
    assert seen == sorted((finding.entity, str(finding.risk_score), finding.message) for finding in findings)
    for event in found:
        # A list of several values is an array where the event is JSON, and its field then ends in {}.
        techniques = event.get("annotations.mitre_attack", event.get("annotations.mitre_attack{}"))
        assert "T1537" in (techniques if isinstance(techniques, list) else [techniques])
        assert (event["analyticstories"], event["search_name"]) == (STORY, search)

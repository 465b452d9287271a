"""Each public CloudTrail search finds the records written to trigger it, and not the near miss.

A near miss is the same records with one thing changed, which its case names.

The searches are Splunk's (ESCU) and are read where they lie; only our records and our words are kept here, as sidecars
of their detections: `splreplay test <their folder> --tests tests/searches` runs them too.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest

import splreplay
from splreplay.content.sidecar import FEWER, Case, Sidecar, read_sidecar
from splreplay.knowledge.app import load_app
from splreplay.scan.files import FileSource
from splreplay.verdicts.expectations import differences, within
from tests.parts import ARCHIVE, SEARCHES, SHARED

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ADDON = ROOT / "splreplay" / "addons" / "aws_cloudtrail"
CORPUS = SHARED / SEARCHES
OUTSIDE = re.compile(r"\|\s*(anomalydetection|apply|iplocation)\b")
# Rows over the real files, counted in plain Python from each search's own words; all others give none.
REAL_FINDINGS = {
    "AWS AMI Attribute Modification for Exfiltration": 1,
    "AWS Concurrent Sessions From Different Ips": 15,
    "AWS CreateAccessKey": 2,
    "AWS CreateLoginProfile": 1,
    "AWS Credential Access GetPasswordData": 1,
    "AWS Defense Evasion Delete CloudWatch Log Group": 1,
    "AWS Defense Evasion Delete Cloudtrail": 1,
    "AWS Defense Evasion PutBucketLifecycle": 1,
    "AWS EC2 Snapshot Shared Externally": 1,
    "AWS Excessive Security Scanning": 1,
    "AWS Exfiltration via EC2 Snapshot": 1,
    "AWS Lambda UpdateFunctionCode": 2,
    "AWS Successful Single-Factor Authentication": 1,
    "aws detect sts assume role abuse": 76,
}
LOOKUP = re.compile(r"\|\s*(?:inputlookup|outputlookup)\s+(?:append=t\s+)?(\w+(?:\.csv)?)")
SIDECARS = [read_sidecar(path) for path in sorted(HERE.glob("*.yml"))]

needs_corpus = pytest.mark.corpus(SEARCHES)
needs_archive = pytest.mark.corpus(ARCHIVE)
each_case = pytest.mark.parametrize("sidecar", SIDECARS, ids=[sidecar.detection for sidecar in SIDECARS])


@functools.cache
def corpus() -> dict[str, dict[str, Any]]:
    return {search["name"]: search for search in json.loads(CORPUS.read_text())} if CORPUS.exists() else {}


LIVE = sorted(name for name, search in corpus().items() if not search["deprecated"])


def named(sidecar: Sidecar, name: str) -> Case:
    case = sidecar.case(name)
    assert case is not None
    return case


def records_of(case: Case) -> list[dict[str, Any]]:
    return [record for data in case.data for record in records(case.base / data.data)]


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="session")
def macros(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An app that has the macros of all searches, and nothing else."""
    app = tmp_path_factory.mktemp("escu")
    stanzas = {name: macro for search in corpus().values() for name, macro in search["macros"].items()}
    (app / "default").mkdir()
    (app / "default" / "macros.conf").write_text("\n".join(map(_stanza, stanzas, stanzas.values())))
    return app


def _stanza(name: str, macro: dict[str, Any]) -> str:
    arguments = macro["arguments"]
    head = f"[{name}({len(arguments)})]\nargs = {', '.join(arguments)}" if arguments else f"[{name}]"
    return f"{head}\ndefinition = {macro['definition']}\n"


def run(name: str, events: list[dict[str, Any]], macros: Path, lookups: Any = None) -> list[dict[str, Any]]:
    spl = corpus()[name]["search"]
    return splreplay.query(spl, events, lookups=lookups, app=macros, addon=ADDON)


@needs_corpus
@each_case
def test_fires(sidecar: Sidecar, macros: Path) -> None:
    case = named(sidecar, "fires")
    rows = run(sidecar.detection, records_of(case), macros, case.lookups)
    assert len(rows) == case.expect.rows, rows
    expected = case.expect.row
    assert expected
    assert expected in [{field: row.get(field) for field in expected} for row in rows]


@needs_corpus
@each_case
def test_near_miss_stays_silent(sidecar: Sidecar, macros: Path) -> None:
    case = named(sidecar, "near miss")
    assert not case.expect.fires
    assert run(sidecar.detection, records_of(case), macros, case.lookups) == []


@needs_corpus
@pytest.mark.parametrize(
    "sidecar", [found for found in SIDECARS if found.case("also fires")], ids=lambda found: found.detection
)
def test_also_fires_as_its_case_says(sidecar: Sidecar, macros: Path) -> None:
    case = named(sidecar, "also fires")
    assert case.why
    assert case.expect.fires
    assert run(sidecar.detection, records_of(case), macros)


@needs_corpus
@pytest.mark.parametrize("name", ["AWS CreateAccessKey", "AWS UpdateLoginProfile"])
def test_a_dotted_name_without_quotes_is_warned_of(name: str, macros: Path) -> None:
    source = FileSource([str(HERE / name.lower().replace(" ", "_") / "fires.ndjson")])
    found = splreplay.search(corpus()[name]["search"], source, app=load_app(macros), addon=load_app(ADDON))
    warnings = [message.text for message in found.messages if message.level == "warn"]
    assert any("write 'userIdentity.userName' in single quotes" in text for text in warnings), warnings


@needs_corpus
@each_case
def test_fires_among_the_records_of_all_cases(sidecar: Sidecar, macros: Path) -> None:
    case = named(sidecar, "fires")
    everything = [record for other in SIDECARS for record in records_of(named(other, "fires"))]
    rows = run(sidecar.detection, everything, macros, case.lookups)
    assert len(rows) >= (case.expect.rows or 1)


@each_case
def test_near_miss_changes_what_the_case_says_and_nothing_else(sidecar: Sidecar) -> None:
    case = named(sidecar, "near miss")
    before, after = records_of(named(sidecar, "fires")), records_of(case)
    changed = case.changed
    assert changed
    if changed == FEWER:
        assert after == before[:-1]
        return
    assert len(after) == len(before)
    found = {path for old, new in zip(before, after, strict=True) for path in differences(old, new)}
    assert {path for path in found if not any(within(path, name) for name in changed)} == set()
    assert {name for name in changed if not any(within(path, name) for path in found)} == set()


@each_case
def test_sidecar_is_named_after_its_detection(sidecar: Sidecar) -> None:
    assert Path(sidecar.file).stem == re.sub(r"[^a-z0-9]+", "_", sidecar.detection.lower()).strip("_")


@needs_corpus
def test_every_live_search_has_a_case_or_needs_a_model() -> None:
    covered = {sidecar.detection for sidecar in SIDECARS}
    assert covered <= set(LIVE)
    assert {name for name in LIVE if name not in covered} == {name for name in LIVE if _outside(name)}


@needs_corpus
@pytest.mark.parametrize("name", sorted(corpus()))
def test_each_of_all_searches_runs_or_is_refused_by_name(name: str, macros: Path) -> None:
    lookups = {lookup: [] for lookup in LOOKUP.findall(corpus()[name]["search"])}
    events = records(HERE / "aws_createaccesskey" / "fires.ndjson")
    refused = _outside(name)
    if not refused:
        run(name, events, macros, lookups)
        return
    with pytest.raises(splreplay.SplError, match=refused):
        run(name, events, macros, lookups)


def _outside(name: str) -> str | None:
    """The command of a search that needs a model or a database from outside."""
    found = OUTSIDE.search(corpus()[name]["search"])
    return found.group(1) if found else None


@needs_corpus
@needs_archive
@pytest.mark.parametrize("name", [name for name in LIVE if not _outside(name)])
def test_each_live_search_runs_over_real_files(name: str, macros: Path) -> None:
    source = FileSource([str(path) for path in sorted((SHARED / ARCHIVE).glob("*.json.gz"))])
    found = splreplay.search(corpus()[name]["search"], source, app=load_app(macros), addon=load_app(ADDON),
                             lookups={"s3_deletion_baseline": []})  # fmt: skip
    assert len(found.rows) == REAL_FINDINGS.get(name, 0)
    assert not source.stats.malformed.count

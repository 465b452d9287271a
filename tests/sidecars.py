"""The cases of the shipped detections as `splreplay test` reads them, among the traffic that their words tell of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from splreplay.content.sidecar import NO_ADDON, Case, read_sidecar
from splreplay.spl.times import modifier
from tests import traffic

FOLDER = Path(__file__).parent
MAIN = "aws_exfiltration_via_batch_service"
FILTER = "aws_exfiltration_via_batch_service_filter"
TARGETS = ("splreplay", "splunk")
# Too much for a file, or not ours to give away: what is found must be the same with it and without.
AMONG: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "heavy_benign_traffic": lambda: traffic.benign_records(20000, seed=20260302),
    "within_real_traffic": traffic.archive_records,
}
WITH_ARCHIVE = {"within_real_traffic"}
# Of each kind of answer one, for `make test`. `make detections` asks for all, `make test-slow` for all in other ways.
QUICK = {
    "one_job", "several_accounts_and_regions", "unreadable_arn", "approved_job_beside_another", "failed_call",
    "replication_one_rule", "role_created", "first_job",
}  # fmt: skip


def load_all(detection: str = MAIN) -> list[Case]:
    return list(read_sidecar(FOLDER / f"{detection}.yml").cases)


def everything() -> list[tuple[str, Case]]:
    """Each case with the name of the saved search that it is about."""
    return [(search_of(path.stem), case) for path in sorted(FOLDER.glob("*.yml")) for case in load_all(path.stem)]


@cache
def search_of(detection: str) -> str:
    about = yaml.safe_load((FOLDER.parent / "detections" / f"{detection}.yml").read_text("utf-8"))
    return f"{about['tags']['security_domain'].title()} - {about['name']} - Rule"


def lines(case: Case) -> Iterator[str]:
    """Every record as one line of JSON, byte for byte as written, the made and the real traffic first."""
    yield from map(_line, AMONG.get(case.name, lambda: iter(()))())
    for data in case.data:
        yield from (case.base / data.data).read_text("utf-8").splitlines()


def has_addon(case: Case) -> bool:
    return case.addon != NO_ADDON


def is_quick(case: Case) -> bool:
    return case.name in QUICK or not has_addon(case)


def window(case: Case) -> tuple[float, float] | None:
    """The time range of the run: its first second is in it, its last is not."""
    if case.earliest is None or case.latest is None:
        return None
    return modifier(case.earliest, 0), modifier(case.latest, 0)


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, separators=(",", ":"))

"""The edits of the filter macro that README shows: each drops what it is for, and nothing beside it."""

from __future__ import annotations

import re

import pytest

import splreplay
from tests.app.shipped import ROOT

README = (ROOT / "README.md").read_text("utf-8")
EDITS = dict(re.findall(r"^\| ([\w ,:]+) \| `((?:search|where) .*)` \|$", README, re.MULTILINE))
APPROVED, KNOWN_JOB, MAINTENANCE = EDITS
KNOWN, OTHER = "bb54efd8-937d-4f0c-967d-aa8443998dac", "c7455f25-a690-4705-9b81-2cec88a22cab"
SUNDAY, MONDAY = "2026-03-01", "2026-03-02"
ROW = {
    "aws_account_id": "333333333333",
    "job_id": OTHER,
    "firstTime": f"{MONDAY}T12:00:00",
    "lastTime": f"{MONDAY}T12:00:00",
}


def window(first: str, last: str) -> dict[str, str]:
    return {"firstTime": first, "lastTime": last}


DROPPED = [
    (APPROVED, {"aws_account_id": "111111111111"}),
    (APPROVED, {"aws_account_id": "222222222222"}),
    (KNOWN_JOB, {"job_id": KNOWN}),
    (KNOWN_JOB, {"job_id": f"{KNOWN},{KNOWN}"}),
    (MAINTENANCE, window(f"{SUNDAY}T02:00:00", f"{SUNDAY}T04:59:59")),
]
KEPT = [
    (APPROVED, {}),
    (KNOWN_JOB, {}),
    (KNOWN_JOB, {"job_id": f"{KNOWN},{OTHER}"}),
    (KNOWN_JOB, {"job_id": None}),
    (MAINTENANCE, {}),
    (MAINTENANCE, window(f"{MONDAY}T02:00:00", f"{MONDAY}T04:59:59")),
    (MAINTENANCE, window(f"{SUNDAY}T01:59:59", f"{SUNDAY}T02:30:00")),
    (MAINTENANCE, window(f"{SUNDAY}T04:50:00", f"{SUNDAY}T05:00:00")),
]


def kept(edit: str, changes: dict) -> bool:
    row = {name: value for name, value in {**ROW, **changes}.items() if value is not None}
    spl = f"""search * | eval job_id=split(job_id, ",") | {EDITS[edit]}"""
    return len(splreplay.query(spl, [row])) == 1


@pytest.mark.parametrize(("edit", "changes"), DROPPED)
def test_an_edit_drops_what_it_is_for(edit, changes):
    assert not kept(edit, changes)


@pytest.mark.parametrize(("edit", "changes"), KEPT)
def test_an_edit_keeps_everything_else(edit, changes):
    assert kept(edit, changes)

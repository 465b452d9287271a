"""The edits of the filter macro that README and docs/app.md show: each drops what it is for, and nothing beside it."""

from __future__ import annotations

import re

import pytest

import splreplay
from tests.app.shipped import ROOT

DOCS = "\n".join((ROOT / page).read_text("utf-8") for page in ("README.md", "docs/app.md"))
EDITS = dict(re.findall(r"^\| ([\w ,:]+) \| `((?:search|where) .*)` \|$", DOCS, re.MULTILINE))
ACCOUNT, KNOWN_JOB, DAYS, WEEKLY = EDITS
KNOWN, OTHER = "bb54efd8-937d-4f0c-967d-aa8443998dac", "c7455f25-a690-4705-9b81-2cec88a22cab"
SUNDAY, MONDAY, NEXT_MONDAY = "2026-03-01", "2026-03-02", "2026-03-09"

# What README of 1.0 showed, which users have in their local/macros.conf.
OF_1_0 = {
    "1.0, account": "search NOT aws_account_id IN (111111111111, 222222222222)",
    "1.0, job": f'where isnull(job_id) OR isnotnull(mvfilter(job_id!="{KNOWN}"))',
    "1.0, weekly": (
        'where NOT (strftime(strptime(firstTime, "%Y-%m-%dT%H:%M:%S"), "%w")="0" '
        'AND match(firstTime, "T0[2-4]:") AND match(lastTime, "T0[2-4]:"))'
    ),
}
ALL = {**EDITS, **OF_1_0}
ROW = {
    "aws_account_id": "333333333333",
    "job_id": OTHER,
    "firstTime": f"{MONDAY}T12:00:00",
    "lastTime": f"{MONDAY}T12:00:00",
}


def at(first: str, last: str = "") -> dict[str, str]:
    return {"firstTime": first, "lastTime": last or first}


ACCOUNTS, JOBS, WEEKLIES = (ACCOUNT, "1.0, account"), (KNOWN_JOB, "1.0, job"), (WEEKLY, "1.0, weekly")
DROPPED = [
    *[(edit, {"aws_account_id": account}) for edit in ACCOUNTS for account in ("111111111111", "222222222222")],
    *[(edit, {"job_id": KNOWN}) for edit in JOBS],
    ("1.0, job", {"job_id": f"{KNOWN},{KNOWN}"}),
    (DAYS, at("2026-12-19T00:00:00")),
    (DAYS, at("2026-12-31T23:59:59", "2027-01-01T00:00:00")),
    (DAYS, at("2027-01-03T23:59:59")),
    *[(edit, at(f"{SUNDAY}T02:00:00", f"{SUNDAY}T04:59:59")) for edit in WEEKLIES],
]
KEPT = [
    *[(edit, {}) for edit in ALL],
    *[(edit, {"aws_account_id": None}) for edit in ACCOUNTS],
    *[(edit, {"job_id": None}) for edit in JOBS],
    *[(edit, {"job_id": ""}) for edit in JOBS],
    ("1.0, job", {"job_id": f"{KNOWN},{OTHER}"}),
    (DAYS, at("2026-12-18T23:59:59")),
    (DAYS, at("2027-01-04T00:00:00")),
    (DAYS, at("2026-12-18T23:59:59", "2026-12-20T00:00:00")),
    (DAYS, at("2026-12-25T12:00:00", "2027-01-04T00:00:00")),
    *[(edit, at(f"{MONDAY}T02:00:00", f"{MONDAY}T04:59:59")) for edit in WEEKLIES],
    *[(edit, at(f"{SUNDAY}T01:59:59", f"{SUNDAY}T02:30:00")) for edit in WEEKLIES],
    *[(edit, at(f"{SUNDAY}T04:50:00", f"{SUNDAY}T05:00:00")) for edit in WEEKLIES],
    # A search now spans a week: the window holds for the first and for the last time.
    (WEEKLY, at(f"{SUNDAY}T03:00:00", f"{NEXT_MONDAY}T03:00:00")),
]


def kept(edit: str, changes: dict) -> bool:
    row = {name: value for name, value in {**ROW, **changes}.items() if value is not None}
    several = 'eval job_id=split(job_id, ",") | ' if "," in str(row.get("job_id")) else ""
    return len(splreplay.query(f"search * | {several}{ALL[edit]}", [row])) == 1


@pytest.mark.parametrize(("edit", "changes"), DROPPED)
def test_an_edit_drops_what_it_is_for(edit, changes):
    assert not kept(edit, changes)


@pytest.mark.parametrize(("edit", "changes"), KEPT)
def test_an_edit_keeps_everything_else(edit, changes):
    assert kept(edit, changes)


def test_an_edit_is_one_plain_line():
    assert [edit for edit in EDITS.values() if "|" in edit or "mvfilter" in edit or "isnull" in edit] == []

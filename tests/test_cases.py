"""The rules of SPL as data: every case runs through `splreplay.query` and must give the rows it states.

A case names the page that says so. A new rule is a line in `cases/<family>.jsonl`, never a new test function.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import splreplay
from tests.parts import SHARED

CASES = Path(__file__).parent / "cases"
SAMPLE = SHARED / "spl_cases_sample.jsonl"

Row = dict[str, Any]


def read(path: Path) -> list[Any]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=case["id"]) for case in map(json.loads, lines)]


def shown(rows: list[Row], ordered: bool) -> list[Row]:
    """Rows as they are compared: without internal fields, and sorted where order does not count."""
    visible = [{name: row[name] for name in sorted(row) if not name.startswith("_")} for row in rows]
    return visible if ordered else sorted(visible, key=json.dumps)


def check(case: Row) -> None:
    rows = splreplay.query(case["spl"], case["events"], lookups=case.get("lookups"))
    assert shown(rows, case["ordered"]) == shown(case["expected"], case["ordered"])


@pytest.mark.parametrize("case", [case for path in sorted(CASES.glob("*.jsonl")) for case in read(path)])
def test_case(case: Row) -> None:
    check(case)


@pytest.mark.corpus(SAMPLE.name)
@pytest.mark.parametrize("case", read(SAMPLE) if SAMPLE.exists() else [])
def test_shared_sample(case: Row) -> None:
    check(case)


def test_case_ids_are_unique() -> None:
    ids = [case.id for path in CASES.glob("*.jsonl") for case in read(path)]
    assert len(ids) == len(set(ids))

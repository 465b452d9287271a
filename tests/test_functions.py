"""The table of eval functions: every row is complete, and what its example shows runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import splreplay
from splreplay.functions import EVAL, FAMILIES, STATS
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow

EVENT = {
    "_time": 1700000000,
    "_raw": '{"userIdentity":{"arn":"arn:aws:iam::111111111111:user/eve"}}',
    "account": "111111111111",
    "arn": "arn:aws:iam::111111111111:user/eve",
    "bytes": 1024,
    "date": "1/14/2023",
    "delta": -3,
    "document": '{"name":"x","names":["a"],"a.b":1,"secret":2}',
    "email": ["a@example.net", "b@example.org"],
    "errorCode": "AccessDenied",
    "errors": ["ok", "err12"],
    "eventName": "PutObject",
    "eventTime": "2023-11-14T22:13:20Z",
    "first": 1,
    "second": 2,
    "hosts": ["h1", "h2"],
    "ports": [80, 443],
    "names": ["b", "a", "c", "d"],
    "mfaAuthenticated": "true",
    "n": 5,
    "name": "baz",
    "port": 443,
    "ratio": 0.5,
    "recipients": "a,b",
    "region": "eu-west-1",
    "results": [1, 2],
    "size": 9,
    "sourceIPAddress": "192.0.2.1",
    "src_ip": "192.0.2.1",
    "status": 404,
    "user": "Eve",
    "userAgent": "aws-cli",
}
LOOKUPS = {"owners.csv": [{"account": "111111111111", "owner": "Alice"}]}
CASES = Path(__file__).parent / "cases"
NULL_BY_DESIGN = {"null", "validate"}
ROWS = [pytest.param(row, id=row.name) for row in EVAL.values()]


def kinds_of(event: dict[str, object]) -> dict[str, str]:
    """What typeof() says of each row's example over one event, whose lists become fields of several values."""
    assignments = ", ".join(f"kind_{row.name}=typeof({row.example})" for row in EVAL.values())
    spl = f"* | rename *{{}} AS * | eval {assignments} | table kind_*"
    rows = splreplay.query(spl, [event], lookups=LOOKUPS, now=1700000000.5)
    return {name.removeprefix("kind_"): kind for name, kind in rows[0].items()}


def test_examples_run() -> None:
    kinds = kinds_of(EVENT)
    assert {name for name in EVAL if not EVAL[name].example.startswith(f"{name}(")} == set()
    assert {name for name in EVAL if kinds[name] == "Invalid"} == NULL_BY_DESIGN


@pytest.mark.parametrize("row", ROWS)
def test_row_has_one_way_to_compute(row: EvalRow) -> None:
    assert [bool(row.sql), row.udf is not None, row.build is not None].count(True) == 1


HOSTILE = [
    "'; DROP TABLE t; --",
    "\0",
    "%s%n{0}",
    "\\",
    "NaN",
    "1e99",
    "-0",
    "[" * 300,
    "(a+)+$",
    "\ud7ff\U0001f600",
    "",
]


@pytest.mark.parametrize("kind", ["missing", "list", *HOSTILE], ids=lambda kind: repr(kind[:8]))
def test_any_field_gives_a_value_or_null(kind: str) -> None:
    values = {"missing": None, "list": ["x", "2", "x"]}
    event = {name: values.get(kind, kind) for name in EVENT if not name.startswith("_")}
    assert kinds_of({name: value for name, value in event.items() if value is not None}).keys() == EVAL.keys()


def test_names_are_unique_and_in_order() -> None:
    names = [row.name for rows in FAMILIES.values() for row in rows]
    assert len(names) == len(set(names))


def test_templates_fit_their_parameters() -> None:
    for row in EVAL.values():
        if isinstance(row.sql, tuple):
            assert row.most is not None
            assert len(row.sql) == row.most - row.least + 1, row.name


def test_kinds_that_functions_return() -> None:
    assert {row.returns for row in EVAL.values()} <= {Kind.TEXT, Kind.NUM, Kind.MULTI, Kind.BOOL}


def test_every_function_has_a_case() -> None:
    lines = (line for path in CASES.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines())
    searches = " ".join(json.loads(line)["spl"] for line in lines)
    called = set(re.findall(r"(\w+)\s*\(", searches))
    words = {re.sub(r"[\d.]+$", "", word) for word in re.findall(r"\w+", searches)} | called
    assert not [name for name in EVAL if name not in called]
    assert not [name for name in STATS if name not in words]  # `count` and the like do without brackets

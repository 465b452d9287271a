"""The fields that our stand-in for the Splunk Add-on for AWS gives to records."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import splreplay
from splreplay.knowledge.app import load_app

HERE = Path(__file__).parent
ADDON = HERE.parents[1] / "splreplay" / "addons" / "aws_cloudtrail"
CASES = yaml.safe_load((HERE / "aws_cloudtrail.yml").read_text())
BASE: dict[str, Any] = {
    "userIdentity": {
        "type": "IAMUser",
        "arn": "arn:aws:iam::111111111111:user/alice",
        "accountId": "111111111111",
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "userName": "alice",
    },
    "eventTime": "2026-03-02T09:00:00Z",
    "eventSource": "iam.amazonaws.com",
    "eventName": "CreatePolicy",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "198.51.100.23",
    "userAgent": "aws-cli/2.15.30",
    "eventType": "AwsApiCall",
    "recipientAccountId": "111111111111",
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_fields(case: dict[str, Any]) -> None:
    record = {**BASE, **case["record"]}
    columns = " ".join(case["fields"])
    (row,) = splreplay.query(f"eventName=* | table {columns}", [record], addon=ADDON)
    assert {field: row.get(field) for field in case["fields"]} == case["fields"]


def test_calculated_fields_use_no_other_calculated_field() -> None:
    keys = load_app(ADDON).conf("props")["aws:cloudtrail"]
    formulas = {key[len("EVAL-") :]: value.text for key, value in keys.items() if key.startswith("EVAL-")}
    seen = formulas.keys() - {"errorCode"}  # the raw field has the name of the calculated one
    assert {name: both for name, text in formulas.items() if (both := seen & _fields_of(text))} == {}


def _fields_of(formula: str) -> set[str]:
    without_text = re.sub(r'"[^"]*"', "", formula)
    quoted = re.findall(r"'([^']+)'", without_text)
    return {*quoted, *re.findall(r"\b[A-Za-z_]\w*\b(?!\()", re.sub(r"'[^']*'", "", without_text))}

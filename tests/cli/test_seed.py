"""The shipped search beside the seed's own: what the `_fields` macro and the command may add, and what not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import splreplay

ROOT = Path(__file__).parent.parent.parent
ADDON = str(ROOT / "splreplay" / "addons" / "aws_cloudtrail")
EXAMPLE = [json.loads(line) for line in (ROOT / "examples" / "cloudtrail.ndjson").read_text().splitlines()]
STATS = (
    "stats count min(_time) as firstTime max(_time) as lastTime values(serviceEventDetails.jobArn) as job_arn "
    "values(serviceEventDetails.status) as status by src_ip aws_account_id eventName errorCode userAgent"
)
SEED = f"`cloudtrail` eventName = JobCreated | {STATS}"
SHIPPED = f"`cloudtrail` eventName = JobCreated | `aws_exfiltration_via_batch_service_fields` | {STATS}"
BY_JOB = f"{SHIPPED} s3_job"


def rows(spl: str, addon: str | None) -> list[dict[str, Any]]:
    return splreplay.query(spl, EXAMPLE, app=str(ROOT), addon=addon)


def test_with_the_add_on_the_columns_are_the_seeds() -> None:
    assert rows(SHIPPED, ADDON) == rows(SEED, ADDON) != []


def test_a_row_of_one_job_has_the_seeds_columns_and_names_its_job() -> None:
    (row,) = rows(BY_JOB, ADDON)
    assert row.pop("s3_job") == row["job_arn"]
    assert [row] == rows(SEED, ADDON)


def test_without_it_the_seed_is_silent_and_ours_finds_the_record() -> None:
    assert rows(SEED, None) == []
    assert rows(SHIPPED, None) == rows(SHIPPED, ADDON)

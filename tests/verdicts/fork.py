"""A fork of public content, laid out in a folder: the kinds of fork.yml, each a detection by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

KINDS: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "fork.yml").read_text("utf-8"))

DETECTION = """\
name: NAME
id: 2a9b80d3-6340-4345-11ad-212bf3d0d111
version: 1
date: '2026-03-02'
author: A Stranger
status: production
type: TTP
description: Somebody deletes.
search: |-
  ``` what this finds ```
  `cloudtrail` eventName=Delete*
  | rename userIdentity.userName as user, requestParameters.bucketName as dest
  | stats count by user dest
  | `FILE_filter`
how_to_implement: Collect it.
known_false_positives: None known.
drilldown_searches:
- name: View what $user$ did
  search: '%original_detection_search% | search dest="$dest$"'
  earliest_offset: $info_min_time$
  latest_offset: $info_max_time$
rba:
  message: $user$ deletes $dest$
  risk_objects: [{field: user, type: user, score: 40}]
  threat_objects: [{field: dest, type: system}]
tags:
  analytic_story: [Data Destruction]
  asset_type: AWS Account
  mitre_attack_id: [T1485]
  product: [Splunk Enterprise Security]
  security_domain: threat

tests:
- name: Somebody deletes
  attack_data:
  -
    data: data/fires.ndjson
    source: aws_cloudtrail
    sourcetype: aws:cloudtrail
"""
MACRO = "name: cloudtrail\ndefinition: sourcetype=aws:cloudtrail\ndescription: Where CloudTrail is.\n"
EVENT = {
    "eventTime": "2026-03-02T09:15:00Z",
    "eventName": "DeleteBucket",
    "userIdentity": {"type": "IAMUser", "userName": "eve"},
    "requestParameters": {"bucketName": "vault"},
}
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"


def lay_out(folder: Path, kinds: Iterable[str] = KINDS) -> Path:
    """The repository; a file lies beside it, which no test may read."""
    root = folder / "fork"
    (folder / "outside.ndjson").write_text(json.dumps(EVENT))
    files = {
        "macros/cloudtrail.yml": MACRO,
        "data/fires.ndjson": json.dumps(EVENT),
        "data/reader.ndjson": json.dumps({**EVENT, "eventName": "GetBucketAcl"}),
        "data/pointer.ndjson": POINTER,
        "data/empty.ndjson": "",
    }
    for kind in kinds:
        files |= {f"detections/{kind}.yml": detection(kind), **KINDS[kind].get("files", {})}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (root / "data" / "link.ndjson").symlink_to(folder / "outside.ndjson")
    return root


def detection(kind: str) -> str:
    text = DETECTION
    for old, new in KINDS[kind].get("yaml", {}).items():
        assert old in text, (kind, old)
        text = text.replace(old, new)
    return text.replace("NAME", kind.replace("_", " ").capitalize()).replace("FILE", kind)

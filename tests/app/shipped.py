"""The app as it ships: its confs, its searches, and what can be told of a search from its text alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import splreplay
from splreplay.knowledge.conf import read_conf

ROOT = Path(__file__).resolve().parents[2]
DETECTION = "Threat - AWS Exfiltration via Batch Service - Rule"
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
MACRO_CALL = re.compile(r"`(\w+)(?:\(([^`]*)\))?`")
TOKEN = re.compile(r"\$([\w.]+)\$")


def conf(name: str) -> dict[str, dict[str, str]]:
    """The stanzas of one of the app's confs, values as text."""
    text = (ROOT / "default" / f"{name}.conf").read_text("utf-8")
    return {stanza: {key: value.text for key, value in keys.items()} for stanza, keys in read_conf(text).items()}


def confs() -> list[str]:
    return sorted(path.stem for path in (ROOT / "default").glob("*.conf"))


def detections() -> dict[str, dict[str, str]]:
    """The saved searches that make findings or add risk."""
    return {name: saved for name, saved in conf("savedsearches").items() if "action.correlationsearch.enabled" in saved}


def drilldowns(saved: dict[str, str]) -> list[dict[str, str]]:
    return json.loads(saved.get("action.notable.param.drilldown_searches", "[]"))


def searches() -> Iterator[tuple[str, str]]:
    """Every piece of SPL that the app ships, with where it stands."""
    for name, saved in conf("savedsearches").items():
        yield name, saved["search"]
        for drilldown in drilldowns(saved):
            yield f"{name}: {drilldown['name']}", drilldown["search"]
    for name, macro in conf("macros").items():
        yield f"macro {name}", macro["definition"]


def macro_calls(spl: str) -> set[str]:
    """The macros that a search calls, named as their stanzas are."""
    return {f"{name}({len(args.split(','))})" if args else name for name, args in MACRO_CALL.findall(spl)}


def commands(spl: str) -> list[str]:
    """The command of each pipe, also within a subsearch; a pipe that is a macro, and the base search, have none."""
    pipes = re.split(r"[|\[]", QUOTED.sub('""', spl))[1:]
    return [pipe.split()[0] for pipe in pipes if pipe.strip() and not pipe.strip().startswith("`")]


def records(dataset: str) -> list[dict[str, Any]]:
    """The records of one of tests/datasets/."""
    lines = (ROOT / "tests" / "datasets" / f"{dataset}.ndjson").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def jobs(count: int, account: str = "111111111111", start: int = 0) -> list[dict[str, Any]]:
    """That many records of new jobs, a second apart."""
    [template] = records("one_job")
    return [job(template, account, number) for number in range(start, start + count)]


def job(template: dict[str, Any], account: str, number: int) -> dict[str, Any]:
    name = f"{number:08d}-0000-4000-8000-{account}"
    time = f"2026-03-02T{9 + number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
    details = {"jobId": name, "jobArn": f"arn:aws:s3:us-west-2:{account}:job/{name}"}
    return {
        **template,
        "eventTime": time,
        "eventID": name,
        "recipientAccountId": account,
        "userIdentity": {**template["userIdentity"], "accountId": account},
        "serviceEventDetails": {**template["serviceEventDetails"], **details},
    }


def search(
    events: list[dict[str, Any]], spl: str | None = None, *, app: Path = ROOT, addon: str | None = None, now: float = 0
) -> list[dict[str, Any]]:
    """The rows of the detection, or of another search, over records."""
    told = spl or conf("savedsearches")[DETECTION]["search"]
    return splreplay.query(told, events, app=str(app), addon=addon, now=now or None)


def with_macros(folder: Path, **definitions: str) -> Path:
    """A copy of the app in which somebody has edited macros."""
    for part in ("bin", "default", "lib"):
        (folder / part).symlink_to(ROOT / part)
    (folder / "local").mkdir()
    text = "\n".join(f"[{name}]\ndefinition = {definition}\n" for name, definition in definitions.items())
    (folder / "local" / "macros.conf").write_text(text, "utf-8")
    return folder

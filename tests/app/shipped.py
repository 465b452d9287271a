"""The app as it ships: its confs, its searches, and what can be told of a search from its text alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import job_arn

from splreplay.knowledge.conf import read_conf

ROOT = Path(__file__).resolve().parents[2]
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
MACRO_CALL = re.compile(r"`(\w+)(?:\(([^`]*)\))?`")
TOKEN = re.compile(r"\$([\w.]+)\$")

# Fields that a custom command adds, beside those that it passes on.
ADDED_BY = {"enrichjobarn": job_arn.FIELDS}
# Enterprise Security adds these to every result of a correlation search.
ADDED_BY_ES = {"info_min_time", "info_max_time"}


def conf(name: str) -> dict[str, dict[str, str]]:
    """The stanzas of one of the app's confs, values as text."""
    text = (ROOT / "default" / f"{name}.conf").read_text("utf-8")
    return {stanza: {key: value.text for key, value in keys.items()} for stanza, keys in read_conf(text).items()}


def confs() -> list[str]:
    return sorted(path.stem for path in (ROOT / "default").glob("*.conf"))


def drilldowns(saved: dict[str, str]) -> list[dict[str, str]]:
    return json.loads(saved["action.notable.param.drilldown_searches"])


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
    """The command of each pipe; a pipe that is a macro, and the base search, have none."""
    pipes = QUOTED.sub('""', spl).split("|")[1:]
    return [pipe.split()[0] for pipe in pipes if not pipe.strip().startswith("`")]


def result_fields(spl: str) -> set[str]:
    """The fields that a search's results have: those of its last stats and of the commands after it."""
    before, _, stats = spl.rpartition("| stats ")
    assert before, "the search has no stats"
    table, *rest = stats.split("|")
    functions, _, groups = table.partition(" by ")
    fields = set(re.findall(r"\bas (\S+)", functions)) | set(groups.split())
    if re.search(r"\bcount\b(?! as)", functions):
        fields.add("count")
    for pipe in rest:
        fields.update(ADDED_BY.get(pipe.split()[0], ()))
    return fields

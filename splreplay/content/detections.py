"""A detection's YAML as the saved search that contentctl makes of it, and as the cases that it brings itself.

Two generations of the schema are read: contentctl 5 with `rba`, and contentctl 4, in which the public content was
written until 2024, with `tags.observable`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from splreplay.content.documents import Document, Problem
from splreplay.content.schema import problems
from splreplay.content.sidecar import Case, Data, Expect
from splreplay.knowledge.app import SavedSearch
from splreplay.knowledge.conf import Value

ORIGINAL_SEARCH = "%original_detection_search%"
LONGEST_NAME = 67  # contentctl's, so that the stanza fits Enterprise Security's 99 characters
# The actions of a type where the repository has no deployments/ of its own, as contentctl's templates have them.
NOTABLE = {"rule_title": "%name%", "rule_description": "%description%", "nes_fields": ["user", "dest"]}
ACTIONS: Mapping[str, Mapping[str, Any]] = {
    "TTP": {"notable": NOTABLE, "rba": {"enabled": True}},
    "Anomaly": {"rba": {"enabled": True}},
    "Correlation": {"notable": NOTABLE},
    "Hunting": {},
}
# contentctl 4 made an observable with this role a risk object, and any other a threat object.
VICTIM = "Victim"
SYSTEMS = {"device", "endpoint", "hostname", "ip address"}
USERS = {"user", "username", "user name", "email address"}


@dataclass(frozen=True)
class Detection:
    """What there is to test: a search, what Enterprise Security makes of its rows, and its cases.

    `problems` are what contentctl would refuse; with `untested` the reason why contentctl asks for no test.
    """

    name: str
    file: str
    search: Value
    saved: SavedSearch
    cases: tuple[Case, ...] = ()
    line: int = 1
    status: str = ""
    type: str = ""
    untested: str = ""
    problems: tuple[Problem, ...] = field(default=())


def of_document(
    document: Document, root: Path, deployments: Mapping[str, Mapping[str, Any]], stanza: SavedSearch | None
) -> Detection:
    """The detection of a file; one without a search is only its problems. `stanza` is what the app ships of it."""
    given = document.value if isinstance(document.value, dict) else {}
    found = tuple(_problems(document, given))
    name = str(given.get("name", "")) or Path(document.file).stem
    if not isinstance(given.get("search"), str) or any(problem.message.startswith("the file is") for problem in found):
        nothing = Value("", document.file)
        return Detection(name, document.file, nothing, SavedSearch(name, nothing, {}), problems=found)
    search = document.written("search")
    settings = stanza.settings if stanza else ({} if found else dict(_settings(given, deployments)))
    return Detection(
        name,
        document.file,
        search,
        SavedSearch(stanza.name if stanza else name, search, settings),
        () if found else tuple(_cases(document, given, root)),
        document.line("search"),
        str(given.get("status", "")),
        str(given.get("type", "")),
        _untested(given),
        found,
    )


def _untested(given: Mapping[str, Any]) -> str:
    """contentctl asks a test of production content only, and not of all of that."""
    tags = given.get("tags")
    if isinstance(tags, dict) and tags.get("manual_test"):
        return "manual_test: it is tested by hand"
    if given.get("type") == "Correlation":
        return "a correlation of other detections' findings"
    return f"its status is {given.get('status')}" if given.get("status") != "production" else ""


# --- what it brings ---------------------------------------------------------------------------------------
def _cases(document: Document, given: Mapping[str, Any], root: Path) -> Iterator[Case]:
    """The tests that contentctl knows: each expects that the search fires."""
    for number, test in enumerate(given.get("tests") or ()):
        data = tuple(
            Data(
                str(item["data"]),
                item["sourcetype"],
                item["source"],
                item.get("custom_index") or "",
                item.get("host") or "",
                document.line("tests", number, "attack_data", place, "data"),
            )
            for place, item in enumerate(test["attack_data"])
        )
        yield Case(
            test["name"],
            data,
            Expect(),
            root,
            document.file,
            document.line("tests", number),
            earliest=test.get("earliest_time"),
            latest=test.get("latest_time"),
        )


def actions(given: Mapping[str, Any], deployments: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the detection does with its rows: by its own deployment, else by that of its type."""
    own = given.get("deployment")
    deployment = own if isinstance(own, dict) else deployments.get(given["type"])
    return (deployment.get("alert_action") or {}) if deployment is not None else ACTIONS[given["type"]]


def _settings(given: Mapping[str, Any], deployments: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The keys of savedsearches.conf that findings and risk events are made by."""
    does = actions(given, deployments)
    rba, notable = _rba(given), does.get("notable")
    if rba and str((does.get("rba") or {}).get("enabled")).lower() == "true":
        yield "action.risk", "1"
        yield "action.risk.param._risk_message", rba["message"]
        yield (
            "action.risk.param._risk",
            json.dumps([*map(_scored, rba["risk_objects"]), *map(_threat, rba["threat_objects"])]),
        )
    if notable:
        words = {"%name%": given["name"], "%description%": given["description"]}
        yield "action.notable", "1"
        yield (
            "action.notable.param._entities",
            json.dumps([{**_scored(each), "risk_score": 0} for each in (rba or NONE)["risk_objects"][:1]]),
        )
        for key in ("rule_title", "rule_description"):
            yield f"action.notable.param.{key}", _replaced(notable.get(key, ""), words)
        yield "action.notable.param.security_domain", given["tags"]["security_domain"]
    drilldowns = [_drilldown(item, given["search"]) for item in given.get("drilldown_searches") or ()]
    yield "action.notable.param.drilldown_searches", json.dumps(drilldowns)


NONE: Mapping[str, Any] = {"message": "", "risk_objects": [], "threat_objects": []}


def _rba(given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Message, risk objects and threat objects, whichever generation wrote them."""
    if not is_old(given):
        return given.get("rba")
    tags = given["tags"]
    score = int(tags["impact"] * tags["confidence"] / 100)
    victims = [item for item in tags.get("observable") or () if VICTIM in item["role"]]
    others = [item for item in tags.get("observable") or () if VICTIM not in item["role"]]
    return {
        "message": tags["message"],
        "risk_objects": [{"field": item["name"], "type": _victim(item["type"]), "score": score} for item in victims],
        "threat_objects": [{"field": item["name"], "type": _word(item["type"])} for item in others],
    }


def _victim(kind: str) -> str:
    return "system" if kind.lower() in SYSTEMS else "user" if kind.lower() in USERS else "other"


def _word(kind: str) -> str:
    return kind.lower().replace(" ", "_")


def _scored(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"risk_object_field": item["field"], "risk_object_type": item["type"], "risk_score": item["score"]}


def _threat(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"threat_object_field": item["field"], "threat_object_type": item["type"]}


def _drilldown(item: Mapping[str, Any], search: str) -> dict[str, str]:
    kept = {key: str(value) for key, value in item.items() if isinstance(value, str)}
    return {**kept, "search": kept["search"].replace(ORIGINAL_SEARCH, search)}


def _replaced(text: str, words: Mapping[str, str]) -> str:
    return re.sub("|".join(map(re.escape, words)), lambda match: words[match[0]], text)


# --- what contentctl would say ----------------------------------------------------------------------------
def is_old(given: Mapping[str, Any]) -> bool:
    """Whether it is written for contentctl 4."""
    tags = given.get("tags")
    return "rba" not in given and isinstance(tags, dict) and bool({"observable", "message"} & tags.keys())


def _problems(document: Document, given: Mapping[str, Any]) -> Iterator[Problem]:
    old = is_old(given)
    found = list(problems(document, "detection of contentctl 4" if old else "detection"))
    yield from found
    if not found:
        rules = (_filter, _tests) if old else (_filter, _tests, _name, _throttling, _risk)
        for rule in rules:
            yield from rule(document, given)


def stem_of(name: str) -> str:
    """The file name that contentctl wants for a name, without .yml."""
    return re.sub(r"[ \-./]", "_", name).lower()


def _name(document: Document, given: Mapping[str, Any]) -> Iterator[Problem]:
    name, stem = given["name"], Path(document.file).stem
    if len(name) > LONGEST_NAME:
        yield document.problem(("name",), f"the name has {len(name)} characters", f"{LONGEST_NAME} at most")
    if stem != stem_of(name):
        yield document.problem(("name",), f"the file of '{name}' must be named {stem_of(name)}.yml")


def _filter(document: Document, given: Mapping[str, Any]) -> Iterator[Problem]:
    wanted = f"`{stem_of(given['name'])}_filter`"
    if wanted not in given["search"]:
        yield document.problem(("search",), f"the search lacks the filter macro {wanted}", "end it with that")


def _tests(document: Document, given: Mapping[str, Any]) -> Iterator[Problem]:
    if not given.get("tests") and not _untested(given):
        yield document.problem(("status",), "a production detection needs a test", "add `tests`")


def _throttling(document: Document, given: Mapping[str, Any]) -> Iterator[Problem]:
    for field_ in (given["tags"].get("throttling") or {}).get("fields", ()):
        if field_ not in given["search"] or " " in field_:
            place = ("tags", "throttling")
            yield document.problem(place, f"the throttling field '{field_}' does not stand in the search")


def _risk(document: Document, given: Mapping[str, Any]) -> Iterator[Problem]:
    """Fields must stand in the text of the search; of an experiment's that is not asked."""
    rba = given.get("rba")
    if not rba or given["status"] != "production":
        return
    text = given["search"].lower()
    for kind in ("risk_objects", "threat_objects"):
        for number, item in enumerate(rba[kind]):
            if item["field"].lower() not in text:
                place = ("rba", kind, number)
                yield document.problem(place, f"the field '{item['field']}' does not stand in the search")
    for token in re.findall(r"\$([^\s.]*)\$", rba["message"].lower()):
        if token not in text:
            yield document.problem(("rba", "message"), f"the token ${token}$ does not stand in the search")

"""Renders default/savedsearches.conf, macros.conf, analyticstories.conf and the dashboards from the YAML content.

The YAML is the truth: it holds drilldowns, risk and a dashboard's searches in readable form, what is rendered holds
them as one-line JSON. It is committed, so that the checkout is an app that Splunk loads; a test fails when it is stale.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "tools" / "templates"
VIEWS = ROOT / "default" / "data" / "ui" / "views"
CONFS = ("savedsearches.conf", "macros.conf", "analyticstories.conf")
RISK = "action.risk.param._risk"
ORIGINAL_SEARCH = "%original_detection_search%"
OTHER_SEARCH = re.compile(r"%search ([^%]+)%")  # in a dashboard: the search of the saved search of that name
# The stages that ask AWS and that decide what becomes a finding; its own drilldown shows it whatever they say later.
DECIDES = re.compile(r"\| `\w+_(?:describe|approved|filter|limit)` ?")

Content = dict[str, Any]


def load(folder: str) -> list[Content]:
    """The YAML files of a folder, by file name."""
    return [yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / folder).rglob("*.yml"))]


def stanza(detection: Content) -> str:
    """The name of the saved search, in the form that Enterprise Security gives its own."""
    return f"{detection['tags']['security_domain'].title()} - {detection['name']} - Rule"


def one_line(text: str) -> str:
    return " ".join(text.split())


def conf_lines(text: str) -> str:
    """A value over several lines, as a conf file continues it."""
    return " \\\n".join(line.rstrip() for line in text.strip().splitlines())


def conf_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def conf_value(value: Any) -> str:
    """A value of the table of settings: text and numbers as they are, all else as JSON."""
    return conf_json(value) if isinstance(value, dict | list) else str(value)


def settings(detection: Content) -> Content:
    """What tools/settings.yml says of a detection: its keys, each with `value` or `add`, and `why`."""
    table = yaml.safe_load((ROOT / "tools" / "settings.yml").read_text("utf-8"))
    return {**table["every detection"], **table.get(detection["name"], {})}


def notable(detection: Content) -> Content | None:
    """What a finding says of itself; None for a detection that only adds risk."""
    found: Content | None = detection["deployment"]["alert_action"].get("notable")
    return found


def whole_values(detection: Content) -> Content:
    """The keys that contentctl has no words for, as conf text."""
    return {
        key: conf_value(entry["value"])
        for key, entry in settings(detection).items()
        if "value" in entry and key != RISK and (notable(detection) or not key.startswith("action.notable"))
    }


def objects(detection: Content) -> list[Content]:
    """The risk objects of the YAML, under Enterprise Security's names."""
    return [
        {"risk_object_field": o["field"], "risk_object_type": o["type"], "risk_score": o["score"]}
        for o in detection["rba"]["risk_objects"]
    ]


def risk(detection: Content) -> list[Content]:
    """The risk objects and threat objects as the risk action reads them."""
    ours: Content = settings(detection).get(RISK, {})
    threats = detection["rba"]["threat_objects"]
    told = [{"threat_object_field": o["field"], "threat_object_type": o["type"]} for o in threats]
    whole: list[Content] = ours.get("value") or [*objects(detection), *told, *ours.get("add", [])]
    return whole


def entities(detection: Content) -> list[Content]:
    """The finding's one entity; its score stays 0 because the risk action has counted it already."""
    return [{**objects(detection)[0], "risk_score": 0}]


def drilldowns(detection: Content) -> list[Content]:
    """The drilldowns, each search on one line and with the detection's own search, undecided, in its place."""
    original = DECIDES.sub("", one_line(detection["search"])).strip()
    return [
        {**item, "search": one_line(item["search"]).replace(ORIGINAL_SEARCH, original)}
        for item in detection["drilldown_searches"]
    ]


def mappings(detection: Content, frameworks: Content) -> Content:
    """The security frameworks that the detection is mapped to."""
    tags = detection["tags"]
    phases = {p for technique in tags["mitre_attack_id"] for p in frameworks["kill_chain_phases"][technique]}
    return {
        "cis20": frameworks["cis20"][tags["security_domain"]],
        "kill_chain_phases": sorted(phases),
        "mitre_attack": tags["mitre_attack_id"],
        "nist": tags["nist"],
    }


def es_annotations(detection: Content, frameworks: Content) -> Content:
    """What Enterprise Security writes into each risk event and finding."""
    rba = detection["rba"]
    return {
        "analytic_story": detection["tags"]["analytic_story"],
        **mappings(detection, frameworks),
        "confidence": rba["confidence"],
        "impact": rba["impact"],
        "type": detection["type"],
        "type_list": [detection["type"]],
        "data_source": detection["data_source"],
    }


def metadata(detection: Content) -> Content:
    year, month, day = map(int, detection["date"].split("-"))
    return {
        "detection_id": detection["id"],
        "deprecated": "0",
        "detection_version": str(detection["version"]),
        "publish_time": float(calendar.timegm((year, month, day, 0, 0, 0))),
    }


def severity(detection: Content, frameworks: Content) -> str:
    score = max(item["score"] for item in detection["rba"]["risk_objects"])
    return next(str(name) for name, highest in frameworks["severity"].items() if score <= highest)


def told_story(story: Content, detections: list[Content]) -> Content:
    """A story with its maintainer and with the names of its searches."""
    name, company = story["author"].split(", ")
    mine = [d["stanza"] for d in detections if story["name"] in d["tags"]["analytic_story"]]
    return {**story, "maintainers": [{"company": company, "email": "-", "name": name}], "searches": mine}


def told_detection(detection: Content, frameworks: Content) -> Content:
    """A detection with everything that the templates print."""
    return {
        **detection,
        "stanza": stanza(detection),
        "risk": risk(detection),
        "notable": notable(detection),
        "entities": entities(detection),
        "drilldowns": drilldowns(detection),
        "mappings": mappings(detection, frameworks),
        "annotations": es_annotations(detection, frameworks),
        "metadata": metadata(detection),
        "severity": severity(detection, frameworks),
        "settings": whole_values(detection),
    }


def queries(definition: Content, searches: dict[str, str]) -> Iterator[tuple[Content, str]]:
    """The options of each data source of a dashboard, and its whole query."""
    for source in definition["dataSources"].values():
        found = OTHER_SEARCH.sub(lambda named: searches[named[1]].strip(), source["options"]["query"])
        yield source["options"], found.strip()


def dashboard(definition: Content, searches: dict[str, str]) -> str:
    """A dashboard's JSON, as it stands in its view, without the one text that would end the CDATA."""
    for options, query in list(queries(definition, searches)):
        options["query"] = query
    return json.dumps(definition, ensure_ascii=False, indent=1).replace("]]>", "]]\\u003e")


def render() -> Iterator[tuple[Path, str]]:
    """Each conf and view with the text that it should have."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(conf_lines=conf_lines, conf_json=conf_json)
    frameworks = yaml.safe_load((ROOT / "tools" / "frameworks.yml").read_text("utf-8"))
    detections = [told_detection(detection, frameworks) for detection in load("detections")]
    content = {
        "detections": detections,
        "macros": load("macros"),
        "searches": load("searches"),
        "stories": [told_story(story, detections) for story in load("stories")],
    }
    for conf in CONFS:
        yield ROOT / "default" / conf, environment.get_template(conf + ".j2").render(content)
    searches = {search["name"]: search["search"] for search in content["searches"]}
    searches |= {detection["stanza"]: detection["search"] for detection in detections}
    for path in sorted((ROOT / "dashboards").glob("*.yml")):
        definition = yaml.safe_load(path.read_text("utf-8"))
        view = {"source": path.name, "dashboard": definition, "definition": dashboard(definition, searches)}
        yield VIEWS / f"{path.stem}.xml", environment.get_template("dashboard.xml.j2").render(view)


def main() -> None:
    for path, text in render():
        path.write_text(text, "utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()

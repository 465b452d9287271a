"""What Enterprise Security would write for a search's rows. Pure: settings and rows in, events out.

One JSON object an event, with ES's field names; a list of one value is written as that value. Standard
library only: this runs on Splunk's own Python, 3.7 to 3.13.
"""

from __future__ import annotations

import json
import re

TOKEN = re.compile(r"\$([^$\s]+)\$")
NOT_KEPT = {"_raw", "_time", "index", "host", "source", "sourcetype"}
RULE = ("rule_title", "rule_description", "severity", "security_domain")


def notable_events(settings, rows):
    """One finding for each row and each value of the field that `_entities` names."""
    for row, entity in objects(settings, "action.notable.param._entities", rows):
        scores = [scored["risk_score"] for _, scored in objects(settings, "action.risk.param._risk", [row])
                  if scored["risk_object"] == entity["risk_object"]]  # fmt: skip
        yield event(settings, row, {
            **{key: fill(settings.get("action.notable.param." + key, ""), row) for key in RULE},
            "entity": entity["risk_object"],
            "entity_type": entity["risk_object_type"],
            "risk_score": max(scores, default=0),
        })  # fmt: skip


def risk_events(settings, rows):
    """One risk event for each row and each value of each risk object."""
    for row, scored in objects(settings, "action.risk.param._risk", rows):
        threats = list(threat_objects(settings, row))
        yield event(settings, row, {
            **scored,
            "threat_object": [value for value, _ in threats],
            "threat_object_type": [kind for _, kind in threats],
        })  # fmt: skip


def event(settings, row, fields):
    annotations = json.loads(settings.get("action.correlationsearch.annotations") or "{}")
    everything = {
        **{key: value for key, value in row.items() if key not in NOT_KEPT},
        **fields,
        "risk_message": fill(settings.get("action.risk.param._risk_message", ""), row),
        **{"annotations." + key: value for key, value in annotations.items()},
        "annotations._all": [text for value in annotations.values() for text in as_list(value)],
        "analyticstories": annotations.get("analytic_story", []),
    }
    return {key: single(value) for key, value in everything.items()}


def objects(settings, key, rows):
    for row in rows:
        for entry in json.loads(settings.get(key) or "[]"):
            for value in as_list(row.get(entry.get("risk_object_field"))):
                yield (
                    row,
                    {
                        "risk_object": value,
                        "risk_object_type": entry.get("risk_object_type", "other"),
                        "risk_score": int(entry.get("risk_score", 0)),
                    },
                )


def threat_objects(settings, row):
    for entry in json.loads(settings.get("action.risk.param._risk") or "[]"):
        for value in as_list(row.get(entry.get("threat_object_field"))):
            yield value, entry.get("threat_object_type", "")


def fill(template, row):
    """`$field$` by the row's value; a token that the row lacks stays."""
    return TOKEN.sub(lambda at: ", ".join(as_list(row[at[1]])) if at[1] in row else at[0], template)


def single(value):
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def as_list(value):
    if value in (None, ""):
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]

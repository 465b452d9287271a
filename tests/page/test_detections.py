"""A saved search and its rows as the page's model: what is computed on the way, each by a table."""

from __future__ import annotations

import json
from typing import Any

import pytest

from splreplay.engine import Result, search, watch
from splreplay.knowledge.app import SavedSearch
from splreplay.knowledge.conf import Value
from splreplay.page.detections import ROWS, WIDEST, detection, ran, refusal
from splreplay.page.model import Drilldown, Finding
from splreplay.scan.source import DictSource
from splreplay.spl.errors import SplError

TEN = 1772445600  # 2026-03-02T10:00:00Z
RISK = [
    {"risk_object_field": "user", "risk_object_type": "user", "risk_score": 40},
    {"threat_object_field": "tool", "threat_object_type": "process"},
]


def saved(**settings: str) -> SavedSearch:
    on = {
        "action.notable": "1", "action.risk": "1", "action.risk.param._risk": json.dumps(RISK),
        "action.notable.param._entities": json.dumps(RISK[:1]), "action.notable.param.rule_title": "by $user$",
    }  # fmt: skip
    return SavedSearch("name", Value("the search"), {**on, **settings})


def of_rows(*rows: dict[str, Any], **settings: str) -> Any:
    return detection(saved(**settings), Result((), list(rows)), None, "Europe/Berlin")


def finding(row: dict[str, Any], **settings: str) -> Finding:
    return of_rows(row, **settings).findings.items[0]


def test_risk_is_summed_by_entity_the_most_first() -> None:
    found = of_rows({"user": "bob", "tool": "nc"}, {"user": "eve"}, {"user": "eve", "tool": ["nc", "curl"]}).risk
    assert [(risk.entity, risk.kind, risk.score, risk.events, risk.threats) for risk in found.items] == [
        ("eve", "user", 80, 2, ("nc", "curl")),
        ("bob", "user", 40, 1, ("nc",)),
    ]


def test_a_finding_has_its_rows_fields_and_what_es_adds_apart() -> None:
    found = finding({"user": "eve", "_time": str(TEN), "count": "3"})
    assert dict(found.fields) == {"user": "eve", "_time": "2026-03-02 11:00:00", "count": "3"}
    assert (found.title, found.entity, found.entity_type, found.score) == ("by eve", "eve", "user", 40)


def test_a_finding_without_a_title_is_named_by_its_search() -> None:
    assert finding({"user": "eve"}, **{"action.notable.param.rule_title": ""}).title == "name"


@pytest.mark.parametrize(
    ("search", "earliest", "latest", "span"),
    [
        (f"earliest={TEN} latest={TEN + 60} x", "1d", "7d", "2026-03-02 11:00:00 to 2026-03-02 11:01:00"),
        (f"earliest=$from$ x [search earliest={TEN} latest=now]", "", "", "2026-03-02 11:00:00 to now"),
        ("x", "7d", "0", "7d before the finding to the finding"),
        ("x", str(TEN), str(TEN), "2026-03-02 11:00:00 to 2026-03-02 11:00:00"),
        ("x", "$info_min_time$", "$info_max_time$", "$info_min_time$ to $info_max_time$"),
        ("_index_earliest=-1h x", "", "", "any time to any time"),
    ],
)
def test_the_time_of_a_drilldown_is_one_that_a_person_reads(search: str, earliest: str, latest: str, span: str) -> None:
    drilldown = {"name": "of $user$", "search": search, "earliest_offset": earliest, "latest_offset": latest}
    settings = {"action.notable.param.drilldown_searches": json.dumps([drilldown])}
    [found] = finding({"user": "eve", "from": str(TEN)}, **settings).drilldowns
    assert (found.name, found.span) == ("of eve", span)


def test_a_drilldown_that_was_run_has_its_rows() -> None:
    result = search("* | table user none", DictSource([{"user": "eve"}] * (ROWS + 1)))
    found = ran(Drilldown("name", "search"), result, "UTC")
    assert found.outcome == f"{ROWS + 1} rows"
    assert found.rows is not None
    assert found.rows.fields == ["user"]
    assert (len(found.rows.rows.items), found.rows.rows.left_out) == (ROWS, 1)


def test_an_event_is_a_line_of_what_the_search_names() -> None:
    events = [{"_time": TEN, "user": "eve", "other": 1}, {"_time": TEN + 1, "user": "bob," + "x" * WIDEST}]
    result = watch('user=* sourcetype=* | eval user=split(user, ",") | stats count by user', DictSource(events))
    [first, second] = detection(saved(), result, None, "UTC").events.first
    assert (first.time, first.label) == (TEN, "user=eve")
    assert second.label.startswith("user=bob, xxx")
    assert len(second.label) == WIDEST


def test_a_stage_says_what_it_dropped() -> None:
    result = watch("* | where user=\"eve\" | stats count", DictSource([{"user": "eve"}, {"user": "bob"}]))  # fmt: skip
    found = detection(saved(), result, None, "UTC").stages
    assert [(stage.rows, stage.dropped) for stage in found] == [(2, 0), (1, 1), (1, 0)]


def test_a_refusal_says_where() -> None:
    with pytest.raises(SplError) as caught:
        search("* | nosuchcommand x", DictSource([]))
    found = refusal(caught.value)
    assert found.reason == "compile error: unknown command 'nosuchcommand'"
    assert found.place == "search:1:5"
    assert found.excerpt == "* | nosuchcommand x\n    ^^^^^^^^^^^^^"


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '"x"', '{"version": 1}'])
def test_next_steps_that_es_would_not_read_are_none(text: str) -> None:
    assert of_rows(**{"action.notable.param.next_steps": text}).about == ()

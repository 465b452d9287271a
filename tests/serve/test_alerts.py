"""What a dispatch sets off: conditions, throttling, and actions that are missing or fail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.embedded import APP, Endpoint, embedded

NAMESPACE = f"/servicesNS/nobody/{APP}/saved/searches"
ROWS = '| makeresults count=2 | streamstats count as n | eval user="u".n | table n user'
RISK = '[{"risk_object_field":"user","risk_object_type":"user","risk_score":7}]'
WITH_RISK = {
    "action.risk": "1",
    "action.risk.param._risk": RISK,
    "action.risk.param._risk_message": "$user$ did",
}
SCRIPTS = {
    "fails": "import sys\nsys.exit('out of paper')",
    "sleeps": "import time\ntime.sleep(60)",
    "works": "import json, sys\nopen(json.load(sys.stdin)['configuration']['out'], 'a').write('done')",
}
# settings of a saved search -> events in index=risk, and what the job says
CASES = {
    "always": ({"counttype": "always"}, 2, ""),
    "more than one": ({"counttype": "number of events", "relation": "greater than", "quantity": "1"}, 2, ""),
    "more than two": ({"counttype": "number of events", "relation": "greater than", "quantity": "2"}, 0, ""),
    "exactly two": ({"counttype": "number of events", "relation": "equal to", "quantity": "2"}, 2, ""),
    "an unknown condition": ({"counttype": "custom"}, 0, "The alert condition 'custom' is not known here"),
    "a disabled search": ({"disabled": "1"}, 0, "The saved search is disabled"),
    "a search that is disabled in words": ({"disabled": "yes"}, 0, "The saved search is disabled"),
    "risk that is on": ({"action.risk": "on"}, 2, ""),
    "risk that is t": ({"action.risk": "t"}, 2, ""),
    "risk that is misspelt": ({"action.risk": "ture"}, 0, "action.risk = ture is neither true nor false"),
    "an alert for each row": ({"alert.digest_mode": "0"}, 2, ""),
    "a period that is no time": (
        {"alert.suppress": "1", "alert.suppress.fields": "user", "alert.suppress.period": "a day"},
        2,
        "alert.suppress.period = a day is no time such as 86400s or 24h: nothing was held back.",
    ),
    "no fields to tell rows apart by": (
        {"alert.digest_mode": "0", "alert.suppress": "1", "alert.suppress.period": "24h"},
        2,
        "alert.suppress with alert.digest_mode = 0 needs alert.suppress.fields: nothing was held back.",
    ),
    "the whole search, not held back yet": ({"alert.suppress": "1", "alert.suppress.period": "24h"}, 2, ""),
    "a condition that a row meets": ({"alert_condition": "search user=u1"}, 2, ""),
    "a condition that none meets": ({"alert_condition": "search user=nobody"}, 0, ""),
    "a condition that is no search": ({"alert_condition": "where user="}, 0, "alert_condition: "),
    "no risk objects": ({"action.risk.param._risk": "[]"}, 0, ""),
    "risk that is no JSON": ({"action.risk.param._risk": "[{"}, 0, "The alert action 'risk' failed"),
    "an action of nobody": ({"action.page": "1"}, 2, "Nothing provides the alert action 'page'"),
    "an action that fails": ({"action.fails": "1"}, 2, "fails.py ended with 1: out of paper"),
    "an action that hangs": ({"action.sleeps": "1"}, 2, "sleeps.py was stopped"),
    "an action without a script": ({"action.ghost": "1"}, 2, "has no script bin/ghost.py"),
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    folder = tmp_path_factory.mktemp("alerts")
    with embedded(folder, with_apps=[app_with_scripts(folder)]) as (found, _):
        yield found


def app_with_scripts(folder: Path) -> Path:
    app = folder / "alert_scripts"
    for part in ("bin", "default", "metadata"):
        (app / part).mkdir(parents=True)
    stanzas = "".join(f"[{name}]\nis_custom = 1\n" for name in (*SCRIPTS, "ghost"))
    (app / "default" / "alert_actions.conf").write_text(stanzas)
    (app / "metadata" / "default.meta").write_text("[]\nexport = system\n")
    for name, text in SCRIPTS.items():
        (app / "bin" / f"{name}.py").write_text(text)
    return app


class Clock:
    """The time by which alerts are throttled."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return time.time() + self.ahead

    def monotonic(self) -> float:
        return time.monotonic()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("splreplay.serve.alerts.actions.time", found)
    return found


def dispatched(endpoint: Endpoint, name: str, settings: dict[str, str]) -> tuple[list[dict[str, str]], str]:
    """The risk events of one dispatch of a new search, and the messages of its job."""
    if settings:
        made = endpoint.call(NAMESPACE, {"name": name, "search": ROWS, "counttype": "always", **WITH_RISK, **settings})
        assert made.status == 200, made.body
    path = f"{NAMESPACE}/{name.replace(' ', '%20')}/dispatch"
    sid = endpoint.call(path, {"trigger_actions": "1"}).json["sid"]
    job = endpoint.call(f"/services/search/jobs/{sid}").json["entry"][0]["content"]
    while not job["isDone"]:
        time.sleep(0.05)
        job = endpoint.call(f"/services/search/jobs/{sid}").json["entry"][0]["content"]
    said = " ".join(message["text"] for message in job["messages"])
    return endpoint.search(f'search index=risk orig_sid="{sid}" | sort risk_object'), said


@pytest.mark.parametrize("case", CASES)
def test_dispatch(endpoint: Endpoint, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("splreplay.serve.alerts.modalert.SECONDS", 1)
    settings, count, words = CASES[case]
    events, said = dispatched(endpoint, case, settings)
    assert [event["risk_message"] for event in events] == ["u1 did", "u2 did"][:count]
    assert words in said
    assert bool(words) == bool(said)


def test_without_trigger_actions_nothing_is_set_off(endpoint: Endpoint) -> None:
    dispatched(endpoint, "quiet", {"counttype": "always"})
    sid = endpoint.call(f"{NAMESPACE}/quiet/dispatch", {}).json["sid"]
    time.sleep(0.5)
    assert endpoint.search(f'search index=risk orig_sid="{sid}"') == []


@pytest.mark.parametrize("mode", ["0", "1"])
def test_throttled_rows_are_held_back_until_the_period_ends(endpoint: Endpoint, mode: str, clock: Clock) -> None:
    fields = {"alert.suppress.fields": "user", "alert.digest_mode": mode}
    settings = {"alert.suppress": "1", "alert.suppress.period": "24h", **fields}
    first, _ = dispatched(endpoint, f"throttled{mode}", settings)
    clock.ahead = 86_000.0
    again, _ = dispatched(endpoint, f"throttled{mode}", {})
    clock.ahead = 86_500.0
    later, _ = dispatched(endpoint, f"throttled{mode}", {})
    assert [len(events) for events in (first, again, later)] == [2, 0, 2]


def test_without_fields_the_whole_search_is_held_back(endpoint: Endpoint) -> None:
    first, _ = dispatched(endpoint, "whole", {"alert.suppress": "1", "alert.suppress.period": "24h"})
    again, _ = dispatched(endpoint, "whole", {})
    assert [len(events) for events in (first, again)] == [2, 0]


def test_an_edit_ends_what_was_held_back(endpoint: Endpoint) -> None:
    settings = {"alert.suppress": "1", "alert.suppress.fields": "user", "alert.suppress.period": "24h"}
    assert len(dispatched(endpoint, "edited", {**settings, "alert.digest_mode": "0"})[0]) == 2
    assert endpoint.call(f"{NAMESPACE}/edited", {"description": "the same"}).status == 200
    assert len(dispatched(endpoint, "edited", {})[0]) == 2


def test_what_splunk_cuts_off_is_named_and_not_held_back(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"alert.suppress": "1", "alert.suppress.fields": "user", "alert.suppress.period": "24h"}
    monkeypatch.setattr("splreplay.serve.alerts.actions.MOST_RESULTS", 1)
    first, said = dispatched(endpoint, "flood", {**settings, "alert.digest_mode": "0"})
    assert said == "Per-result alerts end after 1 results: the last 1 rows set nothing off."
    rest, said = dispatched(endpoint, "flood", {})
    assert ([event["user"] for event in (*first, *rest)], said) == (["u1", "u2"], "")
    monkeypatch.setattr("splreplay.serve.alerts.actions.MOST_SECONDS", -1.0)
    none, said = dispatched(endpoint, "flood of time", {"alert.digest_mode": "0"})
    assert (none, said.count("the last 2 rows set nothing off.")) == ([], 1)


def test_a_script_runs_for_each_row(endpoint: Endpoint, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = {"action.works": "1", "action.works.param.out": str(out), "alert.digest_mode": "0"}
    _, said = dispatched(endpoint, "each", settings)
    assert (said, out.read_text()) == ("", "donedone")


def test_a_script_gets_its_parameters(endpoint: Endpoint, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _, said = dispatched(endpoint, "scripted", {"action.works": "1", "action.works.param.out": str(out)})
    assert (said, out.read_text()) == ("", "done")

"""The test-only alert actions write what `splreplay` says that Enterprise Security would."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from splreplay.knowledge.app import App, SavedSearch
from splreplay.knowledge.conf import Value
from splreplay.serve.alerts.firing import Firing
from splreplay.serve.alerts.stash import WRITERS, event
from splreplay.serve.search import Query
from splreplay.serve.state.jobs import Job
from tests.serve.embedded import ROOT
from tests.splunk.target import SEARCH

BIN = Path(__file__).parent / "apps" / "es_actions_for_tests" / "bin"
ROWS = [
    {
        "aws_account_id": "111111111111",
        "src_ip": "s3.amazonaws.com",
        "job_arn": ["arn:a", "arn:b"],
        "_time": "1772442900",
    },
    {"aws_account_id": ["222222222222", "333333333333"], "status": "New"},
    {"src_ip": "198.51.100.7"},
]
# The built-in actions know the search's time range and drilldowns; a script is not told them.
ONLY_BUILT_IN = {"orig_time", "info_min_time", "info_max_time", "info_search_time", "drilldown_searches"}


def script() -> Any:
    spec = importlib.util.spec_from_file_location("es_events", BIN / "es_events.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("action", ["notable", "risk"])
def test_both_write_the_same_events(action: str) -> None:
    settings = App.at(ROOT).saved_search(SEARCH).settings
    by_script = [json.loads(json.dumps(made)) for made in getattr(script(), f"{action}_events")(settings, ROWS)]
    saved = SavedSearch(SEARCH, Value(settings["search"]), settings)
    firing = Firing(SEARCH, "app", settings, Job("sid", Query("search x")), ROWS)
    built_in = [json.loads(event(firing, action, item).raw) for item in WRITERS[action](saved, ROWS)]
    for made in built_in:
        assert (made.pop("search_name"), made.pop("orig_sid")) == (SEARCH, "sid")
    assert by_script == [{k: v for k, v in made.items() if k not in ONLY_BUILT_IN} for made in built_in]
    assert len(by_script) == 3

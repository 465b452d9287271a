"""The dashboard before any browser sees it: what it may consist of, and that each search has the columns it shows."""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Iterator
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.app.shipped import commands, conf, macro_calls
from tests.dashboard import ROOT, VIEW, answers, definition, whole_query

# What Dashboard Studio of Splunk 9.3 to 10.2 knows alike.
KINDS = {
    "visualizations": {f"splunk.{kind}" for kind in ("bar", "column", "markdown", "singlevalue", "table")},
    "dataSources": {"ds.search", "ds.chain"},
    "inputs": {"input.dropdown", "input.text", "input.timerange"},
}
HANDLERS = {"drilldown.setToken", "drilldown.customUrl"}
# Splunk asks before it runs one of these from a dashboard.
RISKY = {"collect", "delete", "dump", "map", "mcollect", "meventcollect", "outputcsv", "outputlookup", "run", "script"}
TOKEN = re.compile(r"\$([\w .:-]+)((?:\|[a-z]+)*)\$")  # as Dashboard Studio reads one; blanks may be in its name
TIMES = {"time.earliest", "time.latest"}
DEFINITION = definition()
SOURCES = DEFINITION["dataSources"]
PANELS = DEFINITION["visualizations"]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from strings(inner)


def shown() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from PANELS.items()
    yield from DEFINITION["inputs"].items()


def test_the_view_is_one_that_studio_opens():
    root = ElementTree.parse(VIEW).getroot()
    assert (root.tag, root.get("version"), root.findtext("label")) == ("dashboard", "2", DEFINITION["title"])
    assert set(root.keys()) == {"version", "theme"}
    assert {each.tag for each in root} == {"label", "description", "definition", "meta"}


def test_only_what_all_supported_versions_know():
    for part, known in KINDS.items():
        assert {each["type"] for each in DEFINITION[part].values()} <= known
    handlers = [handler for panel in PANELS.values() for handler in panel.get("eventHandlers", [])]
    assert {handler["type"] for handler in handlers} <= HANDLERS
    assert set(DEFINITION["layout"]) == {"type", "globalInputs", "structure"}
    keys = {key for _, each in shown() for key in each}
    assert keys <= {"type", "title", "description", "dataSources", "options", "context", "eventHandlers"}


def test_nothing_is_loaded_from_elsewhere():
    """The one address elsewhere is where a click leads; its parts are escaped, below."""
    urls = {panel["eventHandlers"][0]["options"].get("url") for panel in PANELS.values() if "eventHandlers" in panel}
    texts = [text for text in strings([PANELS, DEFINITION["inputs"], DEFINITION["layout"]]) if text not in urls]
    assert [text for text in texts if "http" in text or "//" in text] == []


def test_every_source_exists_and_is_used():
    named = {name for _, each in shown() for name in each.get("dataSources", {}).values()}
    extended = {source["options"]["extend"] for source in SOURCES.values() if source["type"] == "ds.chain"}
    assert named | extended == set(SOURCES)
    assert all(SOURCES[name]["type"] == "ds.search" for name in extended)


def test_every_panel_has_its_place_and_none_is_on_another():
    layout = DEFINITION["layout"]
    assert sorted(block["item"] for block in layout["structure"]) == sorted(PANELS)
    assert sorted(layout["globalInputs"]) == sorted(DEFINITION["inputs"])
    places = [block["position"] for block in layout["structure"]]
    assert all(min(p.values()) >= 0 and p["x"] + p["w"] <= 1200 for p in places)
    assert not [pair for pair in combinations(places, 2) if share(*pair, "x", "w") and share(*pair, "y", "h")]
    assert sum(p["w"] * p["h"] for p in places) == 1200 * max(p["y"] + p["h"] for p in places)


def share(one: dict[str, int], other: dict[str, int], at: str, size: str) -> bool:
    return one[at] < other[at] + other[size] and other[at] < one[at] + one[size]


# --- tokens --------------------------------------------------------------------------------------------------
def tokens_of_inputs() -> set[str]:
    names = {each["options"]["token"]: each["type"] for each in DEFINITION["inputs"].values()}
    return {name for name, kind in names.items() if kind != "input.timerange"} | TIMES


def test_every_token_is_one_of_an_input_that_has_a_default():
    used = {name for text in strings(DEFINITION) for name, _ in TOKEN.findall(text) if not name.startswith("row.")}
    assert used == tokens_of_inputs()
    assert all(each["options"].get("defaultValue") for each in DEFINITION["inputs"].values())


@pytest.mark.parametrize("name", SOURCES)
def test_a_token_in_a_search_is_quoted(name):
    """And no dollar of a pattern begins one: it would be taken from the search without a word."""
    query = SOURCES[name]["options"]["query"]
    assert {flag for _, flag in TOKEN.findall(query)} <= {"|s"}
    assert not re.search(r"\$[\w .:$-]", TOKEN.sub("", query))
    assert '"$' not in query


def test_a_token_in_a_link_is_escaped():
    links = [text for panel in PANELS.values() for text in strings(panel) if "/app/" in text or "://" in text]
    assert len(links) == 3
    for link in links:
        assert {flag for _, flag in TOKEN.findall(link)} == {"|u"}


def test_what_a_click_sets_is_a_column():
    columns = answers("one job")
    for name, panel in PANELS.items():
        for handler in panel.get("eventHandlers", []):
            told = json.dumps(handler)
            [source] = panel["dataSources"].values()
            fields = set(re.findall(r"row\.(\w+)\.value", told))
            assert fields, name
            assert fields <= set(columns[source].fields), name
            assert {each["token"] for each in handler["options"].get("tokens", [])} <= tokens_of_inputs()


# --- searches ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", SOURCES)
def test_a_search_only_reads_and_only_calls_what_is_there(name):
    spl = whole_query(name)
    assert RISKY.isdisjoint(commands(spl))
    assert macro_calls(spl) <= set(conf("macros"))


# The columns that a panel, an input or its colours name; `table` at the end of a search says the rest.
NAMED = re.compile(r"seriesByName\([\"'](\w+)[\"']\)")
ENDS_IN_TABLE = re.compile(r"\| table ([\w \"]+)\Z")


@pytest.mark.parametrize("data", ["empty", "one job", "a day of all"])
def test_each_search_has_the_columns_that_are_shown(data):
    columns = answers(data)
    for name, panel in shown():
        for source in panel.get("dataSources", {}).values():
            table = ENDS_IN_TABLE.search(SOURCES[source]["options"]["query"])
            wanted = set(NAMED.findall(json.dumps(panel).replace('\\"', '"')))
            wanted |= set(shlex.split(table[1]) if table else [])
            wanted |= set(panel.get("options", {}).get("columnFormat", {}))
            found = columns[source]
            assert not found.rows or wanted <= set(found.fields), (name, source)
            series = panel.get("options", {}).get("seriesColorsByField", {})
            assert set(found.fields[1:]) <= set(series) | set(found.fields if not series else []), (name, source)


TILES = {
    "empty": ("0 calm", "0 calm"),
    "one job": ("not known unclear", "1 unclear"),
    "a day of all": ("5 or more alarm", "2 unclear"),
    "a hostile record": ("1 alarm", "1 alarm"),
}


@pytest.mark.parametrize("data", TILES)
def test_a_tile_takes_what_is_not_known_for_no_nought(data):
    rows = [answers(data)[name].rows[0] for name in ("job_foreign", "job_errors")]
    assert tuple(f"{row['jobs']} {row['tone']}" for row in rows) == TILES[data]


def distance(one: str, other: str) -> float:
    """How far apart two colours look, by https://www.compuphase.com/cmetric.htm; black and white are 765."""
    (r, g, b), (red, green, blue) = ([int(text[at : at + 2], 16) for at in (1, 3, 5)] for text in (one, other))
    mean = (r + red) / 512
    return math.sqrt((2 + mean) * (r - red) ** 2 + 4 * (g - green) ** 2 + (3 - mean) * (b - blue) ** 2)


def test_colours_of_a_chart_are_told_apart():
    for name, panel in PANELS.items():
        options = panel.get("options", {})
        colours = [*options.get("seriesColors", []), *options.get("seriesColorsByField", {}).values()]
        near = [pair for pair in combinations(colours, 2) if distance(*pair) < 120]
        assert near == [], name
        assert colours or panel["type"] not in ("splunk.bar", "splunk.column"), name


def test_the_views_are_in_the_navigation():
    nav = ElementTree.parse(ROOT / "default" / "data" / "ui" / "nav" / "default.xml").getroot()
    views = {path.stem for path in VIEW.parent.glob("*.xml")}
    assert {view.get("name") for view in nav.iter("view")} == views | {"search"}
    assert [view.get("name") for view in nav.iter("view") if view.get("default")] == [VIEW.stem]

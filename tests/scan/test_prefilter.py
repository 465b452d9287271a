"""Which text a search implies: one row for each rule, and proof that passing records over changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from splreplay.commands import grammar
from splreplay.engine import search
from splreplay.load.prefilter import needle_for
from splreplay.scan import Needle
from splreplay.scan.files import FileSource
from splreplay.scan.source import Needs
from splreplay.spl.bounds import bounded, widest
from splreplay.spl.pipeline import parse
from splreplay.spl.text import Text

# A search, and what it implies where `calculated`, `status` and `index` are not written in the record.
RULES = {
    "eventName=JobCreated": "JobCreated",
    'eventName = "JobCreated"': "JobCreated",
    "eventName=CASE(JobCreated)": "JobCreated",
    "eventName=*Created": "Created",
    "eventName=Job*Created*": "Created",
    "eventName=*": None,
    "eventName=J*d": None,
    "eventName!=JobCreated": None,
    "NOT eventName=JobCreated": None,
    "NOT (NOT eventName=JobCreated)": None,
    "eventName>JobCreated": None,
    "calculated=JobCreated": None,
    "calculated=x eventName=JobCreated": "JobCreated",
    "calculated=x OR eventName=JobCreated": None,
    "index=main eventName=JobCreated": "JobCreated",
    "eventName=JobCreated eventSource=s3.amazonaws.com awsRegion=ap-southeast-2": "JobCreated",
    "eventName=Job eventName=JobCreated": "JobCreated",
    "eventName=JobCreated OR eventName=JobStatusChanged": "JobCreated|JobStatusChanged",
    "eventName=JobCreated OR eventName!=x": None,
    "eventName=JobCreated OR status=ok": None,
    "eventName IN (JobCreated, JobStatusChanged)": "JobCreated|JobStatusChanged",
    "eventName IN (JobCreated, J*)": None,
    "eventName=JobCreated (status=active OR status=ready)": "JobCreated",
    "recipientAccountId=111111111111": "111111111111",
    "sourceIPAddress=192.0.2.7": "192.0.2.7",
    "sourceIPAddress=192.0.2.0/24": None,
    'key="data/2026/part"': "data/2026/part",
    r'name="a\\b long \"quoted\" word"': "b long",
    'name="naïve café longest"': "longest",
    'name="surrogate?half"': "surrogate",
    "readOnly=false": "false",
    "JobCreated": "JobCreated",
    '"arn:aws:s3:::example-bucket"': "example-bucket",
    "TERM(192.0.2.7)": "192.0.2.7",
    "CASE(JobCreated)": "JobCreated",
    "*": None,
    "ab": None,
    "earliest=-1h": None,
    "earliest=-1h eventName=JobCreated": "JobCreated",
    "_index_earliest=-1h": None,
    "_index_earliest=-1h eventName=JobCreated _index_latest=now": "JobCreated",
    "_indextime>5 eventName=JobCreated": "JobCreated",
    "_raw=*JobCreated*": "JobCreated",
    r'_raw="*\"eventName\": \"JobCreated\"*"': "JobCreated",
}


@pytest.mark.parametrize("text", RULES)
def test_each_rule(text: str) -> None:
    node = parse(Text.of(f"search {text}"), grammar()).commands[0].args
    needle, words = needle_for(node, lambda field: field not in ("calculated", "index", "status"))
    expected = RULES[text]
    assert needle == (Needle(tuple(part.encode() for part in expected.split("|"))) if expected else None)
    assert words.startswith("records without " if expected else "every record is read: ")


# A search that runs from 1000 to 9000 by the time of events and from 2000 by index time: the bounds that every event
# keeps, by which a source may leave records out.
BOUNDS = {
    "*": (1000.0, 9000.0, 2000.0, None),
    "earliest=500": (500.0, 9000.0, 2000.0, None),
    "earliest=1500 (earliest=2500 a=1)": (2500.0, 9000.0, 2000.0, None),
    "latest=-1000s": (1000.0, 9000.0, 2000.0, None),
    "latest=-1000s a=1": (1000.0, 9000.0, 2000.0, None),
    "(earliest=1500 a=1) OR b=1": (None, 9000.0, 2000.0, None),
    "NOT earliest=1500": (1000.0, 9000.0, 2000.0, None),
    "_index_earliest=-1h _index_latest=now": (1000.0, 9000.0, 6400.0, 10000.0),
    "_index_earliest=0": (1000.0, 9000.0, 0.0, None),
}


@pytest.mark.parametrize("text", BOUNDS)
def test_each_end_of_the_time_range(text: str) -> None:
    node = parse(Text.of(f"search {text}"), grammar()).commands[0].args
    given = {"earliest": 1000.0, "latest": 9000.0, "_index_earliest": 2000.0, "_index_latest": None}
    whole = bounded(node, given, 10_000, "UTC")
    assert tuple(widest(whole, name) for name in given) == BOUNDS[text]


# --- the same result with and without ------------------------------------------------------------------
FRAGMENTS = [
    "JobCreated",
    "kiss",
    "10",
    "a/b",
    '"',
    "\\",
    "?",
    " ",
    "\u212a",
    "\u0130",
    "\u017f",
    "\u0131",
    "é",
    "\n",
    "\ud83d",
    "x",
]
texts = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=4).map("".join)
scalars = st.one_of(texts, texts.map(str.upper), texts.map(str.swapcase), st.just(None), st.booleans())
values = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(st.sampled_from("ab"), scalars, max_size=2))
records = st.dictionaries(st.sampled_from(["a", "b", "eventName"]), values, max_size=3)
NOW = 1_767_225_600.0  # what an event without a time gets
FIELDS = st.sampled_from(["a", "b", "eventName", "a.b", "a{}", "index", "_raw"])


@st.composite
def json_text(draw: st.DrawFn, value: object) -> str:
    """JSON that means the value, with any of its characters escaped."""
    if isinstance(value, dict):
        pairs = [f"{draw(json_text(key))}: {draw(json_text(item))}" for key, item in value.items()]
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(draw(json_text(item)) for item in value) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    return '"' + "".join(draw(st.sampled_from(_forms(char))) for char in value) + '"'


def _forms(char: str) -> list[str]:
    plain = [json.dumps(char)[1:-1], f"\\u{ord(char):04X}"]
    return (
        plain
        if "\ud800" <= char <= "\udfff"
        else [*plain, json.dumps(char, ensure_ascii=False)[1:-1], *(["\\/"] if char == "/" else [])]
    )


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


patterns = st.lists(st.sampled_from([*FRAGMENTS[:-2], "*", "Created", "iss", "1e1"]), min_size=1, max_size=3).map(
    "".join
)
comparisons = st.builds(
    lambda *parts: "".join(parts), FIELDS, st.sampled_from(["=", "=", "=", "!=", ">"]), patterns.map(_quoted)
)
listed = st.builds(
    lambda field, items: f"{field} IN ({', '.join(map(_quoted, items))})",
    FIELDS,
    st.lists(patterns, min_size=1, max_size=2),
)
searches = st.recursive(
    st.one_of(comparisons, comparisons, listed, patterns.map(_quoted)),
    lambda inner: st.one_of(
        st.builds("({} {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        inner.map("NOT ({})".format),
    ),
    max_leaves=4,
)


class Unfiltered(FileSource):
    def _options(self, needs: Needs) -> dict[str, Any]:
        return super()._options(replace(needs, needle=None))


@pytest.mark.parametrize("engine", ["native", "standard library"], indirect=True)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_what_is_passed_over_does_not_match(engine: str, tmp_path: Path, data: st.DataObject) -> None:
    rows = data.draw(st.lists(records, min_size=1, max_size=5))
    file = tmp_path / "log"
    file.write_text("\n".join(data.draw(json_text(row)) for row in rows))
    spl = data.draw(searches)
    found, wanted = (search(spl, source([str(file)]), now=NOW).rows for source in (FileSource, Unfiltered))
    assert found == wanted

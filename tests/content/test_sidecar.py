"""tests/<detection>.yml is taken as it is, and refused with file and line where it says what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from splreplay.content.documents import DocumentError
from splreplay.content.sidecar import Sidecar, read_sidecar
from tests import sidecars, traffic

PLAIN = """
cases:
- name: one
  why: A job is created.
  data: one.ndjson
  expect:
    findings:
    - entity: "111111111111"
      risk_score: 64
      message: A job is created.
      fields: {count: "1"}
"""
AND = "- {name: two, data: two.ndjson, expect: silent, "

MISTAKES = {
    "an unknown key": (PLAIN + "souretype: x\n", ":12: the file has no key 'souretype'"),
    "an unknown key of a case": (PLAIN + "  souretype: x\n", ":12: .* did you mean 'sourcetype'"),
    "an unknown key of a finding": (PLAIN.replace("risk_score", "score"), ":9: .*findings.0. has no key 'score'"),
    "a missing key": (PLAIN.replace("  data: one.ndjson\n", ""), r":3: cases\[0\] has no key 'data'"),
    "no findings at all": (PLAIN.partition("findings")[0], "expect is nothing; it must be"),
    "findings of nothing": (PLAIN.partition("- entity")[0], ":7: .*findings is nothing; it must be a list"),
    "nothing to expect": (PLAIN.partition("  expect")[0], "has no key 'expect'"),
    "an expectation of nobody": (PLAIN.partition("expect")[0] + "expect: fired", "'fired'; it must be .*fires, silent"),
    "a number for a field": (PLAIN.replace('"1"', "1"), "fields.count is 1; it must be text in quotes"),
    "a number for an entity": (PLAIN.replace('"111111111111"', "111111111111"), "entity is 111111111111"),
    "text for a truth value": (PLAIN + '  optional: "true"\n', "optional is 'true'; it must be true or false"),
    "a target of nobody": (PLAIN + "  notes: {elastic: x}\n", "no key 'elastic'; the keys are splreplay, splunk"),
    "a time without a zone": (PLAIN + '  earliest: "2026-03-02"\n', ':12: earliest is .*write "2026-03-02T09:00:00Z"'),
    "no time": (PLAIN + "  latest: tomorrow\n", "latest is 'tomorrow', which is no time"),
    "a list for the file": ("- why\n", "the file is a list; it must be keys with values"),
    "an empty file": ("", "the file is nothing"),
    "two of a name": (PLAIN + "- {name: one, data: x, expect: fires}\n", "there are two cases 'one'"),
    "a near miss of nothing": (PLAIN + AND + "near_miss_of: three}", "there is no case 'three'"),
    "a change from nothing": (PLAIN + AND + "changed: [a]}", "changed says how a near miss differs"),
    "no YAML": (PLAIN + "  why: 'x\n", "is no YAML: while scanning a quoted scalar"),
}


def load(folder: Path, text: str) -> Sidecar:
    (folder / "one.yml").write_text(text)
    return read_sidecar(folder / "one.yml")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_refuses(mistake: str, tmp_path: Path) -> None:
    text, message = MISTAKES[mistake]
    with pytest.raises(DocumentError, match=message) as error:
        load(tmp_path, text)
    assert f"{tmp_path / 'one.yml'}:" in str(error.value)


def test_fields_differ_by_target_where_the_case_says_so(tmp_path: Path) -> None:
    [case] = load(tmp_path, PLAIN + "      fields_on: {splunk: {count: null}}\n").cases
    [finding] = case.expect.findings or ()
    assert finding.fields_on("splreplay") == {"count": "1"}
    assert finding.fields_on("splunk") == {"count": None}


def test_what_all_cases_share_is_said_once(tmp_path: Path) -> None:
    defaults = "defaults: {sourcetype: x, macros: {a: '1', b: '2'}}"
    cases = "cases:\n- {name: n, data: [{data: d}, {data: e, sourcetype: y}], macros: {b: '3'}, expect: silent}"
    [case] = load(tmp_path, f"{defaults}\n{cases}").cases
    assert [data.sourcetype for data in case.data] == ["x", "y"]
    assert case.macros == {"a": "1", "b": "3"}
    assert not case.expect.fires


def test_lines_come_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "one.ndjson").write_text('{"a" : "\\u0062"}\n')
    [case] = load(tmp_path, PLAIN).cases
    assert list(sidecars.lines(case)) == ['{"a" : "\\u0062"}']


def test_made_traffic_is_the_same_for_the_same_seed() -> None:
    first, again, other = (list(traffic.benign_records(50, seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_every_case_of_the_project_loads() -> None:
    cases = sidecars.load_all()
    assert len(cases) >= 22
    assert any(not case.expect.fires for case in cases)
    assert set(sidecars.AMONG) <= {case.name for case in cases}

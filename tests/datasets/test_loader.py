"""The loader takes the datasets as they are and refuses what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import datasets_loader, traffic

PLAIN = """
why: A job is created.
sourcetype: aws:cloudtrail
addon: true
findings:
- entity: "111111111111"
  risk_score: 64
  message: A job is created.
  fields: {count: "1"}
"""

MISTAKES = {
    "an unknown key": (PLAIN + "souretype: x\n", "Dataset has no key souretype"),
    "an unknown key of a finding": (PLAIN.replace("risk_score", "score"), "Finding has no key score"),
    "a missing key": (PLAIN.replace("addon: true\n", ""), "Dataset needs the key addon"),
    "no findings at all": (PLAIN.partition("findings")[0], "Dataset needs the key findings"),
    "findings of nothing": (
        PLAIN.partition("findings")[0] + "findings:\n",
        r"findings must be a list; write \[\]",
    ),
    "a number for a field": (PLAIN.replace('"1"', "1"), "field count is 1, not text"),
    "a number for an entity": (PLAIN.replace('"111111111111"', "111111111111"), "entity is 111111111111"),
    "text for a truth value": (PLAIN.replace("true", '"true"'), "addon is 'true'; it must be of type bool"),
    "a target of nobody": (
        PLAIN + "notes: {elastic: x}\n",
        "elastic is no target; the targets are splreplay, splunk",
    ),
    "a time without a zone": (
        PLAIN + 'window: {earliest: "2026-03-02", latest: "2026-03-03"}\n',
        r'earliest is .*; write a time as "2026-03-02T09:00:00Z"',
    ),
    "a list for the file": ("- why\n", "the file must be a mapping, not list"),
}


def load(folder: Path, text: str) -> datasets_loader.Dataset:
    (folder / "dataset.yml").write_text(text)
    return datasets_loader.load(folder)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_refuses(mistake: str, tmp_path: Path) -> None:
    text, message = MISTAKES[mistake]
    with pytest.raises(datasets_loader.DatasetError, match=message) as error:
        load(tmp_path, text)
    assert str(tmp_path / "dataset.yml") in str(error.value)


def test_fields_differ_by_target_where_the_dataset_says_so(tmp_path: Path) -> None:
    finding = load(tmp_path, PLAIN + "  fields_by_target: {splunk: {count: null}}\n").findings[0]
    assert finding.fields_on("splreplay") == {"count": "1"}
    assert finding.fields_on("splunk") == {"count": None}


def test_lines_come_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "records.ndjson").write_text('{"a" : "\\u0062"}\n')
    assert list(load(tmp_path, PLAIN).lines()) == ['{"a" : "\\u0062"}']


def test_made_traffic_is_the_same_for_the_same_seed() -> None:
    first, again, other = (list(traffic.benign_records(50, seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_every_dataset_of_the_project_loads() -> None:
    datasets = datasets_loader.load_all()
    assert len(datasets) >= 12
    assert any(not dataset.findings for dataset in datasets)

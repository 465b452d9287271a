"""The benchmark runs to its end, and a program that is wrong or missing does not pass for a fast one."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bench(monkeypatch):
    """A module of bench/ by its name; they are scripts, and find each other beside themselves."""
    monkeypatch.syspath_prepend(ROOT / "bench")
    return importlib.import_module


@pytest.fixture
def measured(bench, tmp_path):
    """The one row of a benchmark of two shell commands, each of which is to print three letters."""
    measure, report = bench("measure"), bench("report")

    def measured(ours: str, peer: str, **of_peer: object) -> object:
        first, second = measure.Program("ours", ours, expected=3), measure.Program("peer", peer, expected=3, **of_peer)
        taken = measure.in_turn([first, second], tmp_path, runs=2)
        return report.Measured(report.Row("work", first, second, limit=0.5), taken[first], taken.get(second))

    return measured


@pytest.mark.parametrize(
    ("ours", "peer", "verdict"),
    [
        ("printf abc", "sleep 0.2; printf abc", "✓"),
        ("sleep 0.2; printf abc", "printf abc", "✗"),
    ],
)
def test_a_ratio_is_held_against_its_limit(measured, ours, peer, verdict):
    assert measured(ours, peer).cells()[-1] == verdict


@pytest.mark.parametrize(("ours", "peer"), [("printf ab", "printf abc"), ("printf abc", "exit 1")])
def test_a_wrong_count_has_no_ratio(measured, ours, peer):
    row = measured(ours, peer)
    assert (row.ratio, row.cells()[4], len(row.wrong)) == (None, "wrong count", 1)


def test_a_count_that_is_wrong_once_is_wrong(measured):
    peer = "test -e seen || { touch seen; printf d; }; printf abc"
    assert measured("printf abc", peer).wrong == [f"`{peer}` counted 4, not 3"]


def test_a_peer_that_is_not_installed_is_a_row(measured):
    row = measured("printf abc", "no-such-tool", needs=("no-such-tool",))
    assert row.cells()[3:] == ["not installed", "", "0.5", ""]


def test_programs_keep_their_byte_code(bench, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delitem(sys.modules, "measure", raising=False)
    measure = bench("measure")
    asked = measure.Program("python", 'test -z "$PYTHONDONTWRITEBYTECODE" && printf abc', expected=3)
    assert measure.run(asked, tmp_path).count == 3


def test_a_table_replaces_the_one_before(bench, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- t -->\n| old |\n<!-- /t -->\nafter\n")
    bench("report").publish("t", r"| \d new |", page)
    assert page.read_text() == "before\n<!-- t -->\n| \\d new |\n<!-- /t -->\nafter\n"


def runs(bench, *seconds: float) -> dict[int, object]:
    return {cores: bench("measure").Run(second, 100, 0) for cores, second in enumerate(seconds, 1)}


@pytest.mark.parametrize(
    ("one", "two", "four"),
    [(10, 5, 2.5), (10, 10, 10), (10, 6, 4), (10, 4, 2.5), (10, 12, 10)],
    ids=["all of it is shared", "none", "a fifth is not", "faster than twice is noise", "slower than one is noise"],
)
def test_more_cores_are_computed_by_amdahls_law(bench, one, two, four):
    assert bench("scaling_page").modelled(runs(bench, one, two))[0] == (4, pytest.approx(four))


def test_what_is_computed_is_drawn_otherwise_than_what_was_measured(bench):
    plot = bench("plot")
    curve = plot.Curve("cores", [(1, 10), (2, 5)], computed=[(4, 2.5), (8, 1.25)])
    drawn = ElementTree.fromstring(plot.svg([plot.Panel("title", "cores", [(1, "1"), (8, "8")], [curve])]))
    assert len(drawn.findall(".//{*}circle")) == 2
    assert [path.get("stroke-dasharray") for path in drawn.findall(".//{*}path[@stroke-dasharray]")] == ["none", "4 4"]


@pytest.mark.slow
def test_the_quick_run_counts_right_and_leaves_the_page():
    before = (ROOT / "docs/scaling.md").read_bytes()
    script = [sys.executable, ROOT / "bench/bench_scan.py", "--quick"]
    done = subprocess.run(script, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr, "wrong count" in done.stdout) == (0, "", False)
    assert "peak memory, 200,000 records" in done.stdout
    assert (ROOT / "docs/scaling.md").read_bytes() == before

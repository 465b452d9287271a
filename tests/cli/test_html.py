"""`splreplay run --html FILE` through the front door: the bundled example, many findings, none, and no file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from splreplay.cli import main
from splreplay.page.render import FINDINGS

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = str(ROOT / "examples" / "cloudtrail.ndjson")
CapSys = pytest.CaptureFixture[str]


def run(tmp_path: Path, *argv: str) -> Element:
    """The page of a run."""
    file = tmp_path / "page.html"
    assert main(["run", *argv, "--html", str(file)]) == 0
    return html5lib.parse(file.read_text("utf-8"), namespaceHTMLElements=False)


def said(element: Element | None) -> str:
    assert element is not None
    return " ".join(" ".join(element.itertext()).split())


def part(page: Element, heading: str) -> str:
    """The section under a heading."""
    [found] = [each for each in page.iter("section") if len(each) and said(each[0]) == heading]
    return said(found)


def figures(page: Element) -> dict[str, str]:
    [found] = [each for each in page.iter("dl") if each.get("class") == "figures"]
    return {said(each.find("dt")): said(each.find("dd")) for each in found}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Element:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return run(tmp_path_factory.mktemp("page"), EXAMPLE, "--tz", "Europe/Berlin")


def test_the_finding_is_a_card(page: Element) -> None:
    [card] = page.iter("article")
    text = said(card)
    assert "AWS Exfiltration via Batch Service: new job in account 111111111111" in text
    assert "high" in text
    assert "64 risk" in text
    assert "mitre attack T1119 T1537" in text
    assert "job_region us-east-1" in text


def test_a_drilldown_is_ready_to_run_and_says_when_it_looks(page: Element) -> None:
    [first, *others] = [each for each in page.iter("details") if each.get("class") == "drilldown"]
    assert len(others) == 6
    text = said(first)
    assert "View the detection results for account 111111111111" in text
    assert "2026-03-02 08:11:30 to 2026-03-09 10:11:30" in text
    assert 'where aws_account_id = "111111111111"' in text
    assert "$" not in text
    assert "7d before the finding to the finding" in said(others[-1])


def test_the_rest_is_what_the_run_was(page: Element) -> None:
    assert figures(page) | {"seconds": ""} == {
        "finding": "1", "entity at risk": "1", "event matched": "1", "records read": "16", "seconds": "",
    }  # fmt: skip
    assert "2026-03-02 10:11:30 eventName=JobCreated" in part(page, "Matched events")
    assert re.search(r"111111111111 other 64 1 risk event, threat object https://", part(page, "Risk by entity"))
    assert "`aws_exfiltration_via_batch_service_filter` | search * 1" in part(page, "Rows after each stage")
    assert "passed over unread 15" in part(page, "What was read")
    assert "the job's page (job_console_url)" in part(page, "About this detection")
    assert "times are in Europe/Berlin" in said(page)


def trail(folder: Path, count: int) -> str:
    """So many accounts, each with a job."""
    record = next(line for line in Path(EXAMPLE).read_text().splitlines() if '"JobCreated"' in line)
    path = folder / "trail.ndjson"
    lines = (record.replace("111111111111", str(200000000000 + number)) for number in range(count))
    path.write_text("\n".join(lines))
    return str(path)


@pytest.mark.slow
def test_of_many_findings_some_are_shown_and_the_others_are_where_it_says(
    tmp_path: Path, capsys: CapSys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    file = trail(tmp_path, FINDINGS + 30)
    page = run(tmp_path, file, "--earliest", "-90y", "--format=json")
    assert len(list(page.iter("article"))) == FINDINGS
    assert figures(page)["findings"] == "230"
    assert figures(page)["entities at risk"] == "230"
    capsys.readouterr()
    words = re.search(
        r"200 of 230 findings are shown\. All of them: splreplay (.*? --earliest -90y --format ndjson)", said(page)
    )
    assert words is not None
    assert main(words[1].split()) == 0
    assert len([json.loads(line) for line in capsys.readouterr().out.splitlines()]) == 230


def test_without_a_finding_the_page_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "trail.ndjson").write_text('{"eventName": "JobStatusChanged"}\n{"eventName": "JobCreated"')
    file = tmp_path / "page.html"
    assert main(["run", str(tmp_path / "trail.ndjson"), "--html", str(file)]) == 3
    page = html5lib.parse(file.read_text("utf-8"), namespaceHTMLElements=False)
    assert list(page.iter("article")) == []
    assert "No findings." in said(page)
    assert "none of the 2 records matches" in said(page)
    assert "malformed: " in part(page, "What was read")


def test_only_a_run_that_makes_a_page_waits_for_what_makes_it(tmp_path: Path) -> None:
    asked = "import sys; from splreplay.cli import main; main(sys.argv[1:]); sys.exit('jinja2' in sys.modules)"
    for argv, imported in ([], 0), (["--html", str(tmp_path / "page.html")], 1):
        done = subprocess.run([sys.executable, "-c", asked, "run", EXAMPLE, *argv], cwd=ROOT, check=False)
        assert done.returncode == imported


# --- the file --------------------------------------------------------------------------------------------
def test_a_page_that_cannot_be_written_is_told_before_the_search(tmp_path: Path, capsys: CapSys) -> None:
    file = tmp_path / "no-such-folder" / "page.html"
    assert main(["run", EXAMPLE, "--html", str(file)]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == f"run error: {file}: No such file or directory\n"


def test_a_search_that_fails_leaves_no_page_and_spares_the_one_before(tmp_path: Path, capsys: CapSys) -> None:
    (tmp_path / "before.html").write_text("before")
    for name in ("new.html", "before.html"):
        argv = ["run", EXAMPLE, "--lookups", str(tmp_path / "none"), "--html", str(tmp_path / name)]
        assert main(argv) == 2
    assert main(["run", EXAMPLE, "--maxmind", "x", "--search", "no such", "--html", str(tmp_path / "new.html")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["before.html"]
    assert (tmp_path / "before.html").read_text() == "before"


@pytest.mark.parametrize("name", ["-", "trail.ndjson", "../here/trail.ndjson"])
def test_a_page_goes_over_no_log(tmp_path: Path, capsys: CapSys, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("trail.ndjson").write_text("{}")
    assert main(["run", "--app", str(ROOT), "trail.ndjson", "--html", name]) == 2
    assert "name a" in capsys.readouterr().err
    assert Path("trail.ndjson").read_text() == "{}"


def test_a_page_in_the_folder_that_is_read_is_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "trail.ndjson").write_text("{}")
    page = run(tmp_path, str(tmp_path))
    assert "files 1" in part(page, "What was read")


def test_a_page_takes_the_place_of_a_longer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "page.html").write_text("x" * 1_000_000)
    run(tmp_path, EXAMPLE)
    assert (tmp_path / "page.html").read_text().endswith("</html>")
    assert main(["run", EXAMPLE, "--html", str(tmp_path)]) == 3


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_is_told(capsys: CapSys) -> None:
    assert main(["run", EXAMPLE, "--html", "/dev/full"]) == 3
    assert "No space left on device" in capsys.readouterr().err


# --- a hostile log ---------------------------------------------------------------------------------------
def test_a_hostile_log_is_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    hostile = "</code></script><script>alert(1)</script>\u202e\x1b[2J"
    record = json.loads(next(line for line in Path(EXAMPLE).read_text().splitlines() if '"JobCreated"' in line))
    record |= {"userAgent": hostile, "sourceIPAddress": hostile, "recipientAccountId": hostile, "errorCode": hostile}
    (tmp_path / "trail.ndjson").write_text(json.dumps(record))
    page = run(tmp_path, str(tmp_path / "trail.ndjson"))
    shown = "</code></script><script>alert(1)</script>\\u202e\\x1b[2J"
    assert said(page).count(shown) > 5
    assert len(list(page.iter("script"))) == 1

"""Where a test's data is looked for: below the repository, in local clones by the URL's path, and nowhere else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from splreplay.content.sidecar import Data
from splreplay.verdicts.data import Folders, NoDataError, read

PATH = "datasets/attack_techniques/T1/a b/log.json"
RECORD = json.dumps({"eventTime": "2026-03-02T09:15:00Z", "eventName": "DeleteBucket"})
URLS = [
    "https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/attack_techniques/T1/a%20b/log.json",
    "https://media.githubusercontent.com/media/splunk/attack_data/refs/heads/master/" + PATH.replace(" ", "%20"),
    "https://raw.githubusercontent.com/splunk/attack_data/master/" + PATH.replace(" ", "%20"),
    "https://github.com/splunk/attack_data/raw/master/" + PATH.replace(" ", "%20"),
    "https://example.com/mirror/" + PATH.replace(" ", "%20"),
]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    file = tmp_path / "attack_data" / PATH
    file.parent.mkdir(parents=True)
    file.write_text(RECORD)
    (tmp_path / "repository").mkdir()
    return tmp_path / "attack_data"


def found(data: str, root: Path, *clones: Path, base: Path | None = None) -> list[str]:
    return [event.raw for event in read([Data(data)], base or root, Folders(root, clones)).found]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("named", ["", "datasets"])
def test_a_url_is_a_path_below_a_clone(url: str, named: str, clone: Path) -> None:
    assert found(url, clone.parent / "repository", clone / named) == [RECORD]


WRONG = {
    "https://raw.githubusercontent.com/a/b/c/../../../../../etc/passwd": "names no file of a clone",
    "https://raw.githubusercontent.com/a/b/c/%2e%2e/%2e%2e/etc/passwd": "names no file of a clone",
    "https://example.com/nothing.log": "names no file of a clone",
    "/etc/passwd": "leads out of the repository",
    "../attack_data_of_others": "there is no file",
    "file:///etc/passwd": "there is no file",
    "a\0b": "there is no file",
    "https://raw.githubusercontent.com/a/b/master/datasets/none.log": "lies in no folder that --data names",
}


@pytest.mark.parametrize("data", WRONG)
def test_what_may_not_or_cannot_be_read(data: str, clone: Path) -> None:
    with pytest.raises(NoDataError, match=WRONG[data]):
        found(data, clone.parent / "repository", clone)


def test_a_link_that_leads_out_of_a_clone_is_not_followed(clone: Path) -> None:
    (clone / "datasets" / "link.log").symlink_to("/etc/passwd")
    with pytest.raises(NoDataError, match="leads out"):
        found("https://raw.githubusercontent.com/a/b/master/datasets/link.log", clone.parent / "repository", clone)


def test_a_pointer_is_named_with_the_command_for_its_own_clone(clone: Path) -> None:
    (clone / ".git").mkdir()
    (clone / PATH).write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n")
    with pytest.raises(NoDataError) as error:
        found(URLS[0], clone.parent / "repository", clone)
    assert error.value.advice == f'git -C {clone} lfs pull --include "{PATH}"'


def test_events_have_what_the_test_says_of_them(clone: Path) -> None:
    data = Data(PATH, "linux:audit", "auditd", "unix", "box")
    [event] = read([data], clone, Folders(clone)).found
    assert dict(event.meta) | {"splunk_server": ""} == {
        "sourcetype": "linux:audit", "source": "auditd", "index": "unix", "host": "box", "splunk_server": "",
    }  # fmt: skip


def test_lines_that_are_no_json_are_events_with_the_time_that_they_show(clone: Path) -> None:
    (clone / "a.log").write_text(
        "2026-03-02 09:15:00 GET /\r\n\r\n<Event><TimeCreated SystemTime='2026-03-02T09:15:01Z'/>\n"
    )
    events = read([Data("a.log", "x")], clone, Folders(clone)).found
    assert [event.time for event in events] == [1772442900, 1772442901]
    assert events[0].raw == "2026-03-02 09:15:00 GET /"


def test_compressed_files_are_read_and_damaged_ones_are_not_passed_over(clone: Path) -> None:
    whole = gzip.compress(RECORD.encode() * 1)
    (clone / "a.json.gz").write_bytes(whole)
    assert found("a.json.gz", clone) == [RECORD]
    (clone / "a.json.gz").write_bytes(gzip.compress(f"{RECORD}\n".encode() * 500)[:60])
    with pytest.raises(NoDataError, match="could not be read to its end"):
        found("a.json.gz", clone)


def test_a_file_that_is_half_json_is_no_data(clone: Path) -> None:
    (clone / "a.json").write_text(f"{RECORD}\n{{broken\n")
    with pytest.raises(NoDataError, match=r"a\.json could not be read to its end"):
        found("a.json", clone)

"""`--kv DIR`: collections of the KV store from files, for lookups and for the app's own commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from splreplay.cli import main
from tests.app.shipped import ROOT, records

NAME = "s3_batch_approvals"
APPROVAL = {"_key": "k", "account": "111111111111", "expires": 1798761600, "reason": "CHG-1", "approved_by": "bob"}


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A verb over one job with this collection; its exit code, output and errors."""
    (tmp_path / "records.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records("one_job")))

    def ask(*words: str, kv: dict[str, str] | None = None, app: Path = ROOT) -> tuple[int, str, str]:
        folder = tmp_path / "kv"
        folder.mkdir(exist_ok=True)
        for name, text in (kv or {}).items():
            (folder / name).write_text(text)
        status = main([*words, str(tmp_path / "records.ndjson"), "--app", str(app), "--kv", str(folder)])
        output = capsys.readouterr()
        return status, output.out, output.err

    return ask


def found(output: str) -> list[dict[str, Any]]:
    return json.loads(output)["findings"]


@pytest.mark.parametrize(
    "kv",
    [
        {f"{NAME}.json": json.dumps([APPROVAL])},
        {f"{NAME}.json": json.dumps(APPROVAL)},
        {f"{NAME}.csv": "_key,account,expires,reason,approved_by,revoked\nk,111111111111,1798761600,CHG-1,bob,\n"},
    ],
    ids=["a list", "one", "a table"],
)
def test_an_approved_job_raises_no_finding(run, kv):
    status, out, err = run("run", "--format", "json", kv=kv)
    assert (status, found(out), "warn" in err) == (0, [], False)
    job = "arn:aws:s3:us-west-2:111111111111:job/e6a4ea56-b692-5f21-8889-196bf9fd66e8"
    assert f"info: matchapproval: {job} is approved until 2027-01-01T00:00:00Z by the approval k" in err


def test_an_empty_folder_is_a_store_in_which_nothing_is_approved(run):
    status, out, err = run("run", "--format", "json")
    assert (status, [row["approval_state"] for row in found(out)], "matchapproval" in err) == (0, ["none"], False)


def test_an_approval_that_ended_shows_on_the_finding(run):
    kv = {f"{NAME}.json": json.dumps([{**APPROVAL, "expires": 1772442900}])}
    _, out, _ = run("run", "--format", "json", kv=kv)
    assert [(row["approval_state"], row["approval_reason"]) for row in found(out)] == [("expired", "CHG-1")]


def test_lookups_read_it_and_what_they_write_is_gone_afterwards(run, tmp_path):
    kv = {f"{NAME}.json": json.dumps([APPROVAL])}
    spl = (
        f"| inputlookup {NAME} | eval account=222222222222, key=_key | outputlookup append=true key_field=_key {NAME}"
        f" | append [| makeresults | eval account=222222222222 | lookup {NAME} account OUTPUT reason]"
        " | table account reason"
    )
    status, out, err = run("query", spl, "--format", "json", kv=kv)
    assert (status, json.loads(out)) == (0, [{"account": "222222222222", "reason": "CHG-1"}] * 2), err
    assert json.loads((tmp_path / "kv" / f"{NAME}.json").read_text()) == [APPROVAL]


@pytest.mark.parametrize(
    ("kv", "says"),
    [
        ({"approvals.json": "[]"}, "approvals.json is of no collection in collections.conf"),
        ({f"{NAME}.json": "["}, f"{NAME}.json is no JSON"),
        ({f"{NAME}.json": '["x"]'}, f'{NAME}.json: document 1 is "x"'),
        ({f"{NAME}.json": '[{"expires": "soon"}]'}, "The value of field 'expires' is not of its type"),
        ({f"{NAME}.json": '[{}, {"expires": "2027-01-01"}]'}, "document 2: The value of field 'expires'"),
        ({f"{NAME}.json": '[{"expires": "2027-01-01"}]'}, "expires is a number, revoked is a number; a time is epoch"),
        ({f"{NAME}.json": '[{"a.b": 1}]'}, "is not a field's name"),
    ],
)
def test_a_file_that_is_no_collection_is_named(run, kv, says):
    status, _, err = run("run", kv=kv)
    assert (status, says in err, "Traceback" in err) == (2, True, False), err


def test_a_folder_that_is_not_there_is_named(capsys):
    assert main(["query", "*", "examples/cloudtrail.ndjson", "--app", str(ROOT), "--kv", "nowhere"]) == 2
    assert "--kv: nowhere is no folder" in capsys.readouterr().err


def test_only_who_has_the_key_is_answered(tmp_path):
    import http.client

    from splreplay.cli.kvstore import _answering, _Keeper
    from splreplay.knowledge.app import load_app
    from splreplay.knowledge.kvstore import KVStore

    app = load_app(ROOT)
    path = f"/servicesNS/nobody/any/storage/collections/data/{NAME}"
    with _answering(_Keeper(KVStore(), app.layers), app.name) as login:
        answers = []
        for key in ("", "wrong", login.key):
            connection = http.client.HTTPConnection(login.uri.removeprefix("http://"))
            connection.request("GET", path, headers={"Authorization": f"Splunk {key}"})
            answers.append(connection.getresponse().status)
        connection.request("GET", "/services/server/info", headers={"Authorization": f"Splunk {login.key}"})
    assert answers == [401, 401, 200]

"""matchapproval on Splunk's wire, under the Pythons of Splunk, beside a splunkd that answers well, oddly or never."""

from __future__ import annotations

import json

import approvals
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command.frames import ROOT, Command, execute, from_csv, to_csv
from tests.command.pythons import SPLUNK_PYTHONS, python_or_skip
from tests.command.test_splunkd import reply, serving
from tests.command.test_wire import cells, names

SCRIPT = ROOT / "bin" / "matchapproval.py"
NOW = 1_772_442_000.0
DOCUMENTS = [
    {"_key": "a", "account": "111111111111", "expires": NOW + 1, "reason": 'r\u00e4tsel, "$;"', "approved_by": "bob"},
    {"_key": "b", "account": "222222222222", "expires": NOW, "reason": "", "approved_by": "bob"},
    {"_key": "c", "account": "3*", "expires": NOW + 1, "revoked": NOW - 5, "reason": "no", "approved_by": "eve"},
]
ROWS = [{"aws_account_id": f"{number}" * 12, "_time": str(NOW)} for number in (1, 2, 3, 4)]
STATES = ["approved", "expired", "revoked", "none"]
ANSWER = reply(json.dumps(DOCUMENTS).encode())
KEYS = {"time": st.sampled_from(["1772442000", "", "never", "$"])}
accounts = st.sampled_from(["1" * 12, "2" * 12, "3" * 12, "*", "", ["1" * 12, "2" * 12], "\r\n"])
fields = names.filter(lambda name: name not in approvals.FIELDS)


@st.composite
def chunks(draw):
    known = ["aws_account_id", "_time", "s3_job"]
    every = draw(st.permutations([*known, *draw(st.lists(fields, max_size=3, unique=True).map(
        lambda found: [name for name in found if name not in known]))]))  # fmt: skip
    of = {"aws_account_id": accounts, "_time": KEYS["time"]}
    rows = [
        {name: draw(of.get(name, cells)) for name in draw(st.lists(st.sampled_from(every), unique=True))}
        for _ in range(draw(st.integers(0, 4)))
    ]
    return every, rows


@pytest.fixture(scope="module", params=SPLUNK_PYTHONS)
def command(request):
    with serving(ANSWER) as (uri, asked):
        command = Command(python=python_or_skip(request.param), script=SCRIPT, splunkd_uri=uri, session_key="secret")
        yield command, asked
        assert command.close() == (0, b"", b"")
        assert len(asked) == 1


def ask(command, rows, every=("aws_account_id", "_time")):
    """The rows of a reply, and its warnings."""
    metadata, body = command.ask(execute(to_csv(rows, list(every))))
    return from_csv(body), [
        text for level, text in metadata.get("inspector", {}).get("messages", []) if level == "WARN"
    ]


def test_rows_are_held_against_the_collection_which_is_asked_once(command):
    process, asked = command
    for _ in range(2):
        rows, warnings = ask(process, ROWS)
        assert ([row["approval_state"] for row in rows], warnings) == (STATES, [])
    assert rows[0]["approval_reason"] == DOCUMENTS[0]["reason"]
    assert [row["approval_expires"] for row in rows[1:]] == ["2026-03-02T09:00:00Z", "2026-03-02T08:59:55Z", ""]
    [request] = asked
    path = b"GET /servicesNS/nobody/DA-ESS-AWSBatchExfiltration/storage/collections/data/s3_batch_approvals?"
    assert request.startswith(path)
    assert b"\r\nAuthorization: Splunk secret\r\n" in request


@settings(deadline=None, max_examples=100)
@given(chunks())
def test_every_row_comes_back_as_it_was_with_the_fields(command, chunk):
    every, rows = chunk
    found, _ = ask(command[0], rows, every)
    assert [{name: row[name] for name in every} for row in found] == [
        {name: row.get(name, "") for name in every} for row in rows
    ]
    assert all(list(row)[-5:] == list(approvals.FIELDS) and row["approval_state"] in STATES for row in found)


@pytest.mark.parametrize(
    ("pieces", "says"),
    [
        ([reply(b'{"messages":[{"type":"ERROR","text":"KV Store is down"}]}', "503 Service Unavailable")],
         "splunkd answered 503: KV Store is down"),
        ([reply(b'{"messages":[]}', "403 Forbidden")], "splunkd answered 403"),
        ([reply(b"<html>")], "is no JSON"),
        ([reply(b"{}")], "1 of 1 approvals approve nothing"),
        ([reply(b'[{"account": "*", "expires": 9999999999}]')], "1 of 1 approvals approve nothing"),
        ([b""], "splunkd cannot be reached"),
        ([b"H"] * 80, "splunkd gave no whole answer within 5 seconds"),
    ],
)  # fmt: skip
def test_a_store_that_does_not_answer_well_approves_nothing_and_says_so(pieces, says):
    with serving(*pieces, pause=0.1) as (uri, _):
        command = Command(script=SCRIPT, splunkd_uri=uri, session_key="secret")
        rows, [warning] = ask(command, ROWS)
        assert [row["approval_state"] for row in rows] == ["none"] * 4
        assert says in warning
        assert "secret" not in warning
        rows, warnings = ask(command, ROWS)
        assert ([row["approval_state"] for row in rows], warnings) == (["none"] * 4, [])
        assert command.close() == (0, b"", b"")


def test_without_a_splunkd_nothing_is_approved_and_that_is_said():
    command = Command(script=SCRIPT)
    metadata, body = command.ask(execute(to_csv(ROWS, ["aws_account_id", "_time"])))
    assert [row["approval_state"] for row in from_csv(body)] == ["none"] * 4
    assert metadata["inspector"]["messages"] == [
        ["WARN", "matchapproval approves no job: the search names no splunkd to ask"]
    ]


def test_a_null_for_its_address_is_an_empty_store_and_no_news():
    """So says splreplay without --kv, and no splunkd."""
    command = Command(script=SCRIPT, splunkd_uri=None)
    metadata, body = command.ask(execute(to_csv(ROWS, ["aws_account_id", "_time"])))
    assert [row["approval_state"] for row in from_csv(body)] == ["none"] * 4
    assert "inspector" not in metadata


@pytest.mark.parametrize("option", ["time=", "time=-", "time=approval_state", "field=x", "logging_level=DEBUG"])
def test_a_wrong_option_is_refused_before_any_row(option):
    command = Command(option, script=SCRIPT)
    [[level, message]] = command.configuration["inspector"]["messages"]
    assert (level, "time=" in message) == ("ERROR", True)
    assert command.close()[0] == 1

"""`splreplay replay`, through the front door, into a collector that counts."""

from __future__ import annotations

import json
import ssl
import time
from pathlib import Path

import pytest

from splreplay.cli import main
from tests.certificates import LOOPBACK, like_splunks, strictly
from tests.https import answering
from tests.serve.embedded import TOKEN, Endpoint

RECORDS = [
    {"eventTime": "2023-04-24T23:51:17Z", "n": "1"},
    {"eventTime": "2023-04-24T23:51:27Z", "n": "2"},
]


@pytest.fixture
def files(tmp_path: Path) -> str:
    (tmp_path / "records.json").write_text("\n".join(map(json.dumps, RECORDS)))
    return str(tmp_path / "records.json")


def sent_to(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("SPLUNK_HEC_TOKEN", TOKEN)
    return ["--to", endpoint.hec, "--cacert", endpoint.cafile]


def test_records_keep_their_time_and_their_bytes(
    splunkd: Endpoint, files: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["replay", files, *sent_to(splunkd, monkeypatch), "--host", "kept", "--source", "s"]) == 0
    rows = splunkd.search("search index=main host=kept source=s | eval t=_time | table _raw t sourcetype")
    assert rows == [
        {"_raw": json.dumps(record), "t": t, "sourcetype": "aws:cloudtrail"}
        for record, t in zip(RECORDS[::-1], ("1682380287", "1682380277"), strict=True)
    ]


def test_shifted_records_end_now_with_their_distances(
    splunkd: Endpoint, files: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["replay", files, *sent_to(splunkd, monkeypatch), "--host", "shifted", "--shift"]) == 0
    newest, oldest = (float(row["t"]) for row in splunkd.search("search host=shifted | eval t=_time | table t"))
    assert newest == pytest.approx(time.time(), abs=20)
    assert newest - oldest == pytest.approx(10, abs=0.01)
    (text,) = splunkd.search("search host=shifted n=2 | table eventTime")
    assert text["eventTime"][:10] == time.strftime("%Y-%m-%d", time.gmtime(newest))


def test_without_a_collector_records_are_printed(files: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", files]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == RECORDS


REFUSALS = {
    "no token": ({"SPLUNK_HEC_TOKEN": ""}, [], "no token for the collector", 2),
    "a wrong token": ({"SPLUNK_HEC_TOKEN": "nope"}, [], "Invalid token (code 4, HTTP 403); 0 records", 3),
    "an index that is not there": ({}, ["--index", "nope"], "Incorrect index (code 7, HTTP 400); 0 records", 3),
    "no such file": ({}, ["--token-file", "no/such"], "cannot read no/such", 3),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_are_told(
    splunkd: Endpoint,
    files: str,
    case: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment, more, words, status = REFUSALS[case]
    options = sent_to(splunkd, monkeypatch)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["replay", files, *options, *more]) == status
    assert words in capsys.readouterr().err


def test_a_certificate_that_nobody_vouches_for(
    splunkd: Endpoint, files: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPLUNK_HEC_TOKEN", TOKEN)
    assert main(["replay", files, "--to", splunkd.hec]) == 3
    assert "--cacert" in capsys.readouterr().err


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl, "create_default_context", strictly(ssl.create_default_context))


@pytest.mark.usefixtures("strict")
def test_the_root_that_splunk_makes_for_itself_is_trusted_where_it_is_named(
    files: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPLUNK_HEC_TOKEN", TOKEN)
    chain = like_splunks(tmp_path, LOOPBACK)
    with answering(chain.context()) as url:
        assert main(["replay", files, "--to", url, "--cacert", str(chain.authority)]) == 0


@pytest.mark.usefixtures("strict")
def test_our_own_certificate_passes_the_strict_check(splunkd: Endpoint) -> None:
    assert splunkd.context.verify_flags & ssl.VERIFY_X509_STRICT
    assert splunkd.call("/services/server/info").status == 200


# What the server's certificate is, whether its root is named, and what the user is told.
DISTRUSTED = {
    "a root that is not named": ({"names": LOOPBACK}, False, ["--cacert"]),
    "a certificate without a host": ({}, True, ["IP address mismatch", "is for another address"]),
    "a certificate that has ended": ({"names": LOOPBACK, "days": -1}, True, ["expired", "have it renewed"]),
}


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("case", DISTRUSTED)
def test_what_is_wrong_with_a_certificate_is_told_at_once(
    case: str,
    files: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made, named, words = DISTRUSTED[case]
    monkeypatch.setenv("SPLUNK_HEC_TOKEN", TOKEN)
    chain = like_splunks(tmp_path, **made)  # type: ignore[arg-type]
    with answering(chain.context()) as url:
        assert main(["replay", files, "--to", url, *(["--cacert", str(chain.authority)] if named else [])]) == 3
    told = capsys.readouterr().err
    assert [word for word in words if word not in told] == []
    assert "Traceback" not in told

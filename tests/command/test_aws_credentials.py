"""bin/aws_credentials.py: which credentials an account is asked with, and that no secret is told."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aws_credentials
import pytest
from aws_credentials import Accounts
from s3batchjobs import control
from s3batchjobs.control import AwsError
from s3batchjobs.sigv4 import Credentials
from splunkd import Unanswered

from tests.command.test_splunkd import reply, serving

JOB = {"job_account_id": "111111111111", "job_region": "us-east-1", "job_partition": "aws", "job_id": "abcdefgh"}
END = float("inf")
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI"
ROLE = "arn:aws:iam::{account}:role/describe"


class Fake:
    """A splunkd with these entries, by the last part of their path."""

    uri = "https://127.0.0.1:8089"

    def __init__(self, error=None, **entries):
        self.error, self.entries, self.asked, self.errors = error, entries, [], []

    def ask(self, method, path, *_):
        self.asked.append(path[-1])
        if self.error or self.errors:
            raise self.error or self.errors.pop()
        content = self.entries.get(path[-1].replace(":", "_"))
        if content is None:
            raise Unanswered("not there", 404)
        return {"entry": [{"content": content}]}


def secret(text=SECRET):
    return {f"s3batchjobs_{KEY}_": {"clear_password": text}}


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", control.ENDPOINT):
        monkeypatch.delenv(name, raising=False)


def test_an_account_without_a_stanza_has_the_default_key():
    splunkd = Fake(default={"access_key_id": KEY}, **secret())
    accounts = Accounts(splunkd)
    assert tuple(accounts.credentials(JOB, END)) == (KEY, SECRET, "")
    assert tuple(accounts.credentials(JOB, END)) == (KEY, SECRET, "")
    assert splunkd.asked == ["111111111111", "default", f"s3batchjobs:{KEY}:"]


def test_a_stanza_of_the_account_goes_first():
    splunkd = Fake(**{"111111111111": {"access_key_id": KEY}}, default={"access_key_id": "OTHER"}, **secret())
    assert Accounts(splunkd).credentials(JOB, END).access_key == KEY


def test_temporary_credentials_have_their_token_behind_the_secret():
    splunkd = Fake(default={"access_key_id": KEY}, **secret(f"{SECRET} token/of+session="))
    assert tuple(Accounts(splunkd).credentials(JOB, END)) == (KEY, SECRET, "token/of+session=")


def test_a_role_is_assumed_for_the_account_of_the_job(monkeypatch):
    asked = []

    def assume(role, external_id, job, credentials, seconds):
        asked.append((role, external_id, credentials))
        return Credentials("ASIA", "temporary", "token")

    monkeypatch.setattr(aws_credentials, "assume_role", assume)
    default = {"access_key_id": KEY, "role_arn": ROLE, "external_id": "x"}
    accounts = Accounts(Fake(default=default, **{"111111111111": {}}, **secret()))
    assert accounts.credentials(JOB, END) == ("ASIA", "temporary", "token")
    assert asked == [("arn:aws:iam::111111111111:role/describe", "x", (KEY, SECRET, ""))]
    # Any account may stand in a log: without a stanza of its own it is sent no external id, whatever the default says.
    for role in (ROLE, "arn:aws:iam::222222222222:role/describe"):
        accounts = Accounts(Fake(default={**default, "role_arn": role}, **secret()))
        with pytest.raises(AwsError, match=r"where it is yours, add \[666666666666\] to s3batchjobs.conf"):
            accounts.credentials({**JOB, "job_account_id": "666666666666"}, END)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("splunkd", "reason"),
    [
        (Fake(), "no credentials: s3batchjobs.conf has neither"),
        (Fake(default={"instance_metadata": "0"}), "no credentials: s3batchjobs.conf has neither"),
        (Fake(default={"access_key_id": KEY}), "no credentials: storage/passwords does not have, or show, the secret"),
        (Fake(default={"access_key_id": KEY}, **secret("")), "no credentials: storage/passwords does not have"),
        (
            Fake(default={"instance_metadata": "maybe"}),
            "no credentials: instance_metadata in s3batchjobs.conf is neither",
        ),
        (
            Fake(**{"111111111111": {"access_key_id": KEY, "role_arn": "x"}}, **secret()),
            "role_arn in s3batchjobs.conf is no ARN",
        ),
        (Fake(Unanswered("splunkd answered 403: capability", 403)), "no credentials: splunkd answered 403: capability"),
        (Fake(default="text"), "no credentials: splunkd's answer is not what it should be"),
    ],
)
def test_without_credentials_the_reason_is_told_once_an_account(splunkd, reason):
    accounts = Accounts(splunkd)
    for _ in range(2):
        with pytest.raises(AwsError, match=reason) as caught:
            accounts.credentials(JOB, END)
        assert SECRET not in str(caught.value)
    assert len(splunkd.asked) <= 3


def test_many_threads_find_them_once():
    splunkd = Fake(default={"access_key_id": KEY}, **secret())
    accounts = Accounts(splunkd)
    threads = [threading.Thread(target=accounts.credentials, args=(JOB, END)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(splunkd.asked) == 3


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(control, "WAITS", (0.01, 0.01, 0.01))


def together(accounts, count=20):
    """What as many threads are given, or told."""

    def one(_):
        try:
            return accounts.credentials(JOB, END)
        except AwsError as error:
            return str(error)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.parametrize("late", [1, 3, 4])
def test_a_late_answer_does_not_cost_the_jobs_of_an_account(at_once, monkeypatch, late):
    asked = []

    def assume(role, *_):
        asked.append(role)
        if len(asked) <= late:
            raise AwsError("AWS gave no whole answer within 5 seconds", control.LATE)
        return Credentials("ASIA", "temporary", "token")

    monkeypatch.setattr(aws_credentials, "assume_role", assume)
    splunkd = Fake(**{"111111111111": {"access_key_id": KEY, "role_arn": ROLE}}, **secret())
    found = together(Accounts(splunkd))
    if late < 4:
        assert found == [Credentials("ASIA", "temporary", "token")] * 20
    else:
        assert found == ["AWS gave no whole answer within 5 seconds"] * 20
    assert (len(asked), len(splunkd.asked)) == (min(late + 1, 4), 3)


def test_a_busy_service_is_asked_four_times_for_all_jobs_of_an_account(at_once, monkeypatch):
    asked = []

    def assume(role, *_):
        asked.append(role)
        raise AwsError("AWS answered 429", again=True)

    monkeypatch.setattr(aws_credentials, "assume_role", assume)
    splunkd = Fake(**{"111111111111": {"access_key_id": KEY, "role_arn": ROLE}}, **secret())
    assert together(Accounts(splunkd)) == ["AWS answered 429"] * 20
    assert (len(asked), len(splunkd.asked)) == (4, 3)


def test_a_splunkd_that_is_late_once_is_asked_again(at_once):
    splunkd = Fake(default={"access_key_id": KEY}, **secret())
    splunkd.errors = [Unanswered("splunkd gave no whole answer within 5 seconds"), Unanswered("busy", 503)]
    assert Accounts(splunkd).credentials(JOB, END).access_key == KEY


# --- the instance's own role ----------------------------------------------------------------------------------
ROLE_OF_INSTANCE = json.dumps({"AccessKeyId": "ASIA", "SecretAccessKey": SECRET, "Token": "token"}).encode()


def metadata(monkeypatch, uri, switch="1"):
    monkeypatch.setattr(aws_credentials, "METADATA", ("127.0.0.1", int(uri.rpartition(":")[2])))
    return Accounts(Fake(default={"instance_metadata": switch})).credentials(JOB, END)


class Instance(BaseHTTPRequestHandler):
    """The metadata of an EC2 instance, which gives nothing without a token."""

    GIVEN = ("/latest/meta-data/iam/security-credentials/", b"a-role\n"), (
        "/latest/meta-data/iam/security-credentials/a-role", ROLE_OF_INSTANCE)  # fmt: skip

    def do_PUT(self):
        good = self.path == "/latest/api/token" and self.headers["X-aws-ec2-metadata-token-ttl-seconds"]
        self.answer(200 if good else 400, b"a-token")

    def do_GET(self):
        good = self.headers["X-aws-ec2-metadata-token"] == "a-token"
        self.answer(200 if good else 401, dict(self.GIVEN)[self.path])

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_the_instance_is_asked_by_imdsv2(monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), Instance) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for switch in ("1", "true", "on", "Yes", "enabled"):
            assert tuple(metadata(monkeypatch, f":{server.server_port}", switch)) == ("ASIA", SECRET, "token")
        server.shutdown()


@pytest.mark.parametrize(
    "answer", [b"", reply(b"", "404 Not Found"), reply(b"", "403 Forbidden"), reply(b""), reply(b"{}"), reply(b"[1]")]
)
def test_an_instance_without_a_role_is_told(monkeypatch, answer):
    with serving(answer) as (uri, _), pytest.raises(AwsError, match=r"no credentials: .*the instance's metadata"):
        metadata(monkeypatch, uri)

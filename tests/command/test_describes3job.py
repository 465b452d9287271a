"""The command `describes3job` where AWS, the network or a log is at fault: every row comes out, with the reason."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from urllib.parse import quote

import describing
import job_arn
import pytest
import splunkd
from aws_credentials import Accounts
from s3batchjobs import control, descriptor
from s3batchjobs.control import AwsError
from s3batchjobs.sigv4 import Credentials

from tests.command.frames import ROOT, Command, execute, from_csv, to_csv
from tests.command.pythons import SPLUNK_PYTHONS, python_or_skip
from tests.command.test_splunkd import reply, serving

SCRIPT = ROOT / "bin" / "describes3job.py"
ARN = "arn:aws:s3:us-east-1:111111111111:job/3f6b1c52-7f0e-4c43-9a53-6f4f1f0c2b10"
SECRET = "wJalrXUtnFEMI/K7MDENG"
JOB = "<R><Job><JobId>3f6b1c52-7f0e-4c43-9a53-6f4f1f0c2b10</JobId>{}</Job></R>"
REPLICATES = JOB.format("<Operation><S3ReplicateObject/></Operation>")
OF_ANOTHER = "<JobArn>arn:aws:s3:us-east-1:999999999999:job/3f6b1c52-7f0e-4c43-9a53-6f4f1f0c2b10</JobArn>"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;&b;&b;&b;&b;&b;</x>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


def error(code: str, status: str) -> bytes:
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>as\nsaid</Message></Error></ErrorResponse>"
    return reply(body.encode(), status)


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)


def described(url, monkeypatch, *arns, **more):
    monkeypatch.setenv(control.ENDPOINT, url)
    command = Command(script=SCRIPT, **more)
    rows = [{"job_arn": arn, "n": str(number)} for number, arn in enumerate(arns or [ARN])]
    metadata, body = command.ask(execute(to_csv(rows, ["job_arn", "n"]), finished=True))
    found = from_csv(body)
    assert [row["n"] for row in found] == [row["n"] for row in rows]
    assert all(set(row) == {"job_arn", "n", *describing.FIELDS} for row in found)
    assert SECRET not in f"{metadata} {body}"
    assert command.close() == (0, b"", b"")
    return found


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (error("AccessDenied", "403 Forbidden"), "AWS answered 403 AccessDenied: as said"),
        (error("ExpiredToken", "403 Forbidden"), "AWS answered 403 ExpiredToken: as said"),
        (error("NoSuchJob", "404 Not Found"), "AWS answered 404 NoSuchJob: as said"),
        (error("TooManyRequests", "429 Too Many Requests"), "AWS answered 429 TooManyRequests: as said"),
        (error("InternalService", "500 Internal"), "AWS answered 500 InternalService: as said"),
        (reply(b"<html><body>proxy</body></html>", "502 Bad Gateway"), "AWS answered 502"),
        (reply(b"<x>", "200 OK"), "AWS's answer cannot be read: it is no XML"),
        (reply(b"", "200 OK"), "AWS's answer cannot be read: it is no XML"),
        (reply(b"not XML", "403 Forbidden"), "AWS answered 403"),
        (reply(BOMB), "AWS's answer cannot be read: it has a DOCTYPE"),
        (reply(EXTERNAL), "AWS's answer cannot be read: it has a DOCTYPE"),
        (reply(b"<a>" * 100_000), "AWS's answer cannot be read: it is deeper than 30 elements"),
        (reply(b"<a>" + b"x" * 1_000_000 + b"</a>"), "AWS answered more than 1,000,000 bytes"),
        *[
            (reply(f'<?xml version="1.0" encoding="{name}"?><R/>'.encode(), status), reason)
            for name in ("big5", "x-nope")
            for status, reason in (
                ("200 OK", "AWS's answer cannot be read: it is no XML"),
                ("503 Busy", "AWS answered 503"),
            )
        ],
        (reply(JOB.format(OF_ANOTHER).encode()), "AWS answered, but not about this job"),
        (reply(JOB.format("").encode()), "AWS answered without what the job does"),
        (reply(JOB.format("<Operation/>").encode()), "AWS answered without what the job does"),
        (reply(JOB.format("").encode().replace(b"3f6b", b"dead")), "AWS answered, but not about this job"),
        (reply(b"<R><Job>text</Job></R>"), "AWS answered, but not about this job"),
        (reply(b"<R><member>x</member></R>"), "AWS answered, but not about this job"),
        (reply(JOB.format("").encode())[:-20], "AWS cannot be reached: IncompleteRead"),
        (b"", "AWS cannot be reached: RemoteDisconnected"),
        (b"SSH-2.0-x\r\n", "AWS cannot be reached: BadStatusLine"),
        (reply(b"", "302 Found", "Location: http://127.0.0.1:1/"), "AWS answered 302"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_in_the_row(monkeypatch, answer, reason):
    monkeypatch.setattr(control, "WAITS", (0.0,))
    with serving(answer) as (url, _):
        [row] = described(url, monkeypatch)
    assert row["job_describe_error"].startswith(reason)
    assert row["job_operation"] == ""


@pytest.mark.parametrize("version", SPLUNK_PYTHONS)
def test_an_answer_with_nothing_but_the_job_is_read(monkeypatch, version):
    with serving(reply(REPLICATES.encode())) as (url, asked):
        [row] = described(url, monkeypatch, python=python_or_skip(version))
    assert row == {
        **dict.fromkeys(describing.FIELDS, ""),
        "job_target_owner": "unknown",
        "job_arn": ARN,
        "n": "0",
        "job_operation": "S3ReplicateObject",
    }
    head = asked[0].decode()
    assert head.startswith("GET /v20180820/jobs/3f6b1c52-7f0e-4c43-9a53-6f4f1f0c2b10 HTTP/1.1\r\n")
    assert "x-amz-account-id: 111111111111\r\n" in head
    assert SECRET not in head


@pytest.mark.parametrize("name", ["AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"])
@pytest.mark.parametrize("value", [f"{SECRET}\nX: y", f"{SECRET}\u6f22"])
def test_a_key_that_no_header_can_hold_is_not_shown(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with serving(reply(JOB.encode())) as (url, asked):
        [row] = described(url, monkeypatch)
    assert row["job_describe_error"].startswith("AWS cannot be asked: the access key or its token has characters")
    assert asked == []


def test_no_network_is_told_at_once(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        begun = time.monotonic()
        [row] = described(url, monkeypatch)
    assert row["job_describe_error"].startswith("AWS cannot be reached: ConnectionRefusedError")
    assert time.monotonic() - begun < 5


def test_an_answer_that_trickles_ends_after_five_seconds(monkeypatch):
    with serving(*[b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[b"x"] * 100], pause=0.2) as (url, _):
        begun = time.monotonic()
        [row] = described(url, monkeypatch)
    assert row["job_describe_error"] == "AWS gave no whole answer within 5 seconds"
    assert 4.9 < time.monotonic() - begun < 9


HOSTILE = (
    "arn:aws:s3:evil.com/#:111111111111:job/abcdefgh",
    "arn:aws:s3:us-east-1.evil.com:111111111111:job/abcdefgh",
    "arn:aws:s3:us-east-1:1@evil.com:job/abcdefgh",
    "arn:aws.evil.com:s3:us-east-1:111111111111:job/abcdefgh",
    "arn:aws:s3:us-east-1:111111111111:job/../../../latest",
    "arn:aws:s3:us-east-1:111111111111:job/abcdefgh?x=y",
    "arn:aws:s3:us-east-1:111111111111:job/abcdefgh\r\nX: y",
    "arn:aws:s3:us-east-1:\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661:job/abcdefgh",
    "arn:aws-nowhere:s3:us-east-1:111111111111:job/abcdefgh",
    "arn:aws:s3:" + "a" * 70 + "-b-1:111111111111:job/abcdefgh",
    "x" * 100_000,
)


def test_no_log_decides_where_a_request_goes(monkeypatch):
    with serving(reply(JOB.encode())) as (url, asked):
        rows = described(url, monkeypatch, *HOSTILE)
    assert all(row["job_describe_error"] for row in rows)
    assert asked == []


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "us-east-1", "111111111111.s3-control.us-east-1.amazonaws.com"),
        ("aws-cn", "cn-north-1", "111111111111.s3-control.cn-north-1.amazonaws.com.cn"),
        ("aws-us-gov", "us-gov-west-1", "111111111111.s3-control.us-gov-west-1.amazonaws.com"),
        ("aws-eusc", "eusc-de-east-1", "111111111111.s3-control.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_the_host_is_that_of_the_account_and_region(partition, region, host):
    job = {"job_partition": partition, "job_region": region, "job_account_id": "111111111111"}
    assert control._host("{job_account_id}.s3-control", job) == host


# --- limits ---------------------------------------------------------------------------------------------
def arns(count):
    return {(f"arn:aws:s3:us-east-1:111111111111:job/job-{number:04}", False): False for number in range(count)}


def test_jobs_that_the_time_does_not_reach_are_left_out_and_told(monkeypatch):
    monkeypatch.setattr(describing, "MOST_SECONDS", 0.5)
    jobs = describing.Describer(lambda job, young, end: time.sleep(0.2) or {"JobId": "x", "Status": "Active"})
    begun = time.monotonic()
    found = jobs.fields(arns(50))
    assert time.monotonic() - begun < 1
    done = [row for row in found.values() if row["job_status"]]
    left = [row for row in found.values() if "seconds for all jobs" in row["job_describe_error"]]
    assert len(done) + len(left) == 50
    assert min(len(done), len(left)) >= 10
    another = ("arn:aws:s3:us-east-1:111111111111:job/another", False)
    assert "50 jobs" in jobs.fields({another: False})[another]["job_describe_error"]


def test_a_name_server_that_never_answers_does_not_hold_the_search(monkeypatch):
    monkeypatch.setattr(describing, "MOST_SECONDS", 0.3)
    forever = threading.Event()
    begun = time.monotonic()
    found = describing.Describer(lambda job, young, end: forever.wait() and {}).fields(arns(3))
    assert time.monotonic() - begun < 2
    assert all("seconds for all jobs" in row["job_describe_error"] for row in found.values())
    forever.set()


def test_an_error_that_nobody_thought_of_is_told_without_its_text():
    def broken(job, young, end):
        raise KeyError(SECRET)

    [row] = describing.Describer(broken).fields(arns(1)).values()
    assert row["job_describe_error"] == "KeyError where the job was described"


def test_several_are_asked_at_once():
    together = threading.Barrier(5, timeout=10)

    def describe(job, young, end):
        together.wait()
        return {"Status": "Active"}

    found = describing.Describer(describe).fields(arns(5))
    assert [row["job_status"] for row in found.values()] == ["Active"] * 5


# --- fields ---------------------------------------------------------------------------------------------
GENERATOR = {"SourceBucket": "arn:aws:s3:::payroll", "ExpectedBucketOwner": "111111111111"}


@pytest.mark.parametrize(
    ("job", "fields"),
    [
        (
            {"Operation": {"LambdaInvoke": {
                "FunctionArn": "arn:aws:lambda:us-east-1:222222222222:function:f", "UserArguments": {"to": "x.com"}}}},
            {"job_operation": "LambdaInvoke", "job_target_account": "222222222222",
             "job_target": ["arn:aws:lambda:us-east-1:222222222222:function:f", "argument to=x.com"]},
        ),
        (
            {"Operation": {"S3PutObjectCopy": {"TargetResource": "arn:aws:s3:::elsewhere"}},
             "Report": {"Bucket": "arn:aws:s3:::reports", "ExpectedBucketOwner": "333333333333"}},
            {"job_target": "arn:aws:s3:::elsewhere", "job_target_account": "",
             "job_report_bucket": "arn:aws:s3:::reports"},
        ),
        (
            {"Operation": {"S3PutObjectCopy": {"TargetResource": "arn:aws:s3:::payroll"}},
             "ManifestGenerator": {"S3JobManifestGenerator": GENERATOR}},
            {"job_source": "arn:aws:s3:::payroll", "job_target_account": ""},
        ),
        (
            {"Operation": {"S3PutObjectCopy": {
                "TargetResource": "arn:aws:s3express:us-east-1:444444444444:bucket/b--use1-az1--x-s3"}}},
            {"job_target_account": "444444444444"},
        ),
        (
            {"Operation": {"S3ReplicateObject": ""}, "ManifestGenerator": {"S3JobManifestGenerator": GENERATOR}},
            {"job_operation": "S3ReplicateObject", "job_target": "", "job_target_account": ""},
        ),
        (
            {"Operation": {"S3PutObjectTagging": ""}, "ManifestGenerator": {"S3JobManifestGenerator": GENERATOR}},
            {"job_target": "", "job_target_account": ""},
        ),
        (
            {"Operation": {"S3PutObjectAcl": {"AccessControlPolicy": {"CannedAccessControlList": "public-read"}}},
             "Manifest": {"Location": {"ObjectArn": "arn:aws:s3:::lists/m.csv"}}},
            {"job_source": "objects listed in arn:aws:s3:::lists/m.csv", "job_target": "ACL public-read"},
        ),
        (
            {"Operation": {"S3UpdateObjectEncryption": {"ObjectEncryption": {"SSE-KMS": {"KMSKeyArn": "arn:k"}}}}},
            {"job_target": "KMS key arn:k"},
        ),
        (
            {"ManifestGenerator": {"S3JobManifestGenerator": {"SourceBucket": "b", "Filter": {
                "CreatedAfter": "2026-01-01T00:00:00Z", "MatchAnyStorageClass": ["GLACIER", "STANDARD"],
                "ObjectSizeGreaterThanBytes": "5", "MatchAnyObjectEncryption": [{"SSE-S3": ""}]}}}},
            {"job_source": ["b", "created after 2026-01-01T00:00:00Z", "bytes more than 5", "storage class GLACIER",
                            "storage class STANDARD", "encryption SSE-S3"]},
        ),
        ({"Operation": [], "Report": "x", "ProgressSummary": []}, {"job_operation": ""}),
        ({"Description": "a\r\n\x1b[31m\u2028b" + "x" * 5000}, {"job_description": "a [31m b" + "x" * 992}),
    ],
)  # fmt: skip
def test_what_an_answer_tells(job, fields):
    told = descriptor.fields(job, "111111111111")
    assert set(told) == set(descriptor.FIELDS)
    assert {name: told[name] for name in fields} == fields


def test_a_field_has_at_most_twenty_values():
    prefixes = {"MatchAnyPrefix": [str(number) for number in range(1000)]}
    job = {"ManifestGenerator": {"S3JobManifestGenerator": {"Filter": {"KeyNameConstraint": prefixes}}}}
    source = descriptor.fields(job, "111111111111")["job_source"]
    assert (len(source), source[-2:]) == (20, ["prefix 18", "and 981 more"])


def a_copy(target="arn:aws:s3:::attacker", **more):
    return {"Operation": {"S3PutObjectCopy": {"TargetResource": target}}, **more}


def a_generator(**more):
    return {"ManifestGenerator": {"S3JobManifestGenerator": {"SourceBucket": "arn:aws:s3:::payroll", **more}}}


def expected(bucket, owner, enabled="false"):
    return {"Report": {"Bucket": bucket, "Enabled": enabled, "ExpectedBucketOwner": owner}}


def invoking(account):
    return {"Operation": {"LambdaInvoke": {"FunctionArn": f"arn:aws:lambda:us-east-1:{account}:function:f"}}}


MINE, THEIRS = "111111111111", "999999999999"
OWN = {MINE, "222222222222", "payroll", "archive", "arn:aws:s3express:us-east-1:111111111111:bucket/b--use1-az1--x-s3"}
MANIFEST = {"Bucket": "arn:aws:s3:::attacker", "ExpectedManifestBucketOwner": MINE}
TAGS = {"Operation": {"S3PutObjectTagging": ""}}


@pytest.mark.parametrize(
    ("job", "account", "owner"),
    [
        # What the job's creator claims: never one's own, and told only where it says another's.
        (a_copy(**expected("arn:aws:s3:::attacker", MINE)), "", "unknown"),
        (a_copy(**expected("arn:aws:s3:::attacker", MINE, "true")), "", "unknown"),
        (a_copy(**expected("arn:aws:s3:::attacker", "222222222222")), "222222222222", "unknown"),
        (a_copy(**expected("arn:aws:s3:::attacker", THEIRS)), THEIRS, "unknown"),
        (a_copy(**expected("arn:aws:s3:::attacker", "<b>own</b>")), "", "unknown"),
        (a_copy(**a_generator(ManifestOutputLocation=MANIFEST)), "", "unknown"),
        (a_copy("arn:aws:s3:us-east-1:111111111111:accesspoint/x"), "", "unknown"),
        (a_copy("arn:aws:s3:us-east-1:222222222222:accesspoint/x"), "222222222222", "unknown"),
        (a_copy("arn:aws:s3:::111111111111"), "", "unknown"),
        (a_copy("111111111111"), "", "unknown"),
        (a_copy(**a_generator()), "", "unknown"),
        ({**TAGS, **a_generator(SourceBucket="arn:aws:s3:::others", ExpectedBucketOwner=MINE)}, "", "unknown"),
        ({**TAGS, **a_generator(SourceBucket="arn:aws:s3:::others", ExpectedBucketOwner=THEIRS)}, THEIRS, "unknown"),
        ({**TAGS, "Manifest": {"Location": {"ObjectArn": "arn:aws:s3:::payroll/list.csv"}}}, "", "unknown"),
        ({"Operation": {"S3ReplicateObject": ""}, **a_generator()}, "", "unknown"),
        (invoking(THEIRS), THEIRS, "unknown"),
        # What only AWS decides: whose the name of a bucket is, and a function's account.
        (a_copy("arn:aws:s3:::archive", **expected("arn:aws:s3:::archive", THEIRS)), THEIRS, "own"),
        (a_copy("arn:aws-cn:s3:::archive"), "", "own"),
        (a_copy("arn:aws:s3express:us-east-1:111111111111:bucket/b--use1-az1--x-s3"), "", "own"),
        ({**TAGS, **a_generator()}, "", "own"),
        (invoking(MINE), MINE, "own"),
        (invoking("222222222222"), "222222222222", "own"),
    ],
)
def test_nothing_that_a_creator_claims_makes_a_target_ones_own(job, account, owner):
    told = descriptor.fields(job, MINE)
    assert (told["job_target_account"], descriptor.owner(told, MINE, OWN)) == (account, owner)


@pytest.mark.parametrize(
    ("words", "own", "odd"),
    [
        ([], set(), []),
        ([""], set(), []),
        (['"a-bucket",'], {"a-bucket"}, []),
        (["a-bucket", ",", "111111111111,"], {"a-bucket", "111111111111"}, []),
        (['"a-bucket", "111111111111"'], {"a-bucket", "111111111111"}, []),
        ([" a-bucket ,b.c", "arn:aws:s3:::x"], {"a-bucket", "b.c", "arn:aws:s3:::x"}, []),
        (["*", "MINE", "1111", "a/b"], {"1111"}, ["'*'", "'MINE'", "'a/b'"]),
    ],
)
def test_what_is_ones_own_may_be_written_in_any_way_and_the_rest_is_told(words, own, odd):
    told = []
    assert describing.own_of(words, told.append) == own
    assert [text.split()[1] for text in told] == odd


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_a_job_is_young_by_its_time_in_any_zone(monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    now = time.time()
    young = [describing.is_young(str(now + seconds)) for seconds in (-3600, -310, -1, 60, 86_400)]
    assert young == [False, False, True, True, False]
    assert [describing.is_young(text) for text in (None, "", "nan", "inf", "soon", "2026-11-26T00:00:00")] == [
        False
    ] * 6
    monkeypatch.undo()
    time.tzset()


def test_a_job_of_another_account_than_its_events_is_not_asked_for(monkeypatch):
    monkeypatch.setattr(control, "WAITS", (0.0,))
    rows = [{"job_arn": ARN, "aws_account_id": account} for account in ("999999999999", "111111111111", "unknown", "")]
    with serving(reply(REPLICATES.encode())) as (url, asked):
        monkeypatch.setenv(control.ENDPOINT, url)
        describe = describing.asking(Accounts(splunkd.Splunkd("", "")))
        added = describing.describer("job_arn", "_time", describing.Describer(describe), [].append)
        found = list(added(rows))
    assert [row["job_operation"] for row in found] == ["", *["S3ReplicateObject"] * 3]
    assert found[0]["job_describe_error"] == "its account is not the event's, so AWS is not asked"
    assert len(asked) == 1
    described_none = describing.Describer(lambda *_: pytest.fail("asked")).fields({(ARN, True): True})
    assert described_none[(ARN, True)]["job_operation"] == ""


def test_nothing_that_was_sent_as_a_secret_comes_back(monkeypatch):
    """An answer that quotes the request, as AWS's own do of a wrong signature, or a proxy's."""
    token, external_id = "TOKEN/of+session==" * 30, "an external/id"
    sent = Credentials("AKIAIOSFODNN7EXAMPLE", SECRET, token)
    quotes = " ".join([*sent, external_id, quote(token, safe=""), quote(external_id, safe="")])
    said = f"<R><Error><Code>SignatureDoesNotMatch</Code><Message>{quotes} " + "x" * 500 + "</Message></Error></R>"
    job = job_arn.read_arn(ARN)
    for answer in (reply(said.encode(), "403 Forbidden"), f"{quotes}\r\n\r\n".encode()):
        with serving(answer) as (url, _):
            monkeypatch.setenv(control.ENDPOINT, url)
            with pytest.raises(AwsError) as caught:
                control.assume_role("arn:aws:iam::111111111111:role/x", external_id, job, sent, 5)
        for secret in (*sent, token[:20], external_id, quote(token, safe="")[:20], quote(external_id, safe="")):
            assert secret not in str(caught.value)


def test_five_seconds_are_those_of_all_addresses(monkeypatch):
    """A network that drops packets: no address answers, and each would have its own time-out."""
    with socket.socket() as silent, contextlib.ExitStack() as stack:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        for _ in range(4):  # its queue is full: nothing more is let in, and nothing refused
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(silent.getsockname())
        address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", silent.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [address] * 8)
        monkeypatch.delenv(control.ENDPOINT, raising=False)
        begun = time.monotonic()
        with pytest.raises(AwsError, match=r"no whole answer within 0\.3 seconds") as caught:
            control.describe_job(job_arn.read_arn(ARN), Credentials("AKIA", SECRET), 0.3)
        assert time.monotonic() - begun < 1
        assert caught.value.code == control.LATE


def test_five_seconds_are_those_of_a_name_server_too(monkeypatch):
    forever = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: forever.wait() and [])
    monkeypatch.delenv(control.ENDPOINT, raising=False)
    begun = time.monotonic()
    with pytest.raises(AwsError, match="no whole answer"):
        control.describe_job(job_arn.read_arn(ARN), Credentials("AKIA", SECRET), 0.3)
    assert time.monotonic() - begun < 1
    forever.set()

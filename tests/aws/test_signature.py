"""s3batchjobs/sigv4.py against botocore: the same Authorization for the same request, whatever the request."""

from __future__ import annotations

import calendar
import random
import string
from datetime import datetime, timezone

import pytest
from s3batchjobs import sigv4
from s3batchjobs.sigv4 import AwsRequest, Credentials, Scope

ODD = " /+%=&?~!*'();:@,#[]\"\\\u00fc\u6f22\U0001f512"
REQUESTS = 1000


def some(chance: random.Random, most: int, alphabet: str = string.ascii_letters + string.digits + "-._") -> str:
    return "".join(chance.choice(alphabet) for _ in range(chance.randint(1, most)))


def a_request(chance: random.Random, service: str) -> AwsRequest:
    from urllib.parse import quote

    odd = string.ascii_letters + ODD
    parts = [some(chance, 20, odd) for _ in range(chance.randint(0, 4))]
    headers = {f"x-amz-{some(chance, 8, string.ascii_letters)}": f" {some(chance, 9)}  {some(chance, 9)} "}
    if service == "s3":
        headers["x-amz-account-id"] = some(chance, 12, string.digits)
    return AwsRequest(
        chance.choice(["GET", "POST", "PUT", "DELETE", "HEAD"]),
        f"{some(chance, 12, string.ascii_lowercase)}.amazonaws.com" + chance.choice(["", ":8443"]),
        "/" + ("/".join(quote(part, safe="~") for part in parts) if service == "s3" else ""),
        headers,
        some(chance, 100, odd).encode() if chance.random() < 0.5 else b"",
    )


def botocores(request: AwsRequest, credentials: Credentials, scope: Scope, now: float, monkeypatch) -> str:
    from botocore import auth, awsrequest
    from botocore import credentials as botocore_credentials

    moment = datetime.fromtimestamp(now, timezone.utc)
    monkeypatch.setattr(auth, "get_current_datetime", lambda: moment.replace(tzinfo=None))
    url = f"http://{request.host}{request.path}"  # over https botocore leaves the body of S3 unsigned
    asked = awsrequest.AWSRequest(request.method, url, dict(request.headers), request.body)
    theirs = botocore_credentials.Credentials(*credentials[:2], credentials.session_token or None)
    signer = auth.S3SigV4Auth if scope.service == "s3" else auth.SigV4Auth
    signer(theirs, scope.service, scope.region).add_auth(asked)
    return asked.headers["Authorization"]


@pytest.mark.aws("botocore")
@pytest.mark.parametrize("service", ["s3", "sts"])
def test_a_thousand_random_requests_have_botocores_signature(service, monkeypatch):
    chance = random.Random(service)
    for number in range(REQUESTS):
        request = a_request(chance, service)
        token = some(chance, 300) if chance.random() < 0.5 else ""
        credentials = Credentials(some(chance, 20), some(chance, 40, string.ascii_letters + "/+"), token)
        scope = Scope(some(chance, 12), service)
        now = chance.uniform(0, 4e9)
        ours = sigv4.signed(request, credentials, scope, now)["Authorization"]
        assert ours == botocores(request, credentials, scope, now, monkeypatch), (number, request)


def test_the_example_that_aws_documents():
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, GET Object."""
    request = AwsRequest("GET", "examplebucket.s3.amazonaws.com", "/test.txt", {"range": "bytes=0-9"})
    credentials = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    now = calendar.timegm((2013, 5, 24, 0, 0, 0))
    signed = sigv4.signed(request, credentials, Scope("us-east-1", "s3"), now)
    assert signed["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


def test_no_text_of_credentials_shows_a_secret():
    credentials = Credentials("AKIA", "secret", "token")
    assert "secret" not in f"{credentials} {credentials!r} {[credentials]}"
    assert "token" not in f"{credentials} {credentials!r} {[credentials]}"

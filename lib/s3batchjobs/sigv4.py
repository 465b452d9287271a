"""Signs requests to AWS with an access key: Signature Version 4, in the standard library.

botocore does the same with 15 MB, and Splunk Cloud refuses it. Pure: values in, headers out. Python 3.7 to 3.13.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Dict, Mapping, NamedTuple

ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials(NamedTuple):
    """An access key; temporary ones have a session token."""

    access_key: str
    secret_key: str
    session_token: str = ""

    def __repr__(self) -> str:  # whatever shows this object shows no secret
        return f"Credentials({self.access_key})"


class AwsRequest(NamedTuple):
    """Without a query: what is asked here has none. `path` is encoded already."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Scope(NamedTuple):
    region: str
    service: str


def signed(request: AwsRequest, credentials: Credentials, scope: Scope, now: float) -> Dict[str, str]:
    """The headers to send: those of the request, and what signs it. `now` is in epoch seconds."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    body = hashlib.sha256(request.body).hexdigest()
    headers = {**request.headers, "host": request.host, "x-amz-date": stamp}
    if scope.service == "s3":
        headers["x-amz-content-sha256"] = body
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    listed = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    names = ";".join(name for name, _ in listed)
    lines = [f"{name}:{value}" for name, value in listed]
    canonical = "\n".join([request.method, request.path, "", *lines, "", names, body])
    within = "/".join([stamp[:8], *scope, "aws4_request"])
    text = "\n".join([ALGORITHM, stamp, within, hashlib.sha256(canonical.encode("utf-8")).hexdigest()])
    signature = hmac.new(_key(credentials, within), text.encode("utf-8"), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Credential={credentials.access_key}/{within}, SignedHeaders={names}"
    return {**headers, "Authorization": f"{authorization}, Signature={signature}"}


def _key(credentials: Credentials, within: str) -> bytes:
    key = b"AWS4" + credentials.secret_key.encode("utf-8")
    for part in within.split("/"):
        key = hmac.new(key, part.encode("utf-8"), hashlib.sha256).digest()
    return key

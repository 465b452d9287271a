"""Asks AWS what an S3 Batch Operations job does (DescribeJob), and for the session of a role (AssumeRole).

Hosts are built from the parts of an ARN that `job_arn.read_arn` has checked, so that no log decides where a request
goes. Python 3.7 to 3.13. https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DescribeJob.html
"""

from __future__ import annotations

import http.client
import os
import random
import re
import socket
import ssl
import time
from typing import Any, Callable, Mapping
from urllib.parse import urlencode, urlsplit

import aws_xml
from aws_sigv4 import AwsRequest, Credentials, Scope, signed
from bounded_http import Asked, TooLong, exchange, is_loopback

SECONDS = 5.0  # a call, from connecting to the last byte
MOST_BYTES = 1_000_000
WAITS = (0.5, 1.0, 2.0)  # before a call is tried again
# Set by `splreplay --endpoint-url`: one address that answers instead of all of AWS, over TLS or on this machine.
ENDPOINT = "SPLREPLAY_AWS_ENDPOINT_URL"
SUFFIXES = {
    "aws": "amazonaws.com",
    "aws-us-gov": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}
AGAIN = re.compile(r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|Internal|ServiceUnavailable")
# Where root certificates are, if Python does not know: splunkd names its children a file that is often not there.
AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")

Job = Mapping[str, str]  # as job_arn.read_arn gives it


class AwsError(Exception):
    """There is no answer; the text is for a person. `again`: it may be there in a moment."""

    def __init__(self, text: str, code: str = "", again: bool = False) -> None:
        super().__init__(re.sub(r"\s+", " ", text)[:400])
        self.code, self.again = code, again


def describe_job(job: Job, credentials: Credentials, seconds: float = SECONDS) -> Mapping[str, Any]:
    """The job, as aws_xml reads it; AwsError."""
    headers = {"x-amz-account-id": job["job_account_id"]}
    request = AwsRequest("GET", _host("{job_account_id}.s3-control", job), "/v20180820/jobs/" + job["job_id"])
    found = _ask(request._replace(headers=headers), credentials, Scope(job["job_region"], "s3"), seconds).get("Job")
    if not isinstance(found, dict) or found.get("JobId") != job["job_id"]:
        raise AwsError("AWS answered, but not about this job")
    return found


def assume_role(role_arn: str, external_id: str, job: Job, credentials: Credentials, seconds: float) -> Credentials:
    """A session of a role, in the job's Region; AwsError."""
    form = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": role_arn, "DurationSeconds": "900"}
    form.update({"RoleSessionName": "describes3job"}, **({"ExternalId": external_id} if external_id else {}))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = AwsRequest("POST", _host("sts", job), "/", (), headers, urlencode(form).encode("utf-8"))
    result: Any = _ask(request, credentials, Scope(job["job_region"], "sts"), seconds).get("AssumeRoleResult")
    try:
        told = result["Credentials"]
        return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])
    except (TypeError, KeyError):
        raise AwsError("AWS answered AssumeRole without credentials") from None


def patiently(call: Callable[[float], Any], end: float, young: bool) -> Any:
    """What `call(seconds)` gives, tried again while AWS is busy, and while a young job is not registered yet."""
    for wait in (*WAITS, 0.0):
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            return call(min(SECONDS, left))
        except AwsError as error:
            if not wait or not (error.again or (young and error.code == "NoSuchJob")):
                raise
            time.sleep(max(0.0, min(wait * random.uniform(0.5, 1), end - time.monotonic())))
    raise AwsError("no time was left for it in this search")


def _host(service: str, job: Job) -> str:
    suffix = SUFFIXES.get(job["job_partition"])
    if not suffix:
        raise AwsError(f"the partition {job['job_partition'][:40]} is not known")
    return f"{service.format(**job)}.{job['job_region']}.{suffix}"


def _ask(request: AwsRequest, credentials: Credentials, scope: Scope, seconds: float) -> Mapping[str, Any]:
    connection, request = _connection(request, seconds)
    headers = signed(request, credentials, scope, time.time())
    try:
        status, body = exchange(
            connection, Asked(request.method, request.address, request.body, headers), seconds, MOST_BYTES
        )
        found = aws_xml.read(body) if 200 <= status < 300 else _read_error(body)
    except socket.timeout:
        raise AwsError(f"AWS gave no whole answer within {seconds:.0f} seconds") from None
    except (TooLong, aws_xml.BadXml) as error:
        raise AwsError(f"AWS's answer cannot be read: {error}") from None
    except (OSError, http.client.HTTPException) as error:
        again = isinstance(error, (http.client.HTTPException, ConnectionResetError))  # cut off, rather than not there
        raise AwsError(f"AWS cannot be reached: {type(error).__name__}: {error}", again=again) from None
    except ValueError:  # whose text would hold the header that cannot be sent
        raise AwsError(
            "AWS cannot be asked: the access key or its token has characters that no header can hold"
        ) from None
    if 200 <= status < 300:
        return found if isinstance(found, dict) else {}
    code, text = (str(found.get(name, "")) for name in ("Code", "Message"))
    again = status in (429, 500, 502, 503, 504) or bool(AGAIN.search(code))
    raise AwsError(f"AWS answered {status} {code}: {text}".rstrip(" :"), code, again)


def _read_error(body: bytes) -> Mapping[str, Any]:
    """The innermost of Errors and Error, which AWS's services nest as they like; empty where a proxy answered."""
    try:
        found = aws_xml.read(body)
    except aws_xml.BadXml:
        return {}
    for name in ("Errors", "Error"):
        found = found.get(name, found) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def _connection(request: AwsRequest, seconds: float) -> Any:
    """The way to AWS, or to what stands in for it, and the request with the host that it then has."""
    instead = os.environ.get(ENDPOINT)
    if not instead:
        return http.client.HTTPSConnection(request.host, timeout=seconds, context=tls()), request
    parts = urlsplit(instead)
    if parts.scheme == "https" and parts.hostname:
        return http.client.HTTPSConnection(parts.netloc, timeout=seconds, context=tls()), request._replace(
            host=parts.netloc
        )
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return http.client.HTTPConnection(parts.netloc, timeout=seconds), request._replace(host=parts.netloc)
    raise AwsError("the endpoint is neither https nor this machine's own")


def tls() -> ssl.SSLContext:
    """Verifies certificates, always."""
    context = ssl.create_default_context()
    for path in AUTHORITIES if not context.cert_store_stats()["x509_ca"] else ():
        if os.path.isfile(path):
            context.load_verify_locations(path)
            break
    return context

"""Asks AWS what an S3 Batch Operations job does (DescribeJob), and for the session of a role (AssumeRole).

Hosts are built from the parts of an ARN that `job_arn.read_arn` has checked, so that no log decides where a request
goes. Python 3.7 to 3.13. https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DescribeJob.html
"""

from __future__ import annotations

import os
import random
import re
import time
from functools import partial
from typing import Any, Callable, Collection, Mapping
from urllib.parse import urlencode, urlsplit

from s3batchjobs import answers
from s3batchjobs.bounded_http import HEADER, Asked, NoAnswer, connection, exchange
from s3batchjobs.sigv4 import AwsRequest, Credentials, Scope, signed
from s3batchjobs.text import without

SECONDS = 5.0  # a call, from the name server to the last byte
LATE, YOUNG = "no answer in time", "NoSuchJob"  # codes of errors that may pass
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
# Where root certificates are: splunkd names its children a file that is often not there.
AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")

Job = Mapping[str, str]  # as job_arn.read_arn gives it


class AwsError(Exception):
    """There is no answer; the text is for a person, without what is `hidden`. `again`: it may be there in a moment."""

    def __init__(self, text: str, code: str = "", again: bool = False, hidden: Collection[str] = ()) -> None:
        super().__init__(re.sub(r"\s+", " ", without(text, hidden))[:400])
        self.code, self.again = code, again


def describe_job(job: Job, credentials: Credentials, seconds: float = SECONDS) -> Mapping[str, Any]:
    """The job, as answers.py reads it; AwsError."""
    headers = {"x-amz-account-id": job["job_account_id"]}
    request = AwsRequest("GET", _host("{job_account_id}.s3-control", job), "/v20180820/jobs/" + job["job_id"], headers)
    found = _ask(request, credentials, Scope(job["job_region"], "s3"), seconds).get("Job")
    arn = "arn:{job_partition}:s3:{job_region}:{job_account_id}:job/{job_id}".format(**job)
    if not isinstance(found, dict) or (found.get("JobId"), found.get("JobArn", arn)) != (job["job_id"], arn):
        raise AwsError("AWS answered, but not about this job")
    if not isinstance(found.get("Operation"), dict):
        raise AwsError("AWS answered without what the job does")
    return found


def assume_role(role_arn: str, external_id: str, job: Job, credentials: Credentials, seconds: float) -> Credentials:
    """A session of a role, in the job's Region; AwsError."""
    form = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": role_arn, "DurationSeconds": "900"}
    form.update({"RoleSessionName": "describes3job"}, **({"ExternalId": external_id} if external_id else {}))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = AwsRequest("POST", _host("sts", job), "/", headers, urlencode(form).encode("utf-8"))
    found: Any = _ask(request, credentials, Scope(job["job_region"], "sts"), seconds, [external_id])
    try:
        told = found["AssumeRoleResult"]["Credentials"]
        return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])
    except (TypeError, KeyError):
        raise AwsError("AWS answered AssumeRole without credentials") from None


def patiently(call: Callable[[float], Any], end: float, passing: Collection[str] = ()) -> Any:
    """What `call(seconds)` gives, tried again while AWS is busy, and where it fails with one of the `passing` codes."""
    for wait in (*WAITS, 0.0):
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            return call(min(SECONDS, left))
        except AwsError as error:
            if not wait or not (error.again or error.code in passing):
                raise
            time.sleep(max(0.0, min(wait * random.uniform(0.5, 1), end - time.monotonic())))
    raise AwsError("no time was left for it in this search")


def _host(service: str, job: Job) -> str:
    suffix = SUFFIXES.get(job["job_partition"])
    if not suffix:
        raise AwsError(f"the partition {job['job_partition'][:40]} is not known")
    return f"{service.format(**job)}.{job['job_region']}.{suffix}"


def _ask(
    request: AwsRequest, credentials: Credentials, scope: Scope, seconds: float, secrets: Collection[str] = ()
) -> Mapping[str, Any]:
    """The answer's root; AwsError, in which neither the credentials nor the `secrets` of the request stand."""
    failed = partial(AwsError, hidden=(*credentials, *secrets))
    if not all(HEADER.fullmatch(text) for text in (credentials.access_key, credentials.session_token or "-")):
        raise failed("AWS cannot be asked: the access key or its token has characters that no header can hold")
    uri = os.environ.get(ENDPOINT) or "https://" + request.host
    try:
        way = connection(uri, AUTHORITIES)
        request = request._replace(host=urlsplit(uri).netloc)
        headers = signed(request, credentials, scope, time.time())
        asked = Asked(request.method, request.path, request.body, headers)
        status, body = exchange(way, asked, seconds, MOST_BYTES)
    except NoAnswer as error:
        raise failed(f"AWS {error}", LATE if error.late else "", error.again) from None
    good = 200 <= status < 300
    try:
        found = answers.read(body)
    except answers.BadXml as error:
        if good:
            raise failed(f"AWS's answer cannot be read: {error}") from None
        found = ""  # a proxy's own page
    for name in () if good else ("Errors", "Error"):  # which AWS's services nest as they like
        found = found.get(name, found) if isinstance(found, dict) else found
    found = found if isinstance(found, dict) else {}
    if good:
        return found
    code, text = (str(found.get(name, "")) for name in ("Code", "Message"))
    again = status in (429, 500, 502, 503, 504) or bool(AGAIN.search(code))
    raise failed(f"AWS answered {status} {code}: {text}".rstrip(" :"), code, again)

"""Finds the credentials to ask an AWS account with. Secrets stand in Splunk's storage/passwords and nowhere else.

s3batchjobs.conf has a stanza for an account, else `default` counts; README/s3batchjobs.conf.spec has its settings. An
access key's secret is the password of realm `s3batchjobs` whose user name is the access key's id. Python 3.7 to 3.13.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import threading
from collections import defaultdict
from typing import Any, Dict, Mapping, Optional, Tuple, Union

import lib_path
from s3batchjobs.bounded_http import Asked, NoAnswer, exchange
from s3batchjobs.control import ENDPOINT, LATE, AwsError, Job, assume_role, patiently
from s3batchjobs.sigv4 import Credentials
from splunkd import Splunkd, Unanswered, in_app

APP = "DA-ESS-AWSBatchExfiltration"
CONF = "s3batchjobs"
# As Splunk's confs have them.
BOOLEANS = {
    **dict.fromkeys(("1", "true", "t", "yes", "y", "on", "enabled"), True),
    **dict.fromkeys(("", "0", "false", "f", "no", "n", "off", "disabled"), False),
}
ROLE = re.compile(r"arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
WITHOUT_SPLUNK = "splreplay needs --endpoint-url, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
METADATA = ("169.254.169.254", 80)
METADATA_SECONDS = 1.0


class Accounts:
    """The credentials of each account, found once a search; AwsError where there are none."""

    def __init__(self, splunkd: Splunkd) -> None:
        self._splunkd = splunkd
        self._entries: Dict[Tuple[str, ...], Optional[Dict[str, str]]] = {}
        self._found: Dict[str, Union[Credentials, AwsError]] = {}
        self._locks: Dict[str, Any] = defaultdict(threading.Lock)

    def credentials(self, job: Job, end: float) -> Credentials:
        """Tried again while AWS, splunkd or the instance is busy or late: once for all jobs of an account."""
        account = job["job_account_id"]
        with self._locks[account]:
            if account not in self._found:
                try:
                    self._found[account] = patiently(lambda seconds: self._find(account, job, seconds), end, [LATE])
                except AwsError as error:
                    self._found[account] = error
        found = self._found[account]
        if isinstance(found, AwsError):
            raise found
        return found

    def _find(self, account: str, job: Job, seconds: float) -> Credentials:
        try:
            stanza = self._entry("configs", "conf-" + CONF, account)
            settings = {**(self._entry("configs", "conf-" + CONF, "default") or {}), **(stanza or {})}
            key = self._key(settings) or _of_environment() or _of_instance(settings)
        except Unanswered as error:
            raise AwsError(f"no credentials: {error}", again=not 0 < error.status < 500) from None
        if not key:
            conf = f"{CONF}.conf has neither access_key_id nor instance_metadata = 1"
            raise AwsError(f"no credentials: {conf if self._splunkd.uri else WITHOUT_SPLUNK}")
        role = settings.get("role_arn", "").replace("{account}", account)
        if not role:
            return key
        if stanza is None:  # any account may stand in a log: it gets no external id, and is not asked for a role
            raise AwsError(
                f"no role is assumed in account {account}: where it is yours, add [{account}] to {CONF}.conf"
            )
        if not ROLE.fullmatch(role):
            raise AwsError(f"role_arn in {CONF}.conf is no ARN of a role")
        return assume_role(role, settings.get("external_id", ""), job, key, seconds)

    def _key(self, settings: Mapping[str, str]) -> Optional[Credentials]:
        key = settings.get("access_key_id", "")
        if not key:
            return None
        content = self._entry("storage", "passwords", f"{CONF}:{key}:") or {}
        secret, _, token = content.get("clear_password", "").partition(" ")
        if not secret:
            raise AwsError("no credentials: storage/passwords does not have, or show, the secret of the access key")
        return Credentials(key, secret, token)

    def _entry(self, *parts: str) -> Optional[Dict[str, str]]:
        """What an entity of the app holds, asked for once; None where it is not there, or no splunkd is."""
        if self._splunkd.uri and parts not in self._entries:
            try:
                content = self._splunkd.ask("GET", in_app(APP, *parts))["entry"][0]["content"]
                self._entries[parts] = {
                    name: str(value).strip() for name, value in content.items() if value is not None
                }
            except Unanswered as error:
                if error.status != 404:
                    raise
                self._entries[parts] = None
            except (LookupError, TypeError, AttributeError):
                raise Unanswered("splunkd's answer is not what it should be", 200) from None
        return self._entries.get(parts)


def _of_environment() -> Optional[Credentials]:
    """AWS's own variables, and those only where splreplay has named what stands in for AWS."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    key, secret, token = (os.environ.get(name, "") for name in names)
    return Credentials(key, secret, token) if os.environ.get(ENDPOINT) and key and secret else None


def _of_instance(settings: Mapping[str, str]) -> Optional[Credentials]:
    """Those of the EC2 instance that the search head runs on, by IMDSv2, where the conf allows it."""
    allowed = BOOLEANS.get(settings.get("instance_metadata", "0").lower())
    if allowed is None:
        raise AwsError(f"no credentials: instance_metadata in {CONF}.conf is neither 1 nor 0")
    if not allowed:
        return None
    try:
        token = _metadata("PUT", "api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"})
        with_token = {"X-aws-ec2-metadata-token": token}
        role = _metadata("GET", "meta-data/iam/security-credentials/", with_token).split()[0]
        told = json.loads(_metadata("GET", "meta-data/iam/security-credentials/" + role, with_token))
        return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["Token"])
    except NoAnswer as error:
        raise AwsError(f"no credentials: the instance's metadata {error}", again=error.late) from None
    except (LookupError, TypeError, ValueError) as error:
        raise AwsError(f"no credentials: no answer of the instance's metadata ({type(error).__name__})") from None


def _metadata(method: str, path: str, headers: Mapping[str, str]) -> str:
    asked = Asked(method, "/latest/" + path, None, headers)
    status, body = exchange(http.client.HTTPConnection(*METADATA), asked, METADATA_SECONDS, 100_000)
    if status != 200:
        raise ValueError(status)
    return body.decode("ascii")

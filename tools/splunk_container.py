"""Runs tests/splunk against a real Splunk: the one that SPLUNK_URL names, else one in a container.

The container is started from compose.yaml, waited for, tested, and taken down with its data. Where it does not
start or a test fails, its output and Splunk's own logs are printed. docs/splunk-suite.md has the variables.
"""

from __future__ import annotations

import os
import secrets
import shutil
import ssl
import subprocess
import sys
import tarfile
import time
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path

from package import write_package

from splreplay.replay.collector import trusting

ROOT = Path(__file__).resolve().parent.parent
APPS = ROOT / ".cache" / "splunk-apps"
TEST_ONLY = (
    ROOT / "splreplay" / "addons" / "aws_cloudtrail",
    ROOT / "tests" / "splunk" / "apps" / "es_actions_for_tests",
)
NEEDED = ("SPLUNK_VERSION", "SPLUNK_START_ARGS", "SPLUNK_GENERAL_TERMS")
START_SECONDS = 900
WAIT_SECONDS = 5
SPLUNK = "/opt/splunk"
IN_CONTAINER = ("exec", "-T", "-u", "splunk", "splunk")
LOGS = (
    f"{SPLUNK}/var/log/splunk/splunkd.log",
    f"{SPLUNK}/var/log/splunk/python.log",
    f"{SPLUNK}/var/log/splunk/scheduler.log",
)


class NotStartedError(Exception):
    """Why the container cannot be tested."""


def main() -> int:
    if os.environ.get("SPLUNK_URL"):
        return run_suite({})
    if problem := _missing():
        print(problem, file=sys.stderr)
        return 2
    gather_apps()
    environment = {
        "SPLUNK_PASSWORD": os.environ.get("SPLUNK_PASSWORD") or secrets.token_hex(12),
        "SPLUNK_HEC_TOKEN": os.environ.get("SPLUNK_HEC_TOKEN") or str(uuid.uuid4()),
        "SPLUNK_START_SECONDS": str(START_SECONDS),
    }
    try:
        return in_container(environment)
    finally:
        compose(environment, "down", "--volumes", "--timeout", "10")


def in_container(environment: Mapping[str, str]) -> int:
    """The suite's exit code, or 1 where the container does not start."""
    try:
        status = run_suite(started(environment))
    except NotStartedError as error:
        print(error, file=sys.stderr)
        status = 1
    if status:
        print_logs(environment)
    return status


def started(environment: Mapping[str, str]) -> dict[str, str]:
    """The container once it answers: the environment in which the suite finds it."""
    if compose(environment, "up", "--wait", "--wait-timeout", str(START_SECONDS)):
        raise NotStartedError("The container did not start; what it said follows.")
    reach = {**environment, **_addresses(environment)}
    _wait_until_ready(reach)
    return reach


def print_logs(environment: Mapping[str, str]) -> None:
    compose(environment, "logs", "--tail", "200")
    for path in LOGS:
        print(f"--- {path}", flush=True)
        compose(environment, *IN_CONTAINER, "tail", "-n", "200", path)


def run_suite(environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-m", "splunk", "tests/splunk"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode


def compose(environment: Mapping[str, str], *command: str) -> int:
    full = ["docker", "compose", *command]
    return subprocess.run(full, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode


def gather_apps() -> None:
    """The packaged app and the test-only ones, where compose.yaml mounts them: for the container's user to read."""
    APPS.mkdir(parents=True, exist_ok=True)
    write_package(APPS).replace(APPS / "app.spl")
    for folder in TEST_ONLY:
        with tarfile.open(APPS / f"{folder.name}.spl", "w:gz") as archive:
            archive.add(folder, folder.name, filter=_without_bytecode)
    APPS.chmod(0o755)
    for path in APPS.iterdir():
        path.chmod(0o644)


def _without_bytecode(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in member.name else member


def _missing() -> str:
    absent = [name for name in NEEDED if not os.environ.get(name)]
    if absent:
        return f"Set {', '.join(absent)}; docs/splunk-suite.md says to what, and what it means."
    if shutil.which("docker") is None or _fails("docker", "compose", "version") or _fails("docker", "info"):
        return "No Docker engine with compose answers here. Name a Splunk that already runs with SPLUNK_URL."
    return ""


def _fails(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def _addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """Where the suite finds the container, and the authority that signed its certificate."""
    cafile = APPS / "cacert.pem"
    read = ["docker", "compose", *IN_CONTAINER, "cat", f"{SPLUNK}/etc/auth/cacert.pem"]
    done = subprocess.run(read, cwd=ROOT, env={**os.environ, **environment}, check=False, capture_output=True)
    if done.returncode:
        raise NotStartedError(f"{SPLUNK}/etc/auth/cacert.pem cannot be read: {done.stderr.decode(errors='replace')}")
    cafile.write_bytes(done.stdout)
    return {
        "SPLUNK_URL": f"https://127.0.0.1:{os.environ.get('SPLUNK_REST_PORT', '8089')}",
        "SPLUNK_HEC_URL": f"https://127.0.0.1:{os.environ.get('SPLUNK_HEC_PORT', '8088')}",
        "SPLUNK_CAFILE": str(cafile),
        "SPLUNK_IN_COMPOSE": "1",
    }


def _wait_until_ready(environment: Mapping[str, str]) -> None:
    """HEC answers later than REST, and an app may have asked for a restart."""
    context = trusting(environment["SPLUNK_CAFILE"])
    context.check_hostname = False  # the certificate that Splunk makes for itself names no host
    url = f"{environment['SPLUNK_HEC_URL']}/services/collector/health/1.0"
    end = time.monotonic() + START_SECONDS
    while (problem := _problem(url, context)) and time.monotonic() < end:
        time.sleep(WAIT_SECONDS)
    if problem:
        raise NotStartedError(f"{url} did not answer within {START_SECONDS} seconds: {problem}")


def _problem(url: str, context: ssl.SSLContext) -> str:
    """Why it does not answer yet; empty where it does. NotStartedError where waiting would not help."""
    try:
        with urllib.request.urlopen(url, timeout=10, context=context):
            return ""
    except OSError as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise NotStartedError(f"{url} has a certificate that is not trusted: {reason.verify_message}") from None
        return str(reason)


if __name__ == "__main__":
    raise SystemExit(main())

"""Runs tests/splunk against a real Splunk: the one that SPLUNK_URL names, else one in a container.

The container is started from compose.yaml, waited for, tested, and taken down with its data. Where a test
fails, Splunk's own logs are printed. docs/splunk-suite.md has the variables.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path
from ssl import create_default_context

from package import manifest_id

ROOT = Path(__file__).resolve().parent.parent
APPS = ROOT / ".cache" / "splunk-apps"
TEST_ONLY = (
    ROOT / "splreplay" / "addons" / "aws_cloudtrail",
    ROOT / "tests" / "splunk" / "apps" / "es_actions_for_tests",
)
NEEDED = ("SPLUNK_VERSION", "SPLUNK_START_ARGS", "SPLUNK_GENERAL_TERMS")
START_SECONDS = 900
SPLUNK = "/opt/splunk"
LOGS = (
    f"{SPLUNK}/var/log/splunk/splunkd.log",
    f"{SPLUNK}/var/log/splunk/python.log",
    f"{SPLUNK}/var/log/splunk/scheduler.log",
)


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
    }
    try:
        return in_container(environment)
    finally:
        compose(environment, "down", "--volumes", "--timeout", "10")


def in_container(environment: Mapping[str, str]) -> int:
    up = compose(environment, "up", "--wait", "--wait-timeout", str(START_SECONDS))
    if up:
        compose(environment, "logs", "--tail", "200")
        return up
    reach = {**environment, **_addresses(environment)}
    _wait_until_ready(reach)
    status = run_suite(reach)
    if status:
        for path in LOGS:
            print(f"--- {path}")
            compose(environment, "exec", "-T", "-u", "splunk", "splunk", "tail", "-n", "200", path)
    return status


def run_suite(environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-m", "splunk", "tests/splunk"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode


def compose(environment: Mapping[str, str], *command: str) -> int:
    full = ["docker", "compose", *command]
    return subprocess.run(full, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode


def gather_apps() -> None:
    """The packaged app and the test-only ones, where compose.yaml mounts them."""
    APPS.mkdir(parents=True, exist_ok=True)
    name, version = manifest_id()
    shutil.copyfile(ROOT / "dist" / f"{name}-{version}.spl", APPS / "app.spl")
    for folder in TEST_ONLY:
        with tarfile.open(APPS / f"{folder.name}.spl", "w:gz") as archive:
            archive.add(folder, folder.name, filter=_without_bytecode)


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
    read = [
        "docker",
        "compose",
        "exec",
        "-T",
        "-u",
        "splunk",
        "splunk",
        "cat",
        f"{SPLUNK}/etc/auth/cacert.pem",
    ]
    cafile.write_bytes(
        subprocess.run(read, cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True).stdout
    )
    return {
        "SPLUNK_URL": f"https://127.0.0.1:{os.environ.get('SPLUNK_REST_PORT', '8089')}",
        "SPLUNK_HEC_URL": f"https://127.0.0.1:{os.environ.get('SPLUNK_HEC_PORT', '8088')}",
        "SPLUNK_CAFILE": str(cafile),
        "SPLUNK_IN_COMPOSE": "1",
    }


def _wait_until_ready(environment: Mapping[str, str]) -> None:
    """HEC answers later than REST, and an app may have asked for a restart."""
    context = create_default_context(cafile=environment["SPLUNK_CAFILE"])
    context.check_hostname = False  # the certificate that Splunk makes for itself names no host
    url = f"{environment['SPLUNK_HEC_URL']}/services/collector/health/1.0"
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=10, context=context):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(5)
    raise SystemExit(f"{url} did not answer within {START_SECONDS} seconds")


if __name__ == "__main__":
    raise SystemExit(main())

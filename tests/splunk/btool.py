"""`splunk btool check` in the container: what it says of the app beyond what is known."""

from __future__ import annotations

import re
import subprocess

from tests.serve.embedded import ROOT
from tests.splunk.target import APP

CHECK = (
    *("docker", "compose", "exec", "-T", "-u", "splunk", "splunk"),
    *("/opt/splunk/bin/splunk", "btool", "check", f"--app={APP}"),
)
# Lines that may stand in its output, each with why.
KNOWN = (
    r"\s*",
    r"Checking: .*",  # the file that the next lines are about
    # Splunk before 10.2 has no spec of it, and chooses by python.version.
    r"\s*Invalid key in stanza \[\w+\] in \S+/commands\.conf, line \d+: python\.required\s*\(value:.*\)\.?",
    r"\s*Did you mean '.*'\?",
)


def unexpected(output: str) -> list[str]:
    """The lines that are not known."""
    return [line for line in output.splitlines() if not any(re.fullmatch(known, line) for known in KNOWN)]


def complaints() -> list[str]:
    """What btool has to say, or why it could not be asked; its exit code says only whether it said anything."""
    done = subprocess.run(CHECK, cwd=ROOT, capture_output=True, text=True, check=False)
    silent = done.returncode != 0 and not done.stdout.strip()
    return unexpected(done.stdout) + ([done.stderr.strip() or f"exit code {done.returncode}"] if silent else [])

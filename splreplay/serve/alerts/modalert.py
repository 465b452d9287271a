"""Alert actions that an app brings as scripts, run as splunkd runs them.

`python <app>/bin/<action>.py --execute` with a JSON payload on stdin, the rows in a gzipped CSV that the
payload names, and a session key for the way back.
https://dev.splunk.com/enterprise/docs/devtools/customalertactions
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.process import ENDPOINT
from splreplay.knowledge.layers import VisibleStanza
from splreplay.serve.alerts.firing import Firing, Said
from splreplay.values import multivalue
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

SECONDS = 60
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", ENDPOINT)  # of the environment: a script gets no password of the server's
NAME = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)


def run(server: Splunkd, action: VisibleStanza, firing: Firing) -> Said:
    """Run the script over all rows; a failure is said in the job's messages."""
    script = action.folder.root / "bin" / f"{action.name}.py"
    if not NAME.fullmatch(action.name) or not script.is_file():
        return [("ERROR", f"The alert action '{action.name}' has no script bin/{action.name}.py in its app.")]
    with server.session() as key, tempfile.TemporaryDirectory(dir=server.data) as folder:
        results = Path(folder) / "results.csv.gz"
        _write_rows(results, firing.rows)
        about = {"results_file": str(results), "session_key": key}
        payload = {**_payload(server, action, firing), **about}
        return _execute(script, payload, _environment(Path(folder), server.certificate))


def _environment(home: Path, certificate: Path) -> dict[str, str]:
    """As splunkd's: what signs its certificate is in SPLUNK_HOME, and SSL_CERT_FILE names a file that is not there."""
    authorities = home / "etc" / "auth" / "cacert.pem"
    authorities.parent.mkdir(parents=True)
    shutil.copyfile(certificate, authorities)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "SPLUNK_HOME": str(home), "SSL_CERT_FILE": str(home / "openssl" / "cert.pem")}


def _execute(script: Path, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Said:
    command = [sys.executable, str(script), "--execute"]
    text = json.dumps(payload)
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return [("ERROR", f"The alert action {script.name} was stopped after {SECONDS} seconds.")]
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1][:500]
        return [("ERROR", f"The alert action {script.name} ended with {done.returncode}: {last}")]
    return []


def _payload(server: Splunkd, action: VisibleStanza, firing: Firing) -> dict[str, Any]:
    return {
        "app": firing.app,
        "owner": "nobody",
        "sid": firing.job.sid,
        "search_name": firing.name,
        "server_host": "splreplay",
        "server_uri": f"https://127.0.0.1:{server.management_port}",
        "configuration": _configuration(action, firing.values),
        "result": dict(firing.rows[0]),
    }


def _configuration(action: VisibleStanza, values: Mapping[str, str]) -> dict[str, str]:
    """The action's parameters: what the saved search says over what alert_actions.conf does."""
    prefix = f"action.{action.name}.param."
    defaults = {key[len("param.") :]: value for key, value in action.values.items() if key.startswith("param.")}
    return {
        **defaults,
        **{key[len(prefix) :]: value for key, value in values.items() if key.startswith(prefix)},
    }


def _write_rows(path: Path, rows: Sequence[Row]) -> None:
    """As splunkd writes them: a `__mv_` column beside each field holds the values of a list."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column for name in names for column in (name, f"__mv_{name}")])
        writer.writerows([[cell for name in names for cell in multivalue.cells(row.get(name))] for row in rows])

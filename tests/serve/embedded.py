"""The embedded splunkd for tests: in this process, on free ports, over a copy of the app."""

from __future__ import annotations

import json
import shutil
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from splreplay.serve.hec.tokens import DEFAULT_TOKEN, add_token
from splreplay.serve.http import tls
from splreplay.serve.http.server import Ports, running
from splreplay.serve.state.splunkd import Splunkd, open_splunkd

ROOT = Path(__file__).parents[2]
ADDON = ROOT / "splreplay" / "addons" / "aws_cloudtrail"
APP = "DA-ESS-AWSBatchExfiltration"
SEARCH = "Threat - AWS Exfiltration via Batch Service - Rule"
PASSWORD = "correct-horse-1"
TOKEN = "11111111-2222-3333-4444-555555555555"
COPIED, LINKED = ("default", "metadata", "lookups"), ("bin", "lib")


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: Any = None

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Endpoint:
    """Where a splunkd answers, and what it takes to be let in."""

    rest: str
    hec: str
    password: str
    token: str
    cafile: str

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.cafile)

    def ask(
        self, url: str, body: bytes | None = None, headers: dict[str, str] | None = None, method: str = ""
    ) -> Reply:
        request = urllib.request.Request(url, body, headers or {}, method=method or None)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as reply:
                return Reply(reply.status, reply.read(), reply.headers)
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read(), error.headers)

    def send(self, body: bytes | str, path: str = "event", **headers: str) -> Reply:
        """To HEC, with the token unless `Authorization` is given."""
        given = {
            "Authorization": f"Splunk {self.token}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        return self.ask(
            f"{self.hec}/services/collector/{path}", body if isinstance(body, bytes) else body.encode(), given
        )

    def call(self, path: str, form: dict[str, str] | None = None, method: str = "", auth: str = "") -> Reply:
        """To REST, as admin unless `auth` is given; JSON back."""
        from base64 import b64encode

        auth = auth or "Basic " + b64encode(f"admin:{self.password}".encode()).decode()
        body = urlencode({"output_mode": "json", **form}).encode() if form is not None else None
        url = f"{self.rest}{path}" + ("" if form is not None else ("&" if "?" in path else "?") + "output_mode=json")
        return self.ask(url, body, {"Authorization": auth}, method)

    def search(self, spl: str, **form: str) -> list[dict[str, Any]]:
        reply = self.call("/services/search/jobs", {"search": spl, "exec_mode": "oneshot", "count": "0", **form})
        assert reply.status == 200, reply.body
        return list(reply.json["results"])


def copy_app(folder: Path) -> Path:
    """A copy of this app, so that edits to local/ stay in the test; its code is the same."""
    target = folder / APP
    for part in COPIED:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target / part)
    for part in LINKED:
        (target / part).symlink_to(ROOT / part)
    return target


@contextmanager
def embedded(
    folder: Path, with_apps: Sequence[Path] = (), addon: Path | None = ADDON
) -> Iterator[tuple[Endpoint, Splunkd]]:
    """In a folder that must be new; every app is a copy in it, since edits go to its local/."""
    copies = [shutil.copytree(app, folder / "with" / app.name) for app in with_apps]
    splunkd = open_splunkd(folder / "data", [copy_app(folder), *copies], addon)
    splunkd.accounts.set_password(PASSWORD)
    add_token(splunkd.layers, DEFAULT_TOKEN, {"token": TOKEN})
    context, splunkd.certificate = tls.own_context(splunkd.data / "tls")
    with running(splunkd, context, Ports(0, 0)) as ports:
        rest, hec = (f"https://127.0.0.1:{port}" for port in (ports.management, ports.hec))
        yield Endpoint(rest, hec, PASSWORD, TOKEN, str(splunkd.certificate)), splunkd

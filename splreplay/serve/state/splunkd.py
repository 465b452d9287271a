"""What the server knows while it runs. Handlers get it as their first argument."""

from __future__ import annotations

import hmac
import secrets
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from splreplay.knowledge.layers import SYSTEM, Folder
from splreplay.serve.hec.collector import HTTP_INPUTS, Acks, Token
from splreplay.serve.http.auth import Accounts
from splreplay.serve.state.jobs import Jobs
from splreplay.serve.state.layers import BUILT_IN, EditableLayers, app_at
from splreplay.serve.state.store import EventStore
from splreplay.spl.booleans import truth

DEFAULT_TOKEN = "splunk_hec_token"  # the name that Splunk's container gives it


@dataclass
class Splunkd:
    data: Path
    layers: EditableLayers
    store: EventStore
    accounts: Accounts
    addon: Path | None = None  # whose field rules searches use
    jobs: Jobs = field(default_factory=Jobs)
    acks: Acks = field(default_factory=Acks)
    throttled: dict[tuple[str, ...], float] = field(default_factory=dict)  # suppressed alerts, until when
    lock: threading.RLock = field(default_factory=threading.RLock)
    guid: str = field(default_factory=lambda: str(uuid.uuid4()).upper())
    management_port: int = 0
    certificate: Path = Path()

    def close(self) -> None:
        self.jobs.close()
        self.store.close()

    def indexes(self) -> set[str]:
        return {name for name in self.layers.own(SYSTEM, "indexes") if name != "default"}

    def default_indexes(self) -> list[str]:
        """Where a search looks that names no index: srchIndexesDefault of the admin role."""
        return split_list(self.layers.own(SYSTEM, "authorize")["role_admin"].get("srchIndexesDefault", "main"))

    def hec_tokens(self) -> list[Token]:
        stanzas = self.layers.own(HTTP_INPUTS, "inputs").items()
        return [_token(name[len("http://") :], values) for name, values in stanzas if name.startswith("http://")]

    def hec_token(self, value: str) -> Token | None:
        given = value.encode()
        return next((token for token in self.hec_tokens() if hmac.compare_digest(token.value.encode(), given)), None)

    def add_token(self, name: str, values: Mapping[str, str]) -> None:
        kept = {"token": str(uuid.uuid4()), "disabled": "0", **values}
        self.layers.write(HTTP_INPUTS, "inputs", f"http://{name}", kept)


def open_splunkd(data: Path, roots: Sequence[Path], addon: Path | None = None) -> Splunkd:
    """The state kept in a data folder, with these apps."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    data = data.resolve()
    apps = [app_at(root) for root in roots]
    known = {app.name: app for app in (*apps, *([app_at(addon)] if addon else []), *_built_in(data))}
    return Splunkd(
        data,
        EditableLayers(known),
        EventStore(data / "events.duckdb"),
        Accounts(data / "accounts.json"),
        addon,
    )


def split_list(text: str) -> list[str]:
    """`a;b` or `a,b`, as Splunk writes lists in conf files."""
    return [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]


def new_password() -> str:
    return secrets.token_urlsafe(15)


def _built_in(data: Path) -> list[Folder]:
    system = Folder(SYSTEM, BUILT_IN / "system", data / "etc" / "system" / "local")
    folders = sorted(path for path in (BUILT_IN / "apps").iterdir() if path.is_dir())
    return [system, *(Folder(path.name, path, data / "etc" / "apps" / path.name / "local") for path in folders)]


def _token(name: str, values: Mapping[str, str]) -> Token:
    return Token(
        name,
        values.get("token", ""),
        values.get("index", ""),
        tuple(split_list(values.get("indexes", ""))),
        values.get("sourcetype", ""),
        values.get("source", ""),
        values.get("host", ""),
        acks=truth(values.get("useACK", "0"), unclear=False),
        disabled=truth(values.get("disabled", "0"), unclear=False),
    )

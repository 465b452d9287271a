"""What the server knows while it runs. Handlers get it as their first argument."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from splreplay.knowledge.conf import split_list
from splreplay.knowledge.kvstore import KVStore
from splreplay.knowledge.layers import SYSTEM, Folder
from splreplay.serve.hec.acks import Acks
from splreplay.serve.state.accounts import Accounts
from splreplay.serve.state.jobs import Jobs
from splreplay.serve.state.layers import BUILT_IN, EditableLayers, app_at
from splreplay.serve.state.passwords import Passwords
from splreplay.serve.state.store import EventStore
from splreplay.spl.booleans import truth


@dataclass
class Splunkd:
    data: Path
    layers: EditableLayers
    store: EventStore
    kv: KVStore
    accounts: Accounts
    passwords: Passwords
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
        self.kv.close()

    def indexes(self) -> set[str]:
        return {name for name in self.layers.own(SYSTEM, "indexes") if name != "default"}

    @contextmanager
    def session(self) -> Iterator[str]:
        """The key of a session that lasts as long as what it is for: a search, an alert's script."""
        with self.lock:
            key = self.accounts.open_session()
        try:
            yield key
        finally:
            self.accounts.close_session(key)

    def roles(self) -> frozenset[str]:
        """Of the one account."""
        imported = self.layers.own(SYSTEM, "authorize")["role_admin"].get("importRoles", "")
        return frozenset({"admin", *split_list(imported)})

    def default_indexes(self) -> list[str]:
        """Where a search looks that names no index: srchIndexesDefault of the admin role."""
        return split_list(self.layers.own(SYSTEM, "authorize")["role_admin"].get("srchIndexesDefault", "main"))


def open_splunkd(data: Path, roots: Sequence[Path], addon: Path | None = None) -> Splunkd:
    """The state kept in a data folder, with these apps."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    data = data.resolve()
    apps = [app_at(root) for root in roots]
    known = {app.name: app for app in (*apps, *([app_at(addon)] if addon else []), *_built_in(data))}
    layers = EditableLayers(known)
    return Splunkd(
        data,
        layers,
        EventStore(data / "events.duckdb"),
        KVStore(data / "kvstore.sqlite", partial(_is_down, layers)),
        Accounts(data / "accounts.json"),
        Passwords(data),
        addon,
    )


def _is_down(layers: EditableLayers) -> bool:
    """Splunk's own switch: server.conf [kvstore] disabled. Here it counts at once, so that tests can turn it."""
    setting = layers.own(SYSTEM, "server").get("kvstore", {}).get("disabled", "0")
    return truth(setting, unclear=False)


def _built_in(data: Path) -> list[Folder]:
    system = Folder(SYSTEM, BUILT_IN / "system", data / "etc" / "system" / "local")
    folders = sorted(path for path in (BUILT_IN / "apps").iterdir() if path.is_dir())
    return [system, *(Folder(path.name, path, data / "etc" / "apps" / path.name / "local") for path in folders)]

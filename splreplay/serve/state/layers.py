"""Settings as splunkd merges them: each app's default under its local, and the system's beneath all.

Reads from the apps' folders, writes only into <app>/local (for the system and the built-in apps: into the
data folder), each file at once or not at all.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from splreplay.knowledge.conf import read_conf
from splreplay.serve.state.conf_text import remove_stanza, set_keys

SYSTEM = "system"
BUILT_IN = Path(__file__).parents[1] / "etc"
Stanzas = dict[str, dict[str, str]]


@dataclass(frozen=True)
class App:
    """One folder of settings. Built-in apps ship with this package and keep their local part elsewhere."""

    name: str
    root: Path
    local: Path

    @classmethod
    def at(cls, root: Path, name: str = "") -> App:
        root = root.resolve()
        return cls(name or _app_id(root), root, root / "local")


@dataclass(frozen=True)
class Stanza:
    name: str
    app: str
    values: Mapping[str, str]
    exported: bool


class Layers:
    def __init__(self, apps: Mapping[str, App]) -> None:
        self.apps = dict(apps)
        self._lock = threading.RLock()

    def own(self, app: str, conf: str) -> Stanzas:
        """One app's stanzas, default under local, without what other apps say."""
        place = self.apps[app]
        merged = _read(place.root / "default" / f"{conf}.conf")
        for name, values in _read(place.local / f"{conf}.conf").items():
            merged[name] = {**merged.get(name, {}), **values}
        return merged

    def visible(self, app: str | None, conf: str) -> list[Stanza]:
        """What a search or a client in this app sees; with `-`, every app's own."""
        order = [app] if app in self.apps else []
        # Of other apps, Splunk lets the one win whose folder sorts last.
        order += sorted((name for name in self.apps if name not in {app, SYSTEM}), reverse=True)
        order += [SYSTEM] if app != SYSTEM else []
        found: list[Stanza] = []
        seen: set[str] = set()
        for name in order:
            for stanza in self._stanzas(name, conf):
                wanted = app == "-" or name in {app, SYSTEM} or stanza.exported
                if wanted and (app == "-" or stanza.name not in seen):
                    seen.add(stanza.name)
                    found.append(stanza)
        return found

    def find(self, app: str | None, conf: str, stanza: str) -> list[Stanza]:
        return [found for found in self.visible(app, conf) if found.name == stanza]

    def write(self, app: str, conf: str, stanza: str, values: Mapping[str, str]) -> None:
        with self._lock:
            path = self._local(app) / f"{conf}.conf"
            _replace(path, set_keys(_text(path), stanza, values))

    def has_local(self, app: str, conf: str, stanza: str) -> bool:
        return stanza in _read(self.apps[app].local / f"{conf}.conf")

    def remove(self, app: str, conf: str, stanza: str) -> None:
        with self._lock:
            path = self._local(app) / f"{conf}.conf"
            _replace(path, remove_stanza(_text(path), stanza))

    def conf_names(self, app: str | None) -> list[str]:
        """The conf files that an app, or with None any app, has."""
        places = [place for name, place in self.apps.items() if app in {None, "-", name}]
        folders = [folder for place in places for folder in (place.root / "default", place.local)]
        return sorted({path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.conf")})

    def _stanzas(self, app: str, conf: str) -> Iterator[Stanza]:
        stanzas = self.own(app, conf)
        common = stanzas.get("default", {})
        exports = self._exports(app)
        for name, values in stanzas.items():
            yield Stanza(name, app, {**common, **values}, _exported(exports, conf, name))

    def _exports(self, app: str) -> Stanzas:
        meta = _read(self.apps[app].root / "metadata" / "default.meta")
        return {unquote(section): values for section, values in meta.items()}

    def _local(self, app: str) -> Path:
        place = self.apps[app]
        local = place.local
        if local.is_symlink() or local.resolve() != local.absolute():
            raise PermissionError(f"{place.name}/local is a symbolic link; settings are not written through one")
        local.mkdir(parents=True, exist_ok=True)
        return local


def _exported(meta: Stanzas, kind: str, name: str) -> bool:
    """`export = system` of the object, else of its kind, else of the whole app."""
    for section in (f"{kind}/{name}", kind, ""):
        export = meta.get(section, {}).get("export")
        if export is not None:
            return export == "system"
    return False


def _app_id(root: Path) -> str:
    conf = _read(root / "default" / "app.conf")
    return conf.get("package", {}).get("id") or conf.get("id", {}).get("name") or root.name


def _read(path: Path) -> Stanzas:
    stanzas = read_conf(_text(path)).items()
    return {name: {key: value.text for key, value in keys.items()} for name, keys in stanzas}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _replace(path: Path, text: str) -> None:
    """Write the file whole, or leave the old one whole."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise

"""The settings of apps as Splunk merges them: local over default, and around an app what the others export.

Reads only: `serve/state/layers.py` writes. Settings are read when they are asked for, so that an edit counts at once;
what an app exports (metadata/) is read once.
https://help.splunk.com/en/splunk-enterprise/administer/admin-manual/9.4/administer-splunk-enterprise-with-configuration-files/configuration-file-precedence
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from splreplay.knowledge.conf import NOT_SET, Stanza, Stanzas, read_conf, read_file

SYSTEM = "system"  # the layer beneath all apps; everybody sees it
EVERY = "-"  # in the place of an app: all of them
COMMON = "default"
_ACCESS = re.compile(r"\b(read|write)\s*:\s*\[([^\]]*)\]")


@dataclass(frozen=True)
class Folder:
    """One app on disk. `name` is empty where there is only one; `local` may lie elsewhere than in `root`."""

    name: str
    root: Path
    local: Path
    _odd: dict[Path, list[str]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def at(cls, root: Path, name: str = "") -> Folder:
        root = root.resolve()
        return cls(name, root, root / "local")

    def conf(self, name: str) -> Stanzas:
        """`<name>.conf` as it is written, local over default, one key at a time."""
        return self._merged(self.root / "default" / f"{name}.conf", self.local / f"{name}.conf")

    def applied(self, name: str) -> Stanzas:
        """`<name>.conf` as it counts: below its own keys, each stanza has those of [default]."""
        stanzas = self.conf(name)
        common = stanzas.get(COMMON, {})
        return {stanza: {**common, **keys} for stanza, keys in stanzas.items()}

    def oddities(self) -> list[str]:
        """What is odd in the files that were read so far, as they were then."""
        return [oddity for path in self._odd for oddity in self._odd[path]]

    def exports(self, kind: str, name: str) -> bool:
        """`export = system` of the object, else of its kind, else of the whole app."""
        for section in (f"{kind}/{name}", kind, ""):
            if "export" in self._meta.get(section, {}):
                return self._meta[section]["export"].text == SYSTEM
        return False

    def allows(self, way: str, kind: str, name: str, roles: Set[str]) -> bool:
        """Whether one of the roles may `read` or `write` it: the object, its kind and the app must all let it."""
        sections = (self._meta.get(section, {}).get("access", NOT_SET).text for section in (f"{kind}/{name}", kind, ""))
        said = [dict(_ACCESS.findall(text)) for text in sections]
        lists = [{role.strip() for role in each[way].split(",")} for each in said if way in each]
        return all(allowed & {*roles, "*"} for allowed in lists)

    @cached_property
    def _meta(self) -> Stanzas:
        folder = self.root / "metadata"
        merged = self._merged(folder / "default.meta", folder / "local.meta")
        return {unquote(section): keys for section, keys in merged.items()}

    def _merged(self, *files: Path) -> Stanzas:
        merged: Stanzas = {}
        for path in files:
            shown = "/".join([*([self.name] if self.name else []), path.parent.name, path.name])
            self._odd[path] = []
            for stanza, keys in read_conf(read_file(path), shown, self._odd[path].append).items():
                merged.setdefault(stanza, {}).update(keys)
        return merged


@dataclass(frozen=True)
class VisibleStanza:
    """A stanza with the app that it comes from."""

    name: str
    folder: Folder
    keys: Stanza
    exported: bool

    @property
    def app(self) -> str:
        return self.folder.name

    @cached_property
    def values(self) -> dict[str, str]:
        return {key: value.text for key, value in self.keys.items()}


class Layers:
    """Apps beside each other, by name."""

    def __init__(self, apps: Mapping[str, Folder]) -> None:
        self.apps = dict(apps)

    def visible(self, app: str | None, conf: str) -> list[VisibleStanza]:
        """What a search or a client in this app sees; with `-`, every app's own. [default] is one of them."""
        found: list[VisibleStanza] = []
        seen: set[str] = set()
        for folder in self._nearest_first(app):
            for name, keys in folder.applied(conf).items():
                exported = folder.exports(conf, name)
                if self._sees(app, folder, exported) and (app == EVERY or name not in seen):
                    seen.add(name)
                    found.append(VisibleStanza(name, folder, keys, exported))
        return found

    def find(self, app: str | None, conf: str, stanza: str) -> list[VisibleStanza]:
        return [found for found in self.visible(app, conf) if found.name == stanza]

    def lookup_files(self, app: str | None) -> Iterator[tuple[Folder, Path]]:
        """The files in the lookups folders that this app sees, the nearest first."""
        for folder in self._nearest_first(app):
            for path in _files_in(folder.root / "lookups"):
                if self._sees(app, folder, folder.exports("lookups", path.name)):
                    yield folder, path

    def views(self, app: str | None) -> Iterator[tuple[Folder, Path]]:
        """The dashboards that this app sees, the nearest first; what local/ has hides what is shipped."""
        for folder in self._nearest_first(app):
            places = (folder.root / "default", folder.local)
            found = {path.stem: path for place in places for path in _files_in(place / "data" / "ui" / "views")}
            for name, path in sorted(found.items()):
                if path.suffix == ".xml" and self._sees(app, folder, folder.exports("views", name)):
                    yield folder, path

    def conf_names(self, app: str | None) -> list[str]:
        """The conf files that an app, or with None any app, has."""
        places = [folder for name, folder in self.apps.items() if app in {None, EVERY, name}]
        folders = [place for folder in places for place in (folder.root / "default", folder.local)]
        return sorted({path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.conf")})

    def _nearest_first(self, app: str | None) -> Iterator[Folder]:
        """Of other apps, Splunk lets the one win whose folder sorts last."""
        others = sorted((name for name in self.apps if name not in {app, SYSTEM}), reverse=True)
        for name in (app, *others, *([SYSTEM] if app != SYSTEM else [])):
            if name in self.apps:
                yield self.apps[name]

    @staticmethod
    def _sees(app: str | None, folder: Folder, exported: bool) -> bool:
        return exported or app == EVERY or folder.name in {app, SYSTEM}


def oddities(folder: Folder) -> list[str]:
    """What is odd in any of an app's conf files."""
    for name in Layers({folder.name: folder}).conf_names(None):
        folder.conf(name)
    return folder.oddities()


def _files_in(place: Path) -> Iterator[Path]:
    """The files of a folder by name. No link leads out of it."""
    place = place.resolve()
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        if path.is_file() and path.resolve().is_relative_to(place):
            yield path

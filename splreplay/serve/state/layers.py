"""Settings that clients edit: each file of <app>/local is written at once or not at all.

Reading is `splreplay.knowledge.layers`. Writes go only into <app>/local, for the system and the built-in apps into the
data folder.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from splreplay.knowledge.conf import Stanzas, read_conf, read_file
from splreplay.knowledge.layers import Folder, Layers
from splreplay.serve.state.conf_text import remove_stanza, set_keys

BUILT_IN = Path(__file__).parents[1] / "etc"


class EditableLayers(Layers):
    def __init__(self, apps: Mapping[str, Folder]) -> None:
        super().__init__(apps)
        self._lock = threading.RLock()

    def own(self, app: str, conf: str) -> dict[str, dict[str, str]]:
        """One app's stanzas as they are written, without what other apps say."""
        return _texts(self.apps[app].conf(conf))

    def write(self, app: str, conf: str, stanza: str, values: Mapping[str, str]) -> None:
        with self._lock:
            path = self._local(app) / f"{conf}.conf"
            _replace(path, set_keys(read_file(path), stanza, values))

    def has_local(self, app: str, conf: str, stanza: str) -> bool:
        return stanza in read_conf(read_file(self.apps[app].local / f"{conf}.conf"))

    def remove(self, app: str, conf: str, stanza: str) -> None:
        with self._lock:
            path = self._local(app) / f"{conf}.conf"
            _replace(path, remove_stanza(read_file(path), stanza))

    def _local(self, app: str) -> Path:
        place = self.apps[app]
        local = place.local
        if local.is_symlink() or local.resolve() != local.absolute():
            raise PermissionError(f"{place.name}/local is a symbolic link; settings are not written through one")
        local.mkdir(parents=True, exist_ok=True)
        return local


def app_at(root: Path) -> Folder:
    """The app in a folder, under the name that it gives itself."""
    conf = _texts(Folder.at(root).conf("app"))
    name = conf.get("package", {}).get("id") or conf.get("id", {}).get("name") or root.resolve().name
    return Folder.at(root, name)


def _texts(stanzas: Stanzas) -> dict[str, dict[str, str]]:
    return {name: {key: value.text for key, value in keys.items()} for name, keys in stanzas.items()}


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

"""The passwords that apps keep in splunkd (storage/passwords): encrypted, in a private file of the data folder.

As in Splunk the key lies beside them, so whoever reads the folder reads them; a copy of the one file shows nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet

from splreplay.serve.state import private


class Place(NamedTuple):
    """Whose password it is: an app's, for a realm (or none) and a user there."""

    app: str
    realm: str
    username: str

    @property
    def name(self) -> str:
        """As splunkd names the entity."""
        return "".join(part.replace("\\", "\\\\").replace(":", "\\:") + ":" for part in (self.realm, self.username))


class Passwords:
    def __init__(self, folder: Path) -> None:
        self._path, self._secret = folder / "passwords.json", folder / "splunk.secret"
        kept = json.loads(self._path.read_text("utf-8")) if self._path.exists() else []
        self._kept: dict[Place, str] = {Place(*entry[:3]): entry[3] for entry in kept}

    def places(self) -> Iterator[Place]:
        yield from sorted(self._kept)

    def encrypted(self, place: Place) -> str:
        return self._kept[place]

    def clear(self, place: Place) -> str:
        return self._cipher().decrypt(self._kept[place].encode()).decode()

    def keep(self, place: Place, password: str) -> None:
        self._kept[place] = self._cipher().encrypt(password.encode()).decode()
        self._save()

    def drop(self, place: Place) -> None:
        del self._kept[place]
        self._save()

    def _cipher(self) -> Fernet:
        if not self._secret.exists():
            private.write(self._secret, Fernet.generate_key().decode())
        return Fernet(self._secret.read_text("utf-8"))

    def _save(self) -> None:
        private.write(self._path, json.dumps([[*place, text] for place, text in self._kept.items()]))

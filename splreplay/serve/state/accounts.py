"""The one account, `admin`: its password, its sessions, its tokens. Password and tokens are kept as hashes."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from splreplay.serve.http import limits
from splreplay.serve.http.message import RestError
from splreplay.serve.state import private

ADMIN = "admin"
MIN_PASSWORD = 8  # as Splunk's minPasswordLength


class Accounts:
    """The password, the sessions and the tokens. Secrets are compared as hashes, in constant time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"tokens": {}}
        self._sessions: dict[str, float] = {}
        self._pepper = secrets.token_bytes(32)
        self._known_good: bytes | None = None  # spares basic authentication the slow hash on every request

    @property
    def has_password(self) -> bool:
        return "password" in self._kept

    def set_password(self, password: str) -> None:
        if len(password) < MIN_PASSWORD:
            raise ValueError(f"a password has at least {MIN_PASSWORD} characters")
        salt = secrets.token_hex(16)
        self._kept["password"] = {"salt": salt, "hash": _slow_hash(password, salt)}
        self._known_good = None
        self._save()

    def is_password(self, user: str, password: str) -> bool:
        mark = hmac.digest(self._pepper, f"{user}\0{password}".encode(), "sha256")
        if self._known_good is not None and hmac.compare_digest(mark, self._known_good):
            return True
        kept = self._kept["password"]
        right = hmac.compare_digest(_slow_hash(password, kept["salt"]), kept["hash"]) and user == ADMIN
        if right:
            self._known_good = mark
        return right

    def open_session(self) -> str:
        now = time.monotonic()
        self._sessions = {key: end for key, end in self._sessions.items() if end > now}
        if len(self._sessions) >= limits.SESSIONS:
            raise RestError(503, "Too many sessions are open.")
        key = secrets.token_urlsafe(48)
        self._sessions[_hash(key)] = now + limits.SESSION_SECONDS
        return key

    def close_session(self, key: str) -> None:
        self._sessions.pop(_hash(key), None)

    def is_key(self, key: str) -> bool:
        """A session key, which this call keeps open, or a token."""
        mark = _hash(key)
        if self._sessions.get(mark, 0.0) > time.monotonic():
            self._sessions[mark] = time.monotonic() + limits.SESSION_SECONDS
            return True
        return any(hmac.compare_digest(mark, token["hash"]) for token in self._kept["tokens"].values())

    def create_token(self, audience: str) -> tuple[str, str]:
        name, value = secrets.token_hex(16), secrets.token_urlsafe(48)
        self._kept["tokens"][name] = {"hash": _hash(value), "audience": audience, "created": int(time.time())}
        self._save()
        return name, value

    def drop_token(self, name: str) -> None:
        if self._kept["tokens"].pop(name, None) is None:
            raise RestError(404, f"Could not find object id={name}")
        self._save()

    def tokens(self) -> Mapping[str, Mapping[str, Any]]:
        return dict(self._kept["tokens"])

    def _save(self) -> None:
        private.write(self._path, json.dumps(self._kept))


def new_password() -> str:
    return secrets.token_urlsafe(15)


def _slow_hash(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**14, r=8, p=1, maxmem=2**26).hex()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

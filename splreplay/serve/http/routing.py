"""Paths to handlers: what `routes.py` lists is found here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from splreplay.serve.http import limits
from splreplay.serve.http.atom import Entry, Feed
from splreplay.serve.http.message import Namespace, Request, Response, RestError

Handler = Callable[[Any, Request], "Response | Entry | Feed"]
Route = tuple[str, str, Handler]


class Routes:
    """Routes by the number and the fixed parts of their path."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = [(method, tuple(path.split("/")), handler) for method, path, handler in routes]

    def find(self, method: str, parts: Sequence[str]) -> tuple[Handler, Mapping[str, str]]:
        known = False
        for of, pattern, handler in self._routes:
            args = _match(pattern, parts)
            if args is not None and of == ("GET" if method == "HEAD" else method):
                return handler, args
            known = known or args is not None
        raise RestError(405, "Method Not Allowed") if known else RestError(404, "Not Found")


def read_path(path: str) -> tuple[Namespace, list[str]]:
    """The namespace, and the decoded parts below it. A slash within a name comes as %2F or %252F."""
    parts = [unquote_plus(part).replace("%2F", "/").replace("%2f", "/") for part in path.strip("/").split("/")]
    if any(len(part) > limits.NAME_CHARS or "\0" in part for part in parts):
        raise RestError(400, "A name in the path is too long or has a NUL.")
    if parts[0] == "services":
        return Namespace(), parts[1:]
    if parts[0] == "servicesNS" and len(parts) > 3:
        owner, app, *rest = parts[1:]
        return Namespace(owner, app), rest
    raise RestError(404, "Not Found")


def _match(pattern: Sequence[str], parts: Sequence[str]) -> Mapping[str, str] | None:
    if len(pattern) != len(parts):
        return None
    args: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        fixed, brace, name = wanted.partition("{")
        if not brace and wanted != part:
            return None
        if brace:
            if not part.startswith(fixed) or part == fixed:
                return None
            args[name.rstrip("}")] = part[len(fixed) :]
    return args

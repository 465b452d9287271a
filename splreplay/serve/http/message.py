"""What passes between the HTTP edge and the handlers: plain values, no sockets.

A handler takes the server's state and a `Request`, and gives a `Response`, an `Entry` or a `Feed`
(`atom.py` renders the latter two as the client asked). It refuses by raising `RestError`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from splreplay.spl.booleans import truth

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Namespace(NamedTuple):
    """`/servicesNS/{owner}/{app}`; `/services` has neither, and `-` stands for all."""

    owner: str | None = None
    app: str | None = None


NOWHERE = Namespace()


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    params: tuple[tuple[str, str], ...] = ()  # of the query string, then of a form body
    body: bytes = b""
    args: Mapping[str, str] = field(default_factory=dict)  # what the route's {names} matched
    namespace: Namespace = NOWHERE
    user: str = ""

    def get(self, name: str, default: str = "") -> str:
        """The last value of a parameter, as splunkd takes it."""
        return next((value for key, value in reversed(self.params) if key == name), default)

    def flag(self, name: str) -> bool:
        try:
            return truth(self.get(name) or "0")
        except ValueError:
            raise RestError(400, f"Invalid value for argument '{name}': true or false is expected.") from None

    def number(self, name: str, default: int) -> int:
        text = self.get(name)
        if not text:
            return default
        if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit() or len(text) > 12:
            raise RestError(400, f"Invalid value for argument '{name}': a whole number is expected.")
        return int(text)

    @property
    def wants_json(self) -> bool:
        return self.get("output_mode").lower().startswith("json")


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/xml; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Response:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return cls(status, text.encode("utf-8", "replace"), "application/json; charset=UTF-8")


class RestError(Exception):
    """A refusal in splunkd's own form: a status and one message."""

    def __init__(self, status: int, text: str, kind: str = "ERROR") -> None:
        super().__init__(text)
        self.status, self.text, self.kind = status, text, kind

    def response(self, as_json: bool) -> Response:
        return messages(self.status, [(self.kind, self.text)], as_json)


def messages(status: int, lines: list[tuple[str, str]], as_json: bool) -> Response:
    if as_json:
        return Response.json({"messages": [{"type": kind, "text": text} for kind, text in lines]}, status)
    body = "".join(f'\n    <msg type="{kind}">{xml_text(text)}</msg>' for kind, text in lines)
    page = f"<response>\n  <messages>{body}\n  </messages>\n</response>\n"
    return Response(status, (XML + page).encode())


def xml_text(text: str) -> str:
    """Text for an XML 1.0 document: escaped, and without the characters that XML has no way to write."""
    return escape("".join(char for char in text if _in_xml(char)), {'"': "&quot;"})


def _in_xml(char: str) -> bool:
    if char < " ":
        return char in "\t\n\r"
    return not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff"

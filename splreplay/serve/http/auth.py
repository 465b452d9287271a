"""Who is calling: a password at login, then a session key; or a bearer token; or basic authentication.

The account itself is in `state/accounts.py`.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING

from splreplay.serve.http.atom import Entry, Feed, link_part
from splreplay.serve.http.message import Request, Response, RestError, xml_text
from splreplay.serve.state.accounts import ADMIN, Accounts

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

DENIED = RestError(401, "call not properly authenticated", kind="WARN")


def authenticate(accounts: Accounts, request: Request) -> str:
    """The user's name; a 401 where the credentials are missing or wrong."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    value = value.strip()
    if scheme.lower() in {"splunk", "bearer"} and accounts.is_key(value):
        return ADMIN
    if scheme.lower() == "basic" and accounts.is_password(*_basic(value)):
        return ADMIN
    raise DENIED


def post_login(server: Splunkd, request: Request) -> Response:
    if not server.accounts.is_password(request.get("username"), request.get("password")):
        raise RestError(401, "Login failed", kind="WARN")
    with server.lock:
        key = server.accounts.open_session()
    if request.wants_json:
        return Response.json({"sessionKey": key, "message": "", "code": ""})
    return Response(200, f"<response>\n  <sessionKey>{xml_text(key)}</sessionKey>\n</response>\n".encode())


def get_context(server: Splunkd, request: Request) -> Entry:
    content = {
        "username": request.user,
        "realname": "Administrator",
        "roles": ["admin"],
        "defaultApp": "search",
    }
    return Entry("context", "authentication/current-context/context", content)


def get_tokens(server: Splunkd, request: Request) -> Feed:
    known = server.accounts.tokens().items()
    return Feed.paged("tokens", [_token_entry(name, token["audience"]) for name, token in known], request)


def post_token(server: Splunkd, request: Request) -> Entry:
    if request.get("name") != ADMIN:
        raise RestError(400, "Could not find the user: tokens are for 'admin'.")
    with server.lock:
        name, value = server.accounts.create_token(request.get("audience"))
    return _token_entry(name, request.get("audience"), value)


def delete_token(server: Splunkd, request: Request) -> Feed:
    with server.lock:
        server.accounts.drop_token(request.args["name"])
    return get_tokens(server, request)


def _token_entry(name: str, audience: str, value: str = "") -> Entry:
    content = {"id": name, "audience": audience, **({"token": value} if value else {})}
    return Entry(name, f"authorization/tokens/{link_part(name)}", content)


def _basic(value: str) -> tuple[str, str]:
    try:
        user, _, password = b64decode(value, validate=True).decode().partition(":")
    except (Base64Error, ValueError) as error:
        raise DENIED from error
    return user, password

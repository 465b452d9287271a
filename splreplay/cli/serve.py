"""Answer as a small splunkd on loopback: REST and HEC over HTTPS, for tests and for trying clients.

Events are kept in the data folder; edits to settings go to the app's local/. The certificate is its own:
clients trust the file that is named at the start, or compare the fingerprint.

Example: splreplay serve --data .cache/splunkd
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from splreplay.cli.options import BUNDLED_ADDON, add_endpoint, app_of, name_endpoint
from splreplay.spl.errors import LostError, RunError, installing

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

TOKEN = r"[A-Za-z0-9-]{8,100}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--app", metavar="DIR", help="the app under test (default: this checkout)")
    add("--with-app", metavar="DIR", action="append", default=[], help="a further app; repeatable")
    add("--addon", metavar="DIR", default=str(BUNDLED_ADDON), help="whose fields count (default: our own)")
    add("--no-addon", dest="addon", action="store_const", const=None, help="only the raw JSON fields")
    add(
        "--data",
        metavar="DIR",
        default=".cache/splunkd",
        help="where events and accounts are kept (default: %(default)s)",
    )
    add("--port", type=int, default=8089, help="of REST; 0 takes a free one (default: 8089)")
    add("--hec-port", metavar="PORT", type=int, default=8088, help="of HEC; 0 takes a free one (default: 8088)")
    add("--password-file", metavar="FILE", help="admin's (default: $SPLUNK_PASSWORD, else made up and shown)")
    add_endpoint(parser)
    add("--verbose", action="store_true", help="log every request")


def run(args: argparse.Namespace) -> int:
    import logging
    import signal

    try:
        from splreplay.serve.http import server, tls
    except ImportError as error:
        raise RunError(f"serve needs the package '{error.name}'", advice=installing("cryptography>=42")) from None
    logging.basicConfig(level=logging.DEBUG if args.verbose else logging.WARNING, format="%(asctime)s %(message)s")
    name_endpoint(args.endpoint_url)
    splunkd = _open(args)
    _log_oddities(splunkd)
    said = [*_password(splunkd, args.password_file), *_hec_token(splunkd)]
    context, splunkd.certificate = tls.own_context(splunkd.data / "tls")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with server.running(splunkd, context, server.Ports(args.port, args.hec_port)) as ports:
            print(f"REST         https://127.0.0.1:{ports.management}")
            print(f"HEC          https://127.0.0.1:{ports.hec}")
            print(f"certificate  {splunkd.certificate}\nSHA-256      {tls.fingerprint(splunkd.certificate)}")
            print("\n".join(said), flush=True)
            signal.pause()
    except OSError as error:
        raise LostError(f"cannot listen: {error}", advice="name other ports with --port and --hec-port") from None
    except KeyboardInterrupt:
        return 0
    return 0


def _open(args: argparse.Namespace) -> Splunkd:
    from splreplay.serve.state.splunkd import open_splunkd
    from splreplay.serve.state.store import StoreError

    root = app_of(args).root
    roots = [*([root] if root else []), *map(Path, args.with_app)]
    try:
        return open_splunkd(Path(args.data), roots, Path(args.addon) if args.addon else None)
    except (OSError, StoreError) as error:
        raise LostError(f"cannot use the data folder: {error}", advice="is another server running on it?") from None


def _log_oddities(splunkd: Splunkd) -> None:
    """Once, at the start: what is odd in the conf files of the apps."""
    import logging

    from splreplay.knowledge.layers import oddities

    log = logging.getLogger("splreplay.serve")
    for folder in splunkd.layers.apps.values():
        for oddity in oddities(folder):
            log.warning("%s", oddity)


def _password(splunkd: Splunkd, path: str | None) -> list[str]:
    """Set admin's password where one is given or none is kept; a made-up one is told."""
    from splreplay.serve.state.accounts import new_password

    given = Path(path).read_text().strip() if path else os.environ.get("SPLUNK_PASSWORD", "")
    made = "" if given or path or splunkd.accounts.has_password else new_password()
    if not (given or path or made):
        return ["login        admin, with the password of the first start"]
    try:
        splunkd.accounts.set_password(given or made)
    except ValueError as error:
        raise RunError(f"the password is refused: {error}") from None
    return [f"login        admin / {made}"] if made else ["login        admin, with the given password"]


def _hec_token(splunkd: Splunkd) -> list[str]:
    import re

    from splreplay.serve.hec.tokens import DEFAULT_TOKEN, add_token, read_tokens

    given = os.environ.get("SPLUNK_HEC_TOKEN", "")
    if given and not re.fullmatch(TOKEN, given, re.ASCII):
        raise RunError("SPLUNK_HEC_TOKEN is refused: letters, digits and - only, 8 at least")
    known = {token.name: token.value for token in read_tokens(splunkd.layers)}
    if given or DEFAULT_TOKEN not in known:
        add_token(splunkd.layers, DEFAULT_TOKEN, {"token": given} if given else {})
        known = {token.name: token.value for token in read_tokens(splunkd.layers)}
    return [f"HEC token    {known[DEFAULT_TOKEN]}"]


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt

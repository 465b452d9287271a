"""The options that `run`, `query` and `explain` share, and what they turn into."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from splreplay.knowledge.app import App, load_app
from splreplay.spl.errors import RunError
from splreplay.spl.times import modifier

BUNDLED_ADDON = Path(__file__).parent.parent / "addons" / "aws_cloudtrail"
FORMATS = ("table", "json", "ndjson", "csv")


def add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--app",
        metavar="DIR",
        help="the app whose searches and macros count (default: this checkout)",
    )
    parser.add_argument("--addon", metavar="DIR", default=str(BUNDLED_ADDON),
                        help="the add-on that gives aws:cloudtrail its fields (default: our own)")  # fmt: skip
    parser.add_argument("--no-addon", dest="addon", action="store_const", const=None, help="only the raw JSON fields")
    parser.add_argument("--earliest", metavar="TIME", help="-24h@h, epoch seconds or ISO 8601 (default: all time)")
    parser.add_argument("--latest", metavar="TIME", help="the same; events at that time are not included")
    parser.add_argument("--tz", default="UTC", help="time zone of snaps and printed times (default: UTC)")
    parser.add_argument("--maxmind", metavar="FILE", help="a MaxMind database for iplocation")


def add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="table")


def search_options(args: argparse.Namespace) -> dict[str, Any]:
    """Keyword arguments of engine.search; RunError where a folder or a time is wrong."""
    now = time.time()
    try:
        ZoneInfo(args.tz)
    except (KeyError, ValueError, OSError):
        raise RunError(f"--tz: no time zone '{args.tz[:60]}'", advice="name one as Europe/Berlin or UTC") from None
    bounds = {name: getattr(args, name) for name in ("earliest", "latest")}
    return {
        "app": app_of(args),
        "addon": load_app(args.addon),
        "now": now,
        "tz": args.tz,
        "maxmind": args.maxmind,
        **{name: None if text is None else modifier(text, now, args.tz) for name, text in bounds.items()},
    }


def app_of(args: argparse.Namespace) -> App:
    """--app, else the folder we stand in if it is an app, else the checkout that this package is part of."""
    if args.app:
        return load_app(args.app)
    here, checkout = Path.cwd(), Path(__file__).parent.parent.parent
    for folder in (here, checkout):
        if (folder / "default" / "app.conf").is_file():
            return load_app(folder)
    return App()

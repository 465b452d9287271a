"""The options that `run`, `query` and `explain` share, and what they turn into."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from splreplay.spl.errors import RunError

if TYPE_CHECKING:
    from splreplay.knowledge.app import App

BUNDLED_ADDON = Path(__file__).parent.parent / "addons" / "aws_cloudtrail"
FORMATS = ("table", "json", "ndjson", "csv")


def add_common(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--app", metavar="DIR", help="the app whose searches and macros count (default: this checkout)")
    add("--addon", metavar="DIR", default=str(BUNDLED_ADDON),
        help="the add-on that gives aws:cloudtrail its fields (default: our own)")  # fmt: skip
    add("--no-addon", dest="addon", action="store_const", const=None, help="only the raw JSON fields")
    add("--lookups", metavar="DIR", help="CSV files that are lookup tables too, before those of the app")
    add("--kv", metavar="DIR", help="files that the app's KV store collections hold: <collection>.json or .csv")
    add(
        "--index",
        metavar="NAME",
        type=_index,
        help="FILES are this index and no other (default: whichever the search names)",
    )
    add("--earliest", metavar="TIME", help="-24h@h, epoch seconds or ISO 8601 (default: all time)")
    add("--latest", metavar="TIME", help="the same; events at that time are not included")
    add("--tz", default="UTC", help="time zone of snaps and printed times (default: UTC)")
    add("--maxmind", metavar="FILE", help="a MaxMind database for iplocation")
    add_endpoint(parser)


def add_endpoint(parser: argparse.ArgumentParser) -> None:
    what = (
        "what the app's scripts ask instead of AWS, https or on this machine, with AWS_ACCESS_KEY_ID and its secret "
        "(default: they ask nobody)"
    )
    parser.add_argument("--endpoint-url", metavar="URL", help=what)


def add_output(parser: argparse.ArgumentParser, finding: str) -> None:
    parser.add_argument("--format", choices=FORMATS, default="table", help="how it is shown (default: table)")
    parser.add_argument("--fail-on-finding", action="store_true", help=f"exit with 1 where there is {finding}")
    parser.add_argument("--timeout", metavar="SECONDS", type=_seconds,
                        help="end the reading then, show what was found, exit with 3")  # fmt: skip


def _index(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("an index has a name")
    return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e8:
        raise argparse.ArgumentTypeError(f"'{text[:60]}' is no number of seconds; write 30, or 0.5")
    return seconds


def search_options(args: argparse.Namespace) -> dict[str, Any]:
    """Keyword arguments of engine.search; RunError where a folder or a time is wrong."""
    from splreplay.knowledge.app import load_app

    now = time.time()
    check_zone(args.tz)
    name_endpoint(args.endpoint_url)
    if args.maxmind is not None and not Path(args.maxmind).is_file():
        raise RunError(f"--maxmind: there is no file {args.maxmind}", advice="name a City database: GeoLite2-City.mmdb")
    return {
        "app": app_of(args),
        "addon": load_app(args.addon),
        "lookups": tables_in(args.lookups),
        "now": now,
        "tz": args.tz,
        "maxmind": args.maxmind,
        **_bounds(args, now),
    }


def _bounds(args: argparse.Namespace, now: float) -> dict[str, float | None]:
    """Epoch seconds, where they were named."""
    from splreplay.spl.times import modifier

    written = {name: getattr(args, name) for name in ("earliest", "latest")}
    found = {name: text if text is None else max(0.0, modifier(text, now, args.tz)) for name, text in written.items()}
    earliest, latest = found["earliest"], found["latest"]
    if earliest is not None and latest is not None and earliest >= latest:
        advice = "no event lies between them; they may be the wrong way round"
        raise RunError(f"--earliest {args.earliest} is not before --latest {args.latest}", advice=advice)
    return found


def name_endpoint(url: str | None) -> None:
    """Tell it to the scripts that are started from here on; nothing else is told them what to ask instead of AWS."""
    from urllib.parse import urlsplit

    from splreplay.commands.parts.process import ENDPOINT

    os.environ.pop(ENDPOINT, None)
    if url is None:
        return
    try:
        parts = urlsplit(url)
        good = parts.hostname if parts.scheme == "https" else parts.scheme == "http" and _is_here(parts.hostname or "")
    except ValueError:
        good = False
    if not good:
        advice = "write https://..., or an address of this machine such as http://127.0.0.1:5000"
        raise RunError(f"--endpoint-url: '{url[:60]}' is neither https nor of this machine", advice=advice)
    os.environ[ENDPOINT] = url


def _is_here(host: str) -> bool:
    from ipaddress import ip_address

    return host == "localhost" or ip_address(host).is_loopback


def check_zone(tz: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        raise RunError(f"--tz: no time zone '{tz[:60]}'", advice="name one as Europe/Berlin or UTC") from None


def tables_in(folder: str | None) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Every CSV file of a folder by its name, as lookups are named; each is read when a search wants it."""
    if folder is None:
        return {}
    if not Path(folder).is_dir():
        raise RunError(f"--lookups: {folder} is no folder", advice="name a folder of CSV files")
    files = [path for path in sorted(Path(folder).iterdir()) if path.name.endswith((".csv", ".csv.gz"))]
    if not files:
        raise RunError(f"--lookups: there is no CSV file in {folder}")
    return _Tables({path.name: path for path in files})


class _Tables(Mapping[str, Sequence[Mapping[str, Any]]]):
    """The rows of files, by name."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.files = files

    def __getitem__(self, name: str) -> Sequence[Mapping[str, Any]]:
        from splreplay.knowledge.lookups import read_csv

        return read_csv(self.files[name]).rows

    def __contains__(self, name: object) -> bool:
        return name in self.files

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def app_of(args: argparse.Namespace) -> App:
    """--app, else the folder we stand in if it is an app, else the checkout that this package is part of."""
    from splreplay.knowledge.app import App, load_app

    if args.app:
        return load_app(args.app)
    here, checkout = Path.cwd(), Path(__file__).parent.parent.parent
    for folder in (here, checkout):
        if (folder / "default" / "app.conf").is_file():
            return load_app(folder)
    return App()

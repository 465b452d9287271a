"""Show the SQL that a search becomes, which literal the scan looks for, and which field is which column.

Without FILES every field that the search names is taken to be there. With --trace the search is run, and the rows
are counted that each stage leaves.

Example: splreplay explain 'eventName=JobCreated | stats count by userAgent'
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from splreplay.cli.options import add_common, search_options
from splreplay.spl.errors import RunError

if TYPE_CHECKING:
    from splreplay.knowledge.app import App
    from splreplay.knowledge.conf import Value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spl", nargs="?", metavar="SPL", help="the search, in quotes")
    parser.add_argument("files", nargs="*", metavar="FILES", help="records that say which fields there are")
    parser.add_argument("--search", metavar="NAME", help="a saved search of the app, instead of SPL; ? lists them")
    parser.add_argument("--trace", action="store_true", help="the rows that are left after each stage")
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    from splreplay.cli.kvstore import kept
    from splreplay.cli.reasons import traced
    from splreplay.cli.run import listed
    from splreplay.cli.scanning import scanned, status_of, tell
    from splreplay.engine import explain, trace
    from splreplay.values.printable import printable

    options = search_options(args)
    if args.search == "?":
        return listed(options["app"])
    spl = _search(args, options["app"])
    with scanned(args) as source, kept(args, options["app"]) as store:
        if args.trace:
            result = trace(spl, source, **options, **store)
            if source.stats.begun and not args.files:
                advice = "name CloudTrail files or folders"
                raise RunError("--trace runs the search, and no FILES are named", advice=advice)
            text, messages = "\n".join(traced(result.stages)), result.messages
        else:
            explained = explain(spl, source, assume_fields=not args.files, **options, **store)
            text, messages = explained.text, explained.messages
    tell(source.stats, messages)
    print(printable(text, "\n"))
    return status_of(source.stats) if args.files else 0


def _search(args: argparse.Namespace, app: App) -> str | Value:
    """The saved search that is named, else SPL; with --search all words are files."""
    from splreplay.cli.run import pick

    if args.search is None and args.spl is None:
        raise RunError("nothing to explain", advice="write a search in quotes, or --search NAME")
    if args.search is None:
        return str(args.spl)
    args.files = [*([args.spl] if args.spl is not None else []), *args.files]
    return pick(app, args.search).search

"""Run any SPL over CloudTrail files.

Example: splreplay query 'eventName=Delete* | stats count by eventName' trail/ --format ndjson
"""

from __future__ import annotations

import argparse
import sys

from splreplay.cli.options import add_common, add_output, search_options

OF_EVENTS = frozenset({"_time", "_raw"})  # what a table shows of an event


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spl", metavar="SPL", help="the search, in quotes")
    parser.add_argument("files", nargs="*", metavar="FILES", help="files, folders or globs; - is standard input")
    add_common(parser)
    add_output(parser, "a row")


def run(args: argparse.Namespace) -> int:
    from splreplay.cli import output
    from splreplay.cli.kvstore import kept
    from splreplay.cli.scanning import scanned, status_of, tell
    from splreplay.engine import search, unread

    options = search_options(args)
    shown = OF_EVENTS if args.format == "table" else None
    with scanned(args) as source, kept(args, options["app"]) as store:
        find = unread if args.format == "ndjson" else search
        result = find(args.spl, source, shown=shown, **options, **store)
    tell(source.stats, result.messages)
    output.show_rows(result, args.format, sys.stdout, args.tz)
    if result.stages:
        from splreplay.cli.reasons import say_why

        say_why(args, source, result, options)
    return status_of(source.stats, args.fail_on_finding and bool(result.rows))

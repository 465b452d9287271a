"""Show the SQL that a search becomes, and which literal the scan looks for.

Without FILES every field that the search names is taken to be there.

Example: splreplay explain 'eventName=JobCreated | stats count by userAgent'
"""

from __future__ import annotations

import argparse

from splreplay.cli.options import add_common, search_options
from splreplay.cli.scanning import scanned, tell
from splreplay.engine import explain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spl", metavar="SPL", help="the search, in quotes")
    parser.add_argument("files", nargs="*", metavar="FILES", help="records that say which fields there are")
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    with scanned(args.files) as source:
        explained = explain(args.spl, source, assume_fields=not args.files, **search_options(args))
    tell(source.stats, explained.messages)
    print(explained.text)
    return 0

"""Run any SPL over CloudTrail files.

Example: splreplay query 'eventName=Delete* | stats count by eventName' trail/ --format ndjson
"""

from __future__ import annotations

import argparse
import sys

from splreplay.cli import output
from splreplay.cli.options import add_common, add_format, search_options
from splreplay.cli.scanning import scanned, tell
from splreplay.engine import search


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spl", metavar="SPL", help="the search, in quotes")
    parser.add_argument("files", nargs="*", metavar="FILES", help="files, folders or globs; - is standard input")
    add_common(parser)
    add_format(parser)


def run(args: argparse.Namespace) -> int:
    with scanned(args.files) as source:
        result = search(args.spl, source, **search_options(args))
    tell(source.stats, result.messages)
    output.show_rows(result, args.format, sys.stdout)
    return 130 if source.stats.partial else 0

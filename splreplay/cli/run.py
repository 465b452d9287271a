"""Run the app's correlation search over CloudTrail files and show its findings.

Example: splreplay run trail/ --format json
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from splreplay.cli.options import add_common, add_output, search_options
from splreplay.spl.errors import RunError

if TYPE_CHECKING:
    from splreplay.knowledge.app import App, SavedSearch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILES", help="files, folders or globs; - is standard input")
    parser.add_argument(
        "--search", metavar="NAME", help="the saved search (default: the app's only correlation search)"
    )
    add_common(parser)
    add_output(parser, "a finding")
    parser.add_argument("--verbose", action="store_true", help="show of findings what only their drilldowns need, too")


def run(args: argparse.Namespace) -> int:
    from splreplay.cli import output
    from splreplay.cli.scanning import scanned, stats_of, status_of, tell
    from splreplay.engine import search
    from splreplay.findings import helpers

    options = search_options(args)
    saved = pick(options["app"], args.search)
    started = time.perf_counter()
    with scanned(args) as source:
        result = search(saved.search, source, **options)
    report = report_of(saved, result.rows, stats_of(source.stats, time.perf_counter() - started))
    tell(source.stats, result.messages)
    output.show_report(report, args.format, sys.stdout, args.tz, frozenset() if args.verbose else helpers(saved))
    if not result.rows:
        from splreplay.cli.reasons import say_why

        say_why(args, source, result, options)
    return status_of(source.stats, args.fail_on_finding and bool(report["findings"]))


def pick(app: App, name: str | None) -> SavedSearch:
    if name is not None:
        return app.saved_search(name)
    correlation = [
        saved for saved in app.saved_searches.values() if "action.correlationsearch.enabled" in saved.settings
    ]
    if len(correlation) != 1:
        raise RunError(f"the app has {len(correlation)} correlation searches", advice="name one with --search")
    return correlation[0]


def report_of(saved: SavedSearch, rows: list[dict[str, Any]], stats: dict[str, Any]) -> dict[str, Any]:
    from splreplay.findings import findings, risk_events

    return {
        "search": saved.name,
        "findings": findings(saved, rows),
        "risk_events": risk_events(saved, rows),
        "stats": stats,
    }

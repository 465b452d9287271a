"""Run the app's correlation search over CloudTrail files and show its findings.

Example: splreplay run trail/ --format json
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from typing import TYPE_CHECKING, Any

from splreplay.cli.options import add_common, add_output, search_options
from splreplay.spl.errors import RunError

if TYPE_CHECKING:
    from splreplay.engine import Result
    from splreplay.knowledge.app import App, SavedSearch
    from splreplay.page.model import Scan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILES", help="files, folders or globs; - is standard input")
    parser.add_argument(
        "--search",
        metavar="NAME",
        help="the saved search; ? lists them (default: the app's first correlation search)",
    )
    add_common(parser)
    add_output(parser, "a finding")
    parser.add_argument("--html", metavar="FILE", help="also write the findings as a page to look at")
    parser.add_argument("--verbose", action="store_true", help="show of findings what only their drilldowns need, too")


def run(args: argparse.Namespace) -> int:
    from splreplay.cli import output
    from splreplay.cli.kvstore import kept
    from splreplay.cli.pages import check, write
    from splreplay.cli.scanning import say, scan_of, scanned, stats_of, status_of, tell
    from splreplay.engine import search, watch
    from splreplay.findings import helpers

    options = search_options(args)
    saved = pick(options["app"], args.search)
    if args.html is not None:
        check(args.html, args.files)
    started = time.perf_counter()
    with scanned(args) as source, kept(args, options["app"]) as store:
        result = (search if args.html is None else watch)(saved.search, source, **options, **store)
    seconds = time.perf_counter() - started
    report = report_of(saved, result.rows, stats_of(source.stats, seconds))
    tell(source.stats, result.messages)
    if args.endpoint_url and result.rows and not any(map(_is_described, result.rows)):
        say("note: --endpoint-url: nobody was asked, since the search runs no describes3job; docs/describe.md says "
            "which macro switches it on")  # fmt: skip
    output.show_report(report, args.format, sys.stdout, args.tz, frozenset() if args.verbose else helpers(saved))
    why = "" if result.rows else _why(args, source, result, options)
    if result.rows and not (report["findings"] or report["risk_events"]):
        say(f"note: its rows make no findings, since {saved.name} has neither action.notable nor action.risk: "
            f"{len(result.rows):,} rows, which splreplay query shows")  # fmt: skip
    if args.html is not None:
        scan = scan_of(source.stats, result.messages)
        write(args.html, _page(args, saved, result, scan, reason=why, seconds=seconds))
    return status_of(source.stats, args.fail_on_finding and bool(report["findings"]))


def _is_described(row: dict[str, Any]) -> bool:
    return bool(row.get("job_operation") or row.get("job_describe_error"))


def _why(*told: Any) -> str:
    from splreplay.cli.reasons import say_why

    return say_why(*told)


def _page(args: argparse.Namespace, saved: SavedSearch, result: Result, scan: Scan, **told: Any) -> str:
    """The same as HTML; where it leaves out findings, it says which command line gives all of them."""
    from dataclasses import replace

    from splreplay.cli.pages import without
    from splreplay.page.detections import detection
    from splreplay.page.model import Page
    from splreplay.page.render import render

    words = shlex.join(without(args.words, "--html", "--format"))
    found = replace(detection(saved, result, scan, args.tz), rest=f"splreplay {words} --format ndjson", **told)
    return render(Page(found.name, [found], time.time(), args.tz, words))


def pick(app: App, name: str | None) -> SavedSearch:
    if name is not None:
        return app.saved_search(name)
    found = (saved for saved in app.saved_searches.values() if "action.correlationsearch.enabled" in saved.settings)
    if first := next(found, None):
        return first
    raise RunError("the app has no correlation search", advice="name a saved search with --search")


def report_of(saved: SavedSearch, rows: list[dict[str, Any]], stats: dict[str, Any]) -> dict[str, Any]:
    from splreplay.findings import findings, risk_events

    return {
        "search": saved.name,
        "findings": findings(saved, rows),
        "risk_events": risk_events(saved, rows),
        "stats": stats,
    }

"""Send a dataset or records to a HTTP Event Collector.

DATASET is the name of a case in this checkout's tests/*.yml, a tests/<detection>.yml with the name of its case, or
any CloudTrail files. Without --to the records are written to standard output.

Example: splreplay replay one_job --shift --to https://splunk:8088 --index main
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from splreplay.spl.errors import LostError, RunError

if TYPE_CHECKING:
    from splreplay.replay.collector import Collector
    from splreplay.replay.datasets import Dataset

LIBRARY = Path(__file__).parents[2] / "tests"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("dataset", nargs="+", metavar="DATASET", help="a case, or files, folders or globs of records")
    add(
        "--to",
        metavar="URL",
        help="the collector, https://host:8088; its token is read from $SPLUNK_HEC_TOKEN",
    )
    add("--token-file", metavar="FILE", help="the collector's token, where it is not in the environment")
    add("--cacert", metavar="FILE", help="the authority that the collector's certificate is verified with")
    add("--shift", action="store_true", help="move the newest record to now, the others with it")
    for name in ("index", "host", "source", "sourcetype"):
        add(f"--{name}", help="of every record (default: what the token or the dataset says)")


def run(args: argparse.Namespace) -> int:
    from splreplay.cli import process
    from splreplay.cli.scanning import status_of, tell
    from splreplay.replay.datasets import find, records, shifted
    from splreplay.scan import ScanStats

    process.set_for_scans()
    dataset, stats = find(args.dataset, LIBRARY), ScanStats()
    found = records(dataset, stats)
    chosen = shifted(found, time.time()) if args.shift else found
    if args.to is None:
        for record in chosen:
            print(record.raw)
    else:
        sent = _collector(args, dataset).send(chosen)
        print(f"{sent:,} record{'' if sent == 1 else 's'} sent to {args.to}", file=sys.stderr)
    tell(stats, ())
    return status_of(stats)


def _collector(args: argparse.Namespace, dataset: Dataset) -> Collector:
    from splreplay.replay.collector import Collector, trusting

    given = {name: getattr(args, name) for name in ("index", "host", "source", "sourcetype")}
    meta = {"sourcetype": dataset.sourcetype, **{name: value for name, value in given.items() if value}}
    try:
        context = trusting(args.cacert)
        token = Path(args.token_file).read_text() if args.token_file else os.environ.get("SPLUNK_HEC_TOKEN", "")
    except OSError as error:
        raise LostError(f"cannot read {args.token_file or args.cacert}: {error}") from None
    if not token.strip():
        raise RunError("no token for the collector", advice="set SPLUNK_HEC_TOKEN or name --token-file")
    return Collector(args.to, token.strip(), meta, context)

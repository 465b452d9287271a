"""The scan beside what somebody would reach for instead: each row is a ratio of two programs.

    python bench/bench_scan.py [--quick]

Whole processes, warm cache, median of five, in turn (ours, theirs, ours, theirs, ...), on the data of generate.py.
A time counts only if what the program found is right: a wrong count is shown in place of the ratio and fails the
run. A full run takes several minutes and 20 GB of disk, and writes its table into docs/scaling.md.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from pathlib import Path

from generate import small_files, write
from measure import ROOT, Program, Run, in_turn, machine
from programs import EXACT, EXAMPLE, jobs, jq, ripgrep, splreplay, sql, zircolite
from report import Measured, Row, markdown, publish, show
from rich.console import Console

MEMORY = "megabytes"
EVERY = "a search without a literal, `stats count by eventName`"
LISTED = " with a column list"
UNZIP = "find small -name '*.gz' -print0 | xargs -0 gzip -cd"


def timed(records: int, files: int) -> list[Row]:
    ndjson = f"correlation search, {records:,} records, NDJSON"
    gzip = f"the same records, {-(-records // 5_000)} gzip `Records` files"
    small = f"correlation search, {files:,} gzip files of 3 records"
    plain, zipped = (splreplay(f"run {path}", jobs(records)) for path in ("trail.ndjson", "gzip"))
    many = splreplay("run small", jobs(3 * files))
    counted = splreplay("query '`cloudtrail` | stats count by eventName' trail.ndjson --format ndjson", records)
    example, start = splreplay(f"run {EXAMPLE}", 1), Program("`import duckdb`", "python -c 'import duckdb'")
    return [
        Row(ndjson, plain, ripgrep("-i -c JobCreated trail.ndjson", records), 3, aim=1.5),
        Row(ndjson, plain, sql("exfiltration_by_key.sql enriched.sql", jobs(records)), 0.5),
        Row(ndjson, plain, sql("exfiltration.sql enriched.sql", jobs(records), LISTED), 0.5),
        Row(ndjson, plain, jq(f"jq `{EXACT}`", f"jq -c '{EXACT}' trail.ndjson", records), 1 / 25),
        Row(ndjson, plain, zircolite(records), 1 / 40),
        Row(gzip, zipped, ripgrep("-z -i -c JobCreated gzip", records), 0.5, aim=0.3),
        Row(gzip, zipped, jq("`zcat` to jq", f"zcat gzip/*.gz | jq -c '.Records[] | {EXACT}'", records), 1 / 15),
        Row(EVERY, counted, sql("count_by_name.sql", records, LISTED), 1.3),
        Row("the bundled example", example, start, 4),
        Row(small, many, ripgrep("-z -i -c JobCreated small", 3 * files), files=files),
        Row(small, many, jq("`gzip -cd` to jq", f"{UNZIP} | jq -c '.Records[] | {EXACT}'", 3 * files), files=files),
    ]


def weighed(records: int) -> list[Row]:
    work = f"peak memory, {10 * records:,} records"
    ten, one = splreplay("run ten.ndjson", 10 * jobs(records)), splreplay("run trail.ndjson", jobs(records))
    return [
        Row(work, ten, one._replace(name=f"itself, {records:,} records"), 1.15, figure=MEMORY),
        Row(work, ten, Program("400 MB", quoted=Run(0, 400, 0)), 1, figure=MEMORY),
    ]


def measure(rows: Sequence[Row], folder: Path, runs: int, console: Console) -> Iterator[Measured]:
    """Rows of the same program of ours are measured together: ours, each peer, ours, each peer, ..."""
    for ours, group in groupby(rows, key=lambda row: row.ours):
        same = list(group)
        with console.status(f"{same[0].work} ..."):
            taken = in_turn([ours, *(row.peer for row in same)], folder, runs)
        yield from (Measured(row, taken[ours], taken.get(row.peer)) for row in same)


def prepare(folder: Path, records: int, files: int) -> None:
    """Makes the data, unless an earlier run did."""
    if not (folder / "manifest.json").exists():
        write(folder, records)
    if not (folder / "small").exists():
        shutil.rmtree(folder / "part", ignore_errors=True)
        small_files(folder / "part", files)
        (folder / "part").rename(folder / "small")


@contextmanager
def tenfold(folder: Path) -> Iterator[None]:
    """While it lasts, the trail ten times over in one file."""
    ten = folder / "ten.ndjson"
    try:
        with ten.open("wb") as to:
            for _ in range(10):
                with (folder / "trail.ndjson").open("rb") as trail:
                    shutil.copyfileobj(trail, to, 1 << 20)
                to.write(b"\n")
        yield
    finally:
        ten.unlink()


def note(records: int) -> str:
    """What the table was measured on, and why a count differs."""
    all_jobs, literal, exact = jobs(records), ripgrep("", records).expected, jq("", "", records).expected
    return (
        f"{date.today()}, {machine()}. Of the {all_jobs:,} jobs splreplay and the SQL find all, ripgrep {literal:,} "
        f"and jq {exact:,}: the others' names are escaped (`\\u004aobCreated`) or in another case."
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20,000 records, each program once; the page stays")
    quick = parser.parse_args().quick
    records, files, runs = (20_000, 2_000, 1) if quick else (1_000_000, 100_000, 5)
    folder, console = ROOT / ".cache/bench" / str(records), Console(width=150)
    with console.status("making the data ..."):
        prepare(folder, records, files)
    measured = list(measure(timed(records, files), folder, runs, console))
    with tenfold(folder):
        measured += measure(weighed(records), folder, runs, console)
    show(measured, console)
    console.print(note(records))
    wrong = {message for one in measured for message in one.wrong}
    missed = [one for one in measured if one.missed]
    verdict = f"{len(missed)} of the ratios are over their limit." if not quick else "So little data judges no ratio."
    console.print(*sorted(wrong), verdict, sep="\n")
    if not (quick or wrong):
        publish("bench:scan", f"{markdown(measured)}\n\n{note(records)}", ROOT / "docs/scaling.md")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

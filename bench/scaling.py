"""How the cost of the correlation search grows with records, files and cores: docs/scaling.svg and its tables.

    python bench/scaling.py

Takes some minutes and 20 GB of disk, the first time longer. Whole processes, warm cache, median of three.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from generate import small_files, write
from measure import ROOT, Program, Run, in_turn
from plot import svg
from programs import jobs, splreplay
from report import publish
from scaling_page import Costs, panels, text

FOLDER = ROOT / ".cache/bench/scaling"
MILLION = ROOT / ".cache/bench/1000000"
RECORDS = [20_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]
FILES = [1, 10, 100, 1_000, 10_000, 100_000]  # of the same 300,000 records
CORES = [1, 2]
RUNS = 3


def by_records() -> Iterator[tuple[int, Run]]:
    for count in RECORDS:
        with trail(count) as path:
            yield count, *measured([splreplay(f"run {path.name}", found(count))], FOLDER)


def by_files() -> Iterator[tuple[int, Run]]:
    for count in FILES:
        folder = FOLDER / f"{count}-files"
        if not folder.exists():
            shutil.rmtree(FOLDER / "part", ignore_errors=True)
            small_files(FOLDER / "part", count, 300_000 // count)
            (FOLDER / "part").rename(folder)
        yield count, *measured([splreplay(f"run {folder.name}", jobs(300_000))], FOLDER)


def by_cores(path: str) -> Iterator[tuple[int, Run]]:
    some, cpus = splreplay(f"run {path}", jobs(1_000_000)), sorted(os.sched_getaffinity(0))
    on = [",".join(map(str, cpus[:cores])) for cores in CORES]
    pinned = [some._replace(command=f"taskset -c {cpus} {some.command}") for cpus in on]
    yield from zip(CORES, measured(pinned, MILLION), strict=True)


def measured(programs: Sequence[Program], folder: Path) -> Iterator[Run]:
    for program, run in in_turn(programs, folder, RUNS).items():
        if run.count != program.expected:
            sys.exit(f"{program.command} counted {run.count:,}, not {program.expected:,}")
        print(f"{program.command:40}{run.seconds:8.2f} s {run.megabytes:6.0f} MB", flush=True)
        yield run


def found(records: int) -> int:
    """In a trail of so many records: beyond a million it starts again."""
    return jobs(records) if records < 1_000_000 else records // 1_000_000 * jobs(1_000_000)


@contextmanager
def trail(records: int) -> Iterator[Path]:
    """While it lasts, an NDJSON file of the first records of the million, or of all of it, many times."""
    path = FOLDER / f"{records}.ndjson"
    try:
        with path.open("wb") as to:
            for _ in range(max(1, records // 1_000_000)):
                with (MILLION / "trail.ndjson").open("rb") as million:
                    to.writelines(million if records >= 1_000_000 else islice(million, records))
                to.write(b"\n")
        yield path
    finally:
        path.unlink()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not (MILLION / "manifest.json").exists():
        write(MILLION, 1_000_000)
    cores = {"NDJSON": dict(by_cores("trail.ndjson")), "gzip": dict(by_cores("gzip"))}
    size = sum(file.stat().st_size for file in (MILLION / "gzip").iterdir())
    costs = Costs(dict(by_records()), dict(by_files()), cores, size / 1e9)
    (ROOT / "docs/scaling.svg").write_text(svg(panels(costs)), "utf-8")
    publish("scaling", text(costs), ROOT / "docs/scaling.md")


if __name__ == "__main__":
    main()

"""The programs that the benchmark compares, and how the output of each says what it found."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable

from generate import NAMES
from measure import ROOT, Program, Run

EXAMPLE = shlex.quote(str(ROOT / "examples/cloudtrail.ndjson"))
BENCH = shlex.quote(str(ROOT / "bench"))
EXACT = 'select(.eventName=="JobCreated")'


def splreplay(arguments: str, expected: int) -> Program:
    count = _counts_of_rows if "ndjson" in arguments.split() else _counts_of_findings
    return Program("splreplay", f"splreplay {arguments}", count, expected)


def ripgrep(arguments: str, records: int) -> Program:
    expected = jobs(records, lambda name: "jobcreated" in name.lower())
    return Program(f"ripgrep `{arguments}`", f"rg {arguments}", _sum_of_matches, expected, ("rg",))


def jq(name: str, command: str, records: int) -> Program:
    expected = jobs(records, lambda name: str(json.loads(f'"{name}"')) == "JobCreated")
    return Program(name, command, _lines, expected, ("jq",))


def sql(query: str, expected: int, how: str = "") -> Program:
    """`query` is a file of bench/sql, or several that follow one another."""
    files = query.split()
    command = f"python {BENCH}/run_sql.py {' '.join(f'{BENCH}/sql/{file}' for file in files)} trail.ndjson"
    return Program(f"DuckDB, hand-written [SQL](../bench/sql/{files[0]}){how}", command, _counts_of_rows, expected)


def zircolite(records: int) -> Program:
    """Not on the package index, so not run here; its figure is from when it was."""
    return Program("Zircolite, quoted: 200,000 records in 13 s, 2026-11", quoted=Run(13 * records / 200_000, 0, 0))


def jobs(records: int, seen: Callable[[str], bool] = bool) -> int:
    """How many jobs a program must find that sees only some of the spellings of their name."""
    return sum(seen(NAMES[number // 10_000 % len(NAMES)]) for number in range(5_000, records, 10_000))


def _counts_of_findings(output: str) -> int:
    return sum(map(int, re.findall(r"^\W*count +(\d+)", output, re.MULTILINE)))


def _counts_of_rows(output: str) -> int:
    return sum(int(json.loads(line)["count"]) for line in output.splitlines())


def _sum_of_matches(output: str) -> int:
    return sum(int(line.rpartition(":")[2]) for line in output.splitlines())


def _lines(output: str) -> int:
    return len(output.splitlines())

"""Rows a second through `enrichjobarn` as Splunk runs it, beside a command that does nothing.

Single and multivalue ARNs, in chunks of 10,000 rows, under each Python of Splunk that this machine has. The
client's own work of writing and reading CSV is not timed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.command.frames import COMMAND, Command, execute, to_csv
from tests.command.pythons import SPLUNK_PYTHONS, interpreter

CHUNKS, CHUNK_ROWS = 5, 10_000
FIELDS = ["aws_account_id", "count", "job_arn"]
PASSTHROUGH = ROOT / "bench" / "commands" / "passthrough.py"


def arn(number: int) -> str:
    return f"arn:aws:s3:us-west-2:111111111111:job/{number:08x}-937d-4f0c-967d-aa8443998dac"


def body(arns_a_row: int) -> bytes:
    """One chunk of rows, each with so many ARNs."""
    rows = []
    for row in range(CHUNK_ROWS):
        arns = [arn(row * arns_a_row + n) for n in range(arns_a_row)]
        cell = arns if len(arns) > 1 else arns[0]
        rows.append({"aws_account_id": "111111111111", "count": "1", "job_arn": cell})
    return to_csv(rows, FIELDS)


def rate(python: str, script: Path, chunk: bytes) -> float:
    """Rows a second; starting Python is left out."""
    command = Command(python=python, script=script)
    start = time.perf_counter()
    for _ in range(CHUNKS):
        command.ask(execute(chunk))
    seconds = time.perf_counter() - start
    command.close()
    return CHUNKS * CHUNK_ROWS / seconds


def main() -> None:
    print(f"{'Python':8}{'ARNs a row':>12}{'splunklib alone':>18}{'enrichjobarn':>16}   rows/s")
    for version in SPLUNK_PYTHONS:
        python = interpreter(version)
        for arns in (1, 5) if python else ():
            alone, ours = (rate(python, script, body(arns)) for script in (PASSTHROUGH, COMMAND))
            print(f"{version:8}{arns:12}{alone:18,.0f}{ours:16,.0f}")


if __name__ == "__main__":
    main()

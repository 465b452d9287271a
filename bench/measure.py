"""Runs whole programs in turn, and says how long each took, with how much memory, and what it counted.

A program is a line of shell. It runs beside the data, with this checkout's environment first in the PATH.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# Users' Pythons keep their byte code: where this variable forbids it, each run of each program would compile itself.
_KEPT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT = {**_KEPT, "PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"}
SLOW = 20  # seconds: a program that takes longer is run once
VERSIONS = "rg --version; jq --version; python --version; python -m pip list --format=freeze"


class Run(NamedTuple):
    seconds: float
    megabytes: float  # of the largest process, at its peak
    count: int


class Program(NamedTuple):
    """`count` reads the program's output, in which it must find `expected`; `quoted` stands in for running it."""

    name: str
    command: str = ""
    count: Callable[[str], int] = len
    expected: int = 0
    needs: tuple[str, ...] = ()
    quoted: Run | None = None

    @property
    def missing(self) -> list[str]:
        return [tool for tool in self.needs if not shutil.which(tool, path=ENVIRONMENT["PATH"])]


def run(program: Program, folder: Path) -> Run:
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            ["sh", "-c", program.command],
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Run(seconds, usage.ru_maxrss / 1024, program.count(output.read().decode()))


def in_turn(programs: Sequence[Program], folder: Path, runs: int) -> dict[Program, Run]:
    """The typical run of each program; a program whose tools are not installed is left out.

    The first program is run once more, before all: that warms the cache.
    """
    done: dict[Program, list[Run]] = {program: [] for program in programs if not program.missing}
    if runs > 1:
        run(programs[0], folder)
    for _ in range(runs):
        for program, past in done.items():
            if not (program.quoted or (past and past[0].seconds > SLOW)):
                past.append(run(program, folder))
    return {program: program.quoted or _typical(program, past) for program, past in done.items()}


def _typical(program: Program, runs: Sequence[Run]) -> Run:
    """The median of the figures, and a wrong count if there was one."""
    wrong = [run.count for run in runs if run.count != program.expected]
    seconds, megabytes = (median(figures) for figures in list(zip(*runs, strict=True))[:2])
    return Run(seconds, megabytes, wrong[0] if wrong else program.expected)


def machine() -> str:
    """What was measured on, and with which versions."""
    cpu = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    said = subprocess.run(["sh", "-c", VERSIONS], env=ENVIRONMENT, capture_output=True, text=True, check=False).stdout
    versions = re.findall(r"^(ripgrep|jq|Python|duckdb|isal)(?: |-|==)([\d.]+)", said, re.MULTILINE)
    cores = f"{len(os.sched_getaffinity(0))} cores"
    return ", ".join([cpu[1] if cpu else "unknown processor", cores, *map(" ".join, versions)])

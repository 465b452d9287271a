"""A benchmark's rows as a table, on the terminal and in docs/scaling.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from measure import Program, Run
from rich.console import Console
from rich.markup import escape
from rich.table import Table

COLUMNS = ["work", "against", "splreplay", "peer", "ratio", "at most", ""]
UNITS = {"seconds": "{:,.2f} s", "megabytes": "{:,.0f} MB"}


class Row(NamedTuple):
    """One work, ours against theirs; `figure` of ours may be `limit` times theirs."""

    work: str
    ours: Program
    peer: Program
    limit: float | None = None
    aim: float | None = None
    figure: str = "seconds"
    files: int = 0  # to say how many a second


class Measured(NamedTuple):
    row: Row
    ours: Run
    peer: Run | None  # none: a tool that it needs is not installed

    @property
    def ratio(self) -> float | None:
        if self.peer is None or self.wrong:
            return None
        return float(getattr(self.ours, self.row.figure) / getattr(self.peer, self.row.figure))

    @property
    def wrong(self) -> list[str]:
        runs = ((self.row.ours, self.ours), (self.row.peer, self.peer))
        return [
            f"`{program.command}` counted {run.count:,}, not {program.expected:,}"
            for program, run in runs
            if run and not program.quoted and run.count != program.expected
        ]

    @property
    def missed(self) -> bool:
        return self.ratio is not None and self.row.limit is not None and self.ratio > self.row.limit

    def cells(self) -> list[str]:
        row, unit = self.row, UNITS[self.row.figure]
        ours = unit.format(getattr(self.ours, row.figure))
        ours += f", {row.files / self.ours.seconds:,.0f} files/s" if row.files else ""
        peer = unit.format(getattr(self.peer, row.figure)) if self.peer else "not installed"
        most = "" if row.limit is None else _ratio(row.limit) + (f" (aim {_ratio(row.aim)})" if row.aim else "")
        ratio = "wrong count" if self.wrong else _ratio(self.ratio)
        verdict = "" if row.limit is None or self.ratio is None else "✗" if self.missed else "✓"
        return [row.work, row.peer.name, ours, peer, ratio, most, verdict]


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"1/{1 / ratio:.0f}" if ratio < 0.1 else f"{ratio:.2f}".rstrip("0").rstrip(".")


def show(measured: Sequence[Measured], console: Console) -> None:
    table = Table(*COLUMNS)
    for cells in _lines(measured):
        table.add_row(*map(escape, cells))
    console.print(table)


def _lines(measured: Sequence[Measured]) -> Iterator[list[str]]:
    """The cells of each row; a work is named once."""
    before = ""
    for one in measured:
        work, *others = one.cells()
        yield ["" if work == before else work, *others]
        before = work


def markdown(measured: Sequence[Measured]) -> str:
    lines = [COLUMNS, ["---"] * len(COLUMNS), *_lines(measured)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def publish(name: str, text: str, page: Path) -> None:
    """Puts `text` between the page's `<!-- name -->` and `<!-- /name -->`."""
    between = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    page.write_text(between.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page.read_text("utf-8")), "utf-8")

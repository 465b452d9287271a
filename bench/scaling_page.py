"""What bench/scaling.py measured, as curves and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from measure import Run, machine
from plot import Curve, Panel, Point

MORE_CORES = [4, 8, 16]
EGRESS, LINE = 0.09, 0.125  # dollars for a GB out of AWS to the internet; GB a second over 1 Gbit/s


class Costs(NamedTuple):
    records: Mapping[int, Run]
    files: Mapping[int, Run]  # of 300,000 records
    cores: Mapping[str, Mapping[int, Run]]  # of a million records, as NDJSON and as gzip
    gigabytes: float  # of a million records as gzip

    @property
    def rate(self) -> float:
        """Gigabytes of gzip a second, starting up left out."""
        return self.gigabytes / (self.cores["gzip"][2].seconds - min(run.seconds for run in self.records.values()))


def serial(runs: Mapping[int, Run]) -> float:
    """By Amdahl's law, from the times on one core and on two: what more cores do not shorten."""
    return min(runs[1].seconds, max(0.0, 2 * runs[2].seconds - runs[1].seconds))


def modelled(runs: Mapping[int, Run]) -> list[Point]:
    rest = serial(runs)
    return [(cores, rest + (runs[1].seconds - rest) / cores) for cores in MORE_CORES]


def panels(costs: Costs) -> list[Panel]:
    cores = [Curve(name, _points(runs), modelled(runs)) for name, runs in costs.cores.items()]
    numbers = [*costs.cores["gzip"], *MORE_CORES]
    records, files = ([Curve("measured", _points(runs))] for runs in (costs.records, costs.files))
    return [
        Panel("NDJSON, two cores", "records", _ticks(costs.records), records),
        Panel("300,000 records, two cores", "gzip files", _ticks(costs.files), files),
        Panel("A million records", "cores (dashed: computed, not measured)", _ticks(numbers), cores),
    ]


def _points(runs: Mapping[int, Run]) -> list[Point]:
    return [(count, run.seconds) for count, run in runs.items()]


def _ticks(counts: Iterable[int]) -> list[tuple[float, str]]:
    return [(count, f"{count:,}".replace(",000,000", "M").replace(",000", "k")) for count in counts]


def text(costs: Costs) -> str:
    records, files = costs.records, costs.files
    ndjson, gzip = (serial(costs.cores[name]) for name in ("NDJSON", "gzip"))
    volume = ["events a day", "reading", f"fetching at {8 * LINE:g} Gbit/s", "out of AWS"]
    parts = [
        table("records, NDJSON", _counts(records), _seconds(records), ["MB of memory, at the peak", *_memory(records)]),
        table("gzip files, of 300,000 records", _counts(files), _seconds(files)),
        table("cores, a million records", [*costs.cores["gzip"], *_slanted(MORE_CORES)], *_cores(costs)),
        f"{date.today()}, {machine()}. *Slanted* is computed, not measured: Amdahl's law, with the {ndjson:.2f} s of "
        f"NDJSON and {gzip:.2f} s of gzip that the times on one core and on two leave to a single core.",
        f"The {costs.rate:.2f} GB of gzip that two cores read in a second, and prices, make of 30 days of a trail:",
        table("gzip a day", volume, *_volumes(costs)),
    ]
    return "\n\n".join(parts)


def table(head: str, columns: Sequence[object], *rows: Sequence[object]) -> str:
    cells = [[head, *columns], ["---"] + ["---:"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in cells)


def _counts(runs: Mapping[int, Run]) -> list[str]:
    return [f"{count:,}" for count in runs]


def _seconds(runs: Mapping[int, Run], name: str = "seconds") -> list[str]:
    return [name, *(f"{run.seconds:.2f}" for run in runs.values())]


def _memory(runs: Mapping[int, Run]) -> list[str]:
    return [f"{run.megabytes:.0f}" for run in runs.values()]


def _slanted(values: Iterable[object]) -> list[str]:
    return [f"*{value}*" for value in values]


def _cores(costs: Costs) -> list[list[str]]:
    return [
        [*_seconds(runs, f"seconds, {name}"), *_slanted(f"{seconds:.2f}" for _, seconds in modelled(runs))]
        for name, runs in costs.cores.items()
    ]


def _volumes(costs: Costs) -> list[list[str]]:
    """What a trail of so many gigabytes a day costs to search once, from S3."""
    rows = []
    for daily in (0.1, 1, 10, 100):
        events, month = daily / costs.gigabytes, 30 * daily
        times = [_duration(month / costs.rate), _duration(month / LINE)]
        rows.append([f"{daily:g} GB", f"{events:,.1f} million", *times, f"${month * EGRESS:,.2f}"])
    return rows


def _duration(seconds: float) -> str:
    units = ((86_400, "days"), (3_600, "h"), (60, "min"))
    return next((f"{seconds / size:,.1f} {unit}" for size, unit in units if seconds >= size), f"{seconds:,.1f} s")

"""Records to send again: those of a case, or of CloudTrail files; on request as if just made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from splreplay.content.documents import DocumentError
from splreplay.content.sidecar import Case, read_sidecar
from splreplay.replay.collector import Record
from splreplay.scan import ScanStats, scan_records
from splreplay.spl.errors import RunError, nearest
from splreplay.spl.times import event_time
from splreplay.values.flatten import parse

EVENT_TIME = re.compile(r'("eventTime"\s*:\s*")[^"\\]*(")')


@dataclass(frozen=True)
class Dataset:
    """Files to read, and the sourcetype to send them with."""

    files: tuple[str, ...]
    sourcetype: str = "aws:cloudtrail"


def find(names: Sequence[str], library: Path) -> Dataset:
    """A case of a sidecar, `FILE.yml NAME`, or by its name in one of the library's; else the names are files."""
    first = Path(names[0])
    if len(names) == 2 and first.suffix == ".yml" and first.is_file():
        return _of(_case(names[1], first))
    if len(names) == 1 and not first.exists():
        found = (_cases(sidecar).get(names[0]) for sidecar in sorted(library.glob("*.yml")))
        return next((_of(case) for case in found if case), Dataset(tuple(names)))
    return Dataset(tuple(names))


def _case(name: str, sidecar: Path) -> Case:
    cases = _cases(sidecar)
    if name not in cases:
        raise RunError(f"{sidecar} has no case '{name[:60]}'", advice=nearest(name, cases))
    return cases[name]


def _of(case: Case) -> Dataset:
    return Dataset(tuple(str(case.base / data.data) for data in case.data), case.data[0].sourcetype)


def _cases(sidecar: Path) -> dict[str, Case]:
    try:
        return {case.name: case for case in read_sidecar(sidecar).cases}
    except DocumentError as error:
        raise RunError(str(error)) from None


def records(dataset: Dataset, stats: ScanStats) -> Iterator[Record]:
    for found in scan_records(dataset.files, needle=None, stats=stats):
        pairs = parse(found.raw.decode("utf-8", "replace"))
        if pairs is None:
            stats.bad_record(found, "not a JSON object")
        else:
            yield Record(found.raw.decode("utf-8", "replace"), event_time(dict(pairs)))


def shifted(given: Iterable[Record], now: float) -> list[Record]:
    """The newest record at `now`, the others as far before it as they were; eventTime says the same."""
    all_records = list(given)
    newest = max((record.time for record in all_records if record.time is not None), default=now)
    return [_moved(record, now - newest) for record in all_records]


def _moved(record: Record, seconds: float) -> Record:
    if record.time is None:
        return record
    moment = datetime.fromtimestamp(record.time + seconds, timezone.utc)
    text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Record(EVENT_TIME.sub(rf"\g<1>{text}\g<2>", record.raw, count=1), record.time + seconds)

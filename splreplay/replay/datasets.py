"""Records to send again: from a dataset's folder or from CloudTrail files, on request as if just made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import yaml

from splreplay.replay.collector import Record
from splreplay.scan import ScanStats, scan_records
from splreplay.spl.errors import RunError
from splreplay.spl.times import event_time
from splreplay.values.flatten import parse

RECORDS, ABOUT = "records.ndjson", "dataset.yml"
EVENT_TIME = re.compile(r'("eventTime"\s*:\s*")[^"\\]*(")')


@dataclass(frozen=True)
class Dataset:
    """Files to read, the sourcetype to send them with, and what of the dataset is not in the files."""

    files: tuple[str, ...]
    sourcetype: str = "aws:cloudtrail"
    left_out: tuple[str, ...] = ()


def find(names: Sequence[str], library: Path) -> Dataset:
    """A dataset by folder or by its name in the library; else the names are files of records."""
    for folder in (Path(names[0]), library / names[0]):
        if len(names) == 1 and (folder / ABOUT).is_file():
            return _read(folder)
    return Dataset(tuple(names))


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


def _read(folder: Path) -> Dataset:
    try:
        about = yaml.safe_load((folder / ABOUT).read_text(encoding="utf-8"))
        sourcetype = str(about["sourcetype"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise RunError(f"{folder / ABOUT} cannot be read: {error}") from None
    left_out = tuple(name for name in ("benign", "with_archive") if about.get(name))
    return Dataset((str(folder / RECORDS),), sourcetype, left_out)

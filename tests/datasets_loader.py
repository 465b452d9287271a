"""Datasets as data: records, what must be found in them, and why.

Every folder of `tests/datasets/` is one dataset: `records.ndjson` as a trail delivers them, and
`dataset.yml`, whose keys are those of `Dataset` and `Finding` below. A key or a value that is not known
is an error that names the file, so that a typing mistake cannot make a test pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests import traffic

FOLDER = Path(__file__).parent / "datasets"
TARGETS = ("splreplay", "splunk")

Value = str | list[str] | None


class DatasetError(ValueError):
    """A dataset.yml that says something unknown or impossible."""


@dataclass(frozen=True)
class Finding:
    """One finding and its risk event. A field whose value is null must be absent or empty."""

    entity: str
    risk_score: int
    message: str
    fields: Mapping[str, Value]
    fields_by_target: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    def fields_on(self, target: str) -> dict[str, Value]:
        """The fields to expect on one of TARGETS."""
        return {**self.fields, **self.fields_by_target.get(target, {})}


@dataclass(frozen=True)
class Window:
    """The time range of the run: `earliest` is in it, `latest` is not."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True)
class Benign:
    """Traffic of a working day, made when it is needed: the same `seed` gives the same records."""

    count: int
    seed: int


@dataclass(frozen=True)
class Dataset:
    folder: Path
    why: str
    sourcetype: str
    addon: bool
    findings: tuple[Finding, ...]
    filter: str | None = None
    window: Window | None = None
    benign: Benign | None = None
    with_archive: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.folder.name

    def lines(self) -> Iterator[str]:
        """Every record as one line of JSON, byte for byte as written, the made and the real traffic first."""
        if self.benign:
            yield from map(_line, traffic.benign_records(self.benign.count, self.benign.seed))
        if self.with_archive:
            yield from map(_line, traffic.archive_records())
        yield from (self.folder / "records.ndjson").read_text(encoding="utf-8").splitlines()


def load_all() -> list[Dataset]:
    return [load(path.parent) for path in sorted(FOLDER.glob("*/dataset.yml"))]


def load(folder: Path) -> Dataset:
    path = folder / "dataset.yml"
    given = _mapping(path, "the file", yaml.safe_load(path.read_text(encoding="utf-8")))
    for name, make in PARTS.items():
        if name in given:
            given[name] = make(path, given[name])
    _known_targets(path, given.get("notes", {}))
    return _made(path, Dataset, {**given, "folder": folder})


def _findings(path: Path, given: Any) -> tuple[Finding, ...]:
    if not isinstance(given, list):
        raise DatasetError(f"{path}: findings must be a list; write [] where nothing may be found")
    return tuple(_finding(path, item) for item in given)


def _finding(path: Path, given: Any) -> Finding:
    finding = _made(path, Finding, given)
    _known_targets(path, finding.fields_by_target)
    for values in (finding.fields, *finding.fields_by_target.values()):
        for name, value in values.items():
            if not _is_value(value):
                raise DatasetError(f"{path}: field {name} is {value!r}, not text, a list of text or null")
    return finding


def _is_value(value: Any) -> bool:
    return value is None or isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(item, str) for item in value))  # fmt: skip


def _known_targets(path: Path, given: Mapping[str, Any]) -> None:
    for target in given:
        if target not in TARGETS:
            raise DatasetError(f"{path}: {target} is no target; the targets are {', '.join(TARGETS)}")


def _made(path: Path, kind: type, given: Any) -> Any:
    """An instance of a dataclass from a mapping that has its keys, no others, and the right types."""
    given = _mapping(path, kind.__name__, given)
    known = {item.name: item for item in fields(kind)}
    for name in given:
        if name not in known:
            raise DatasetError(f"{path}: {kind.__name__} has no key {name}; its keys are {', '.join(known)}")
    for name, item in known.items():
        if name not in given and item.default is MISSING and item.default_factory is MISSING:
            raise DatasetError(f"{path}: {kind.__name__} needs the key {name}")
    return kind(**{name: _typed(path, name, known[name].type, value) for name, value in given.items()})


def _typed(path: Path, name: str, annotation: str, value: Any) -> Any:
    """Checks what YAML gives by itself; a time is written as text in quotes, with its zone."""
    if annotation == "datetime":
        return _time(path, name, value)
    plain = PLAIN.get(annotation.partition("[")[0])
    if plain and type(value) is not plain:
        raise DatasetError(f"{path}: {name} is {value!r}; it must be of type {plain.__name__}")
    return value


def _time(path: Path, name: str, value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        time = None
    if time is None or time.tzinfo is None:
        raise DatasetError(f'{path}: {name} is {value!r}; write a time as "2026-03-02T09:00:00Z"')
    return time


PLAIN = {"str": str, "int": int, "bool": bool, "str | None": str, "Mapping": dict}
PARTS = {
    "findings": _findings,
    "window": lambda path, given: _made(path, Window, given),
    "benign": lambda path, given: _made(path, Benign, given),
}


def _mapping(path: Path, what: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise DatasetError(f"{path}: {what} must be a mapping, not {type(given).__name__}")
    return given


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, separators=(",", ":"))

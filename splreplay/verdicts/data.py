"""The events of a case: its files found below the repository or a local clone of attack_data, and read whole.

No network: a URL is a path below a clone. A Git LFS pointer is what a clone without `git lfs pull` has in the place of
a file, and is never read as a log. Nothing outside the repository and the named folders is read.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from splreplay.content.sidecar import Data
from splreplay.scan import ScanStats
from splreplay.scan.files import FileSource
from splreplay.scan.source import DEFAULT_META, Event, Needs
from splreplay.spl.times import event_time

LARGEST = 500_000_000  # bytes of all files of a case
# What a pointer begins with, and did before it had that name: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
POINTERS = (b"version https://git-lfs.github.com/spec/v1", b"version https://hawser.github.com/spec/v1")
_BOM = b"\xef\xbb\xbf"
HOSTS = {  # parts of a path before that of the file in its repository: owner, name, branch, and words between
    "media.githubusercontent.com": re.compile(r"/media/[^/]+/[^/]+/(?:refs/heads/)?[^/]+/(.+)"),
    "raw.githubusercontent.com": re.compile(r"/[^/]+/[^/]+/(?:refs/heads/)?[^/]+/(.+)"),
    "github.com": re.compile(r"/[^/]+/[^/]+/(?:raw|blob)/(?:refs/heads/)?[^/]+/(.+)"),
}
# Where Splunk would look for the time of an event that has no eventTime: in its first characters.
HEAD = 1000
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[-+]\d\d:?\d\d)?")
_DATASETS = "datasets/"
_PLAIN = re.compile(r"[\w./ +=@:,-]+")  # what double quotes keep as it is in every shell
ATTACK_DATA = "splunk/attack_data"  # whose files are mirrored elsewhere under the same paths
_NAME = re.compile(r"\w[\w-]*/\w[\w.-]*", re.ASCII)


class NoDataError(Exception):
    """What is not there to be read, and how to get it."""

    def __init__(self, message: str, data: Data, advice: str = "") -> None:
        super().__init__(message)
        self.message, self.data, self.advice = message, data, advice


class OutsideError(NoDataError):
    """A path that leads out of the folders that may be read."""


@dataclass(frozen=True)
class Folders:
    """Where data may lie: a repository, and the local clones that were named."""

    root: Path
    clones: tuple[Path, ...] = ()

    def find(self, data: Data, base: Path) -> Path:
        """The file that is meant; NoDataError where there is none."""
        url = _split(data)
        if url.scheme in ("http", "https"):
            return self._cloned(data, _path_of(data, url))
        for place in self.places(data, base):
            if (path := self._file(place, data)) is not None:
                return path
        raise NoDataError(f"there is no file {data.data}", data, "name its folder with --data")

    def places(self, data: Data, base: Path) -> list[Path]:
        """Where a file that is named by its path may lie, the nearest first."""
        return [folder / data.data for folder in dict.fromkeys((base, self.root, *self.clones))]

    def _cloned(self, data: Data, relative: str) -> Path:
        """A file of a clone; the clone may be named by its folder datasets/ too."""
        ways = dict.fromkeys((relative, relative.removeprefix(_DATASETS)))
        for clone in self.clones:
            for way in ways:
                if (path := self._file(clone / way, data)) is not None:
                    return path
        advice = "update the clone that --data names, or name another" if self.clones else _clone(_split(data))
        raise NoDataError(f"{relative} lies in no folder that --data names", data, advice)

    def _file(self, path: Path, data: Data) -> Path | None:
        try:
            found = path.resolve()
            if not found.is_file():
                return None
        except (OSError, ValueError, RuntimeError):  # a name with a NUL, a ring of links
            return None
        allowed = (self.root, *self.clones)
        if not any(found.is_relative_to(folder.resolve()) for folder in allowed):
            raise OutsideError(
                f"{data.data} leads out of the repository", data, "keep data below it, or below --data DIR"
            )
        return found

    def relative(self, path: Path) -> tuple[Path, str]:
        """The nearest of the folders around a file, and its path from there."""
        folders = [folder.resolve() for folder in (*self.clones, self.root)]
        folder = next(folder for folder in folders if path.is_relative_to(folder))
        return folder, str(path.relative_to(folder))


def _split(data: Data) -> SplitResult:
    try:
        return urlsplit(data.data)
    except ValueError as error:  # brackets around what is no address
        raise NoDataError(f"{data.data} is no URL: {error}", data, "write the path of a file") from None


def _clone(url: SplitResult) -> str:
    """The command that clones the repository of a URL at GitHub, without the files that Git LFS holds."""
    parts = url.path.removeprefix("/media/").strip("/").split("/")
    where = "/".join(parts[:2]) if url.hostname in HOSTS and len(parts) > 2 else ATTACK_DATA
    if not _NAME.fullmatch(where):
        where = ATTACK_DATA
    command = f"git clone --depth 1 https://github.com/{where} ../{where.partition('/')[2]}"
    return f"name a local clone with --data DIR: GIT_LFS_SKIP_SMUDGE=1 {command}"


def _path_of(data: Data, url: SplitResult) -> str:
    """The path in its repository of a file at GitHub; of any other URL, what begins with datasets/."""
    pattern = HOSTS.get(url.hostname or "")
    match = pattern.fullmatch(url.path) if pattern else None
    path = unquote(
        match[1]
        if match
        else url.path.partition(f"/{_DATASETS}")[2] and _DATASETS + url.path.partition(f"/{_DATASETS}")[2]
    )
    if not path or ".." in path.split("/"):
        raise NoDataError(
            f"{data.data} names no file of a clone", data, "write the path of a file, or its URL at GitHub"
        )
    return path


@dataclass(frozen=True)
class Events:
    """Events in memory, as a source. Where the case names no index they stand in for whichever the search names."""

    found: Sequence[Event]
    any_index: bool = True
    index: str = DEFAULT_META["index"]
    shows_meta: bool = True

    def events(self, needs: Needs) -> Iterator[Event]:
        if self.index == DEFAULT_META["index"]:
            return iter(self.found)
        return (event._replace(meta={**event.meta, "index": self.index}) for event in self.found)

    def standing_for(self, index: str) -> Events:
        return replace(self, index=index)

    @property
    def newest(self) -> float | None:
        return max((event.time for event in self.found if event.time is not None), default=None)


def read(given: Iterable[Data], base: Path, folders: Folders) -> Events:
    """All events of a case; NoDataError where a file is not there, is a pointer, or holds nothing that can be read."""
    given = list(given)
    if not given:
        raise NoDataError("the test names no data", Data(""), "name it in its attack_data")
    paths = [(data, folders.find(data, base)) for data in given]
    if sum(path.stat().st_size for _, path in paths) > LARGEST:
        raise NoDataError(f"the data is larger than {LARGEST:,} bytes", given[0], "name fewer or smaller files")
    found = [event for data, path in paths for event in _events(data, path, folders)]
    return Events(found, any_index=not any(data.index for data in given))


def _events(data: Data, path: Path, folders: Folders) -> list[Event]:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise NoDataError(f"{data.data} cannot be read: {error.strerror}", data) from None
    if head.removeprefix(_BOM).startswith(POINTERS):
        raise _pointer(data, path, folders)
    meta = _meta(data)
    found = list(_text(path, meta) if _is_text(head) else _records(path, meta, data))
    if not found:
        raise NoDataError(f"{data.data} holds no event", data)
    return found


def _pointer(data: Data, path: Path, folders: Folders) -> NoDataError:
    folder, relative = folders.relative(path)
    clone = next((parent for parent in path.parents if (parent / ".git").exists()), folder)
    where = "" if clone == folders.root else f"-C {shlex.quote(str(clone))} "
    include = str(path.relative_to(clone)) if path.is_relative_to(clone) else relative
    # It is copied into a shell, and the name comes from the repository that is tested.
    advice = f"git {where}lfs pull --include {_quoted(include)}"
    return NoDataError(f"{data.data} is a Git LFS pointer, and not the file itself", data, advice)


def _quoted(path: str) -> str:
    return f'"{path}"' if _PLAIN.fullmatch(path) else shlex.quote(path)


def _meta(data: Data) -> Mapping[str, str]:
    given = {"sourcetype": data.sourcetype, "source": data.source or data.data, "host": data.host, "index": data.index}
    return {**DEFAULT_META, **{name: value for name, value in given.items() if value}}


def _is_text(head: bytes) -> bool:
    """Neither JSON nor compressed: what begins with a letter, a digit or < is a log of lines."""
    first = head.removeprefix(_BOM).lstrip()[:1]
    return first.isalnum() or first in (b"<", b"-", b"#", b"|", b"/", b"(")


def _records(path: Path, meta: Mapping[str, str], data: Data) -> Iterator[Event]:
    """JSON in any of the forms that files carry it in."""
    stats = ScanStats()
    for event in FileSource([str(path)], stats, meta=meta).events(Needs()):
        yield event._replace(meta={**event.meta, "source": meta["source"]}, time=_time(event))
    if stats.faults or stats.malformed.count:
        wrong = next(iter([*stats.malformed.first, *map(str, stats.first_faults)]))
        raise NoDataError(f"{data.data} could not be read to its end: {str(wrong).replace(str(path), data.data)}", data)


def _text(path: Path, meta: Mapping[str, str]) -> Iterator[Event]:
    """A line an event, as a Splunk without rules for the source type would break it."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for line in file:
            if text := line.rstrip("\r\n"):
                event = Event(text, None, None, meta)
                yield event._replace(time=_time(event))


def _time(event: Event) -> float | None:
    if event.time is not None:
        return event.time
    match = _TIME.search(event.raw[:HEAD])
    return event_time({"_time": match[0].replace(" ", "T").replace(",", ".")}) if match else None


def changed(event: Event, fields: Mapping[str, object]) -> Event:
    """The event as a record of other fields."""
    return event._replace(raw=json.dumps(fields, separators=(",", ":")), fields=None)

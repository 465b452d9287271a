"""What to read: files, folders and globs become a list of files, in a fixed order, without following links.

AWS puts the time of delivery into a file's name. Records are at most a month older than it (CloudTrail tries
for 30 days to deliver to a bucket that refuses) and never newer, so a file can be left unopened by its name.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from splreplay.errors import RunError
from splreplay.scan.model import Note

STDIN = "-"
CLOCKS_DIFFER = 3_600
REDELIVERY = 31 * 86_400
_DELIVERED = re.compile(r"_CloudTrail(?:-Insight)?_[a-z0-9-]+_(\d{8}T\d{4})Z_")


class File(NamedTuple):
    path: str
    size: int
    stream: bool = False  # a pipe or the like: read once, from its beginning


class Period(NamedTuple):
    """Epoch seconds; None is open. A file is left out only if no record of it can lie in the period."""

    earliest: float | None
    latest: float | None

    def excludes(self, name: str) -> str:
        """Why a file of that name is left out, or nothing."""
        match = _DELIVERED.search(name) if self.earliest is not None or self.latest is not None else None
        delivered = _epoch(match.group(1)) if match else None
        if delivered is None:
            return ""
        if self.earliest is not None and delivered + CLOCKS_DIFFER < self.earliest:
            return "delivered before the time range, by its name"
        if self.latest is not None and delivered - REDELIVERY > self.latest:
            return "delivered more than a month after the time range, by its name"
        return ""


def _epoch(stamp: str) -> float | None:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


def discover(inputs: Sequence[str], period: Period) -> Iterator[File | Note]:
    """Every file to read, and a note for everything that is passed over."""
    seen: set[str] = set()
    for path in (found for each in inputs for found in _expand(each)):
        for entry in _walk(path, period):
            name = entry.path if isinstance(entry, File) else entry.file
            if name not in seen:
                if len(inputs) > 1:
                    seen.add(name)
                yield entry


def _expand(given: str) -> list[str]:
    if given == STDIN or os.path.lexists(given):
        return [given]
    found = sorted(glob.glob(given, recursive=True)) if glob.has_magic(given) else []
    if not found:
        what = "no file matches" if glob.has_magic(given) else "no such file or folder:"
        advice = "name CloudTrail files, folders or globs, or - for standard input"
        raise RunError(f"{what} {given!r}", advice=advice)
    return found


def _walk(path: str, period: Period) -> Iterator[File | Note]:
    if path == STDIN:
        yield File(STDIN, 0, stream=True)
        return
    try:
        status = os.stat(path)
    except OSError as error:
        yield Note(path, "", reason_of(error))
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _folder(path, period)
    elif reason := period.excludes(path):
        yield Note(path, "", reason)
    else:
        yield File(path, status.st_size, stream=not stat.S_ISREG(status.st_mode))


def _folder(path: str, period: Period) -> Iterator[File | Note]:
    try:
        with os.scandir(path) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield Note(path, "", reason_of(error))
        return
    for entry in entries:
        if entry.is_symlink():
            yield Note(entry.path, "", "a symbolic link in a folder; name its target to read it")
        elif entry.is_dir(follow_symlinks=False):
            yield from _folder(entry.path, period)
        elif not entry.is_file(follow_symlinks=False):
            yield Note(entry.path, "", "not a regular file")
        elif reason := period.excludes(entry.name):
            yield Note(entry.path, "", reason)
        else:
            yield from _sized(entry)


def _sized(entry: os.DirEntry[str]) -> Iterator[File | Note]:
    try:
        yield File(entry.path, entry.stat(follow_symlinks=False).st_size)
    except OSError as error:
        yield Note(entry.path, "", reason_of(error))


def reason_of(error: OSError) -> str:
    known = {FileNotFoundError: "it vanished", PermissionError: "no permission to read it"}
    return known.get(type(error), f"cannot be read ({error.strerror or error})")

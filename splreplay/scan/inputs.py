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
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from splreplay.scan.model import Note
from splreplay.spl.errors import RunError

STDIN = "-"
CLOCKS_DIFFER = 3_600
REDELIVERY = 31 * 86_400
_DELIVERED = re.compile(r"_CloudTrail(?:-Insight)?_[a-z0-9-]+_(\d{8}T\d{4})Z_")
_WILD = {"*": "[^/]*", "?": "[^/]"}
_ADVICE = "name CloudTrail files, folders or globs, or - for standard input"


class File(NamedTuple):
    path: str
    size: int
    stream: bool = False  # a pipe or the like: read once, from its beginning
    met: bool = False  # in a folder, where it may be no log at all; not named by itself


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


Entries = Iterable[File | Note]


def discover(inputs: Sequence[str], period: Period) -> Iterator[File | Note]:
    """Every file to read, and a note for everything that is passed over."""
    named = [found for given in inputs for found in _named(given, period)]
    seen: set[str] = set()
    for path, entries in named:
        yield from entries if len(named) == 1 else _unseen(path, entries, seen)


def _named(given: str, period: Period) -> list[tuple[str, Entries]]:
    """What an argument names: a file, a folder, or whatever fits a pattern."""
    if given == STDIN or os.path.lexists(given):
        return [(given, _walk(given, period))]
    if not glob.has_magic(given):
        return [(given, [Note(given, "", "no such file or folder")])]
    if "**" in given.split("/"):
        top, fits = _below(given)
        if entries := list(_folder(top, period, fits)):
            return [(top, entries)]
    elif paths := sorted(glob.glob(given)):
        return [(path, _walk(path, period)) for path in paths]
    return [(given, [Note(given, "", "no file fits this pattern")])]


def _below(pattern: str) -> tuple[str, Callable[[str], object]]:
    """The folder that a pattern with `**` goes through, and the test of a path in it.

    glob.glob would follow links, and never end where two of them lead upward.
    """
    parts = pattern.split("/")
    first = next(place for place, part in enumerate(parts) if glob.has_magic(part))
    top = "/".join([*parts[:first], ""])
    rest = "".join("(?:[^/]+/)*" if part == "**" else f"{_expression(part)}/" for part in parts[first:] if part)
    try:
        fits = re.compile(re.escape(top) + rest, re.DOTALL).match
    except re.error:
        raise RunError(f"{pattern!r} is no pattern of file names", advice=_ADVICE) from None
    return top or os.curdir, lambda path: fits(f"{path.removeprefix('./')}/")


def _expression(part: str) -> str:
    """A part of a pattern: `*`, `?` and sets as in [0-9] or [!a]."""
    tokens = re.findall(r"\[!?[^]]+\]|.", part, re.DOTALL)
    return "".join(_WILD.get(token) or (_set(token) if token[1:] else re.escape(token)) for token in tokens)


def _set(token: str) -> str:
    inside = token[1:-1].replace("\\", r"\\").replace("[", r"\[")
    return f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"


def _unseen(path: str, entries: Entries, seen: set[str]) -> Iterator[File | Note]:
    """Without those that were named before, perhaps in another way."""
    top = os.path.realpath(path) if os.path.lexists(path) else path
    for entry in entries:
        name = entry.path if isinstance(entry, File) else entry.file
        place = os.path.normpath(f"{top}/{name[len(path) :]}")
        if place not in seen:
            seen.add(place)
            yield entry


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
    elif reason := period.excludes(os.path.basename(path)):
        yield Note(path, "", reason, fault=False)
    else:
        yield File(path, status.st_size, stream=not stat.S_ISREG(status.st_mode))


def _folder(path: str, period: Period, fits: Callable[[str], object] = bool) -> Iterator[File | Note]:
    """What is in a folder, at any depth."""
    todo = [*_listing(path)]
    while todo:
        entry = todo.pop()
        if isinstance(entry, Note):
            yield entry
        elif entry.is_dir(follow_symlinks=False):
            hidden = Note(entry.path, "", "a hidden folder; name it to read it", fault=False)
            todo += [hidden] if entry.name.startswith(".") else _listing(entry.path)
        elif fits(entry.path):
            yield _file(entry, period)


def _listing(path: str) -> Sequence[os.DirEntry[str] | Note]:
    """The last comes first."""
    try:
        with os.scandir(path) as listing:
            return sorted(listing, key=lambda entry: entry.name, reverse=True)
    except OSError as error:
        return [Note(path, "", reason_of(error))]


def _file(entry: os.DirEntry[str], period: Period) -> File | Note:
    if entry.is_symlink():
        return Note(entry.path, "", "a symbolic link in a folder; name its target to read it", fault=False)
    if not entry.is_file(follow_symlinks=False):
        return Note(entry.path, "", "not a regular file", fault=False)
    if reason := period.excludes(entry.name):
        return Note(entry.path, "", reason, fault=False)
    try:
        return File(entry.path, entry.stat(follow_symlinks=False).st_size, met=True)
    except OSError as error:
        return Note(entry.path, "", reason_of(error))


def reason_of(error: OSError) -> str:
    known = {FileNotFoundError: "it vanished", PermissionError: "no permission to read it"}
    return known.get(type(error), f"cannot be read ({error.strerror or error})")

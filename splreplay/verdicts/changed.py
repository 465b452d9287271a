"""Which detections changed since a git revision: by their own file, their sidecar, their data, or what they call."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from splreplay.content.repository import DEPLOYMENTS, LOOKUPS, MACROS, Repository
from splreplay.content.sidecar import Data
from splreplay.spl.errors import RunError
from splreplay.verdicts.data import Folders, NoDataError
from splreplay.verdicts.work import Desk, Job, Plan

# What counts for every detection of a repository.
COMMON = ("default", "local", "bin", "lib", "metadata", DEPLOYMENTS, "contentctl.yml")
_CALL = re.compile(r"`\s*([^\s(`\"]+)")
_WORD = re.compile(r"\w+")


def since(ref: str, repository: Repository, jobs: Sequence[Job]) -> list[Job]:
    """Those of the jobs that a change since the revision can have touched; RunError where git does not know it."""
    files = _changed(ref, repository.root)
    roots = {path.relative_to(repository.root).parts[0] for path in files if path.is_relative_to(repository.root)}
    if roots & set(COMMON):
        return list(jobs)
    names = _names(repository, files)
    desk = Desk(Plan(str(repository.root), str(repository.sidecars)))
    return [job for job in jobs if files & set(_files(desk, job)) or names & _called(desk, job)]


def _changed(ref: str, root: Path) -> set[Path]:
    """The files that differ from the revision, and those that git does not have yet."""
    top = Path(_git(root, "rev-parse", "--show-toplevel").rstrip("\n"))
    differing = _git(root, "diff", "--name-only", "-z", "--no-ext-diff", "--end-of-options", ref, "--")
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    return {(top / name).resolve() for name in (differing + new).split("\0") if name}


def _git(folder: Path, *words: str) -> str:
    # A hook of the repository's own is not run: it may come from whoever wrote what is tested.
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="surrogateescape",
                              check=False)  # fmt: skip
    except OSError as error:
        raise RunError(f"--changed needs git, which cannot be run: {error.strerror}") from None
    if done.returncode:
        said = (done.stderr.splitlines() or ["no reason given"])[0]
        raise RunError(
            f"--changed: {said[:200]}", advice="name a commit, a branch or a tag of the repository"
        ) from None
    return done.stdout


def _names(repository: Repository, files: set[Path]) -> set[str]:
    """The macros and lookups that a changed file defines, or defined: contentctl names the file after them."""
    shared = [repository.root.resolve() / folder for folder in (MACROS, LOOKUPS)]
    return {path.stem for path in files if any(path.is_relative_to(folder) for folder in shared)}


def _files(desk: Desk, job: Job) -> Iterator[Path]:
    """Its own file, its sidecar's, and those of its data."""
    detection, _, cases = desk.open(job)
    folders = Folders(desk.setup.repository.root)
    if job.file:
        yield Path(job.file).resolve()
    yield desk.setup.repository.sidecar_path(detection).resolve()
    for case in cases:
        for data in case.data if case else ():
            yield from _data_files(folders, data, case.base if case else folders.root)


def _data_files(folders: Folders, data: Data, base: Path) -> Iterator[Path]:
    """The file; of one that is not there, where it may have been before it was deleted or renamed."""
    try:
        yield folders.find(data, base).resolve()
    except NoDataError:
        with suppress(OSError, ValueError, RuntimeError):  # a name that no file can have
            yield from [place.resolve() for place in folders.places(data, base)]


def _called(desk: Desk, job: Job) -> set[str]:
    """The names of its macros, of those within them, and every word of them all, among which its lookups are."""
    detection, *_ = desk.open(job)
    definitions: dict[str, list[str]] = {}
    for (name, _), macro in desk.setup.app.macros.items():
        definitions.setdefault(name, []).append(macro.definition.text)
    ahead, seen, words = [detection.search.text, *detection.saved.settings.values()], set[str](), set[str]()
    while ahead:
        text = ahead.pop()
        words |= set(_WORD.findall(text))
        for name in set(_CALL.findall(text)) - seen:
            seen.add(name)
            ahead += definitions.get(name, [])
    return seen | words

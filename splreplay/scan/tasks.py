"""Files to tasks of a fair size: a large file of lines in segments, small files by the group."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from splreplay.scan import payloads
from splreplay.scan.inputs import File
from splreplay.scan.layout import HEAD, Shape, layout, unmarked
from splreplay.scan.model import Part
from splreplay.scan.reading import read_file, read_segment
from splreplay.scan.sieve import Sieve

Task = Callable[[Sieve], Iterator[Part]]

SEGMENT = 32 << 20
GROUP_BYTES = 4 << 20
GROUP_FILES = 64


def as_tasks(files: Iterable[File]) -> Iterator[Task]:
    """Tasks in the order of the files; run one after another they give every record in its order."""
    group: list[File] = []
    size = 0
    for file in files:
        if group and (size + file.size > GROUP_BYTES or len(group) >= GROUP_FILES):
            yield _whole(group)
            group, size = [], 0
        if file.size > SEGMENT and (segments := _segments(file)):
            yield from segments
            continue
        group.append(file)
        size += file.size
    if group:
        yield _whole(group)


def _whole(files: list[File]) -> Task:
    def run(sieve: Sieve) -> Iterator[Part]:
        for file in files:
            yield from read_file(file, sieve)

    return run


def _segments(file: File) -> Iterator[Task] | None:
    """The tasks of a large plain file of lines; None for any other file."""
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    if _is_lines(descriptor, file.path):
        return _cut(descriptor, file)
    os.close(descriptor)
    return None


def _is_lines(descriptor: int, path: str) -> bool:
    try:
        head = os.pread(descriptor, HEAD, 0)
    except OSError:
        return False  # whoever reads it as a whole names the reason
    return layout(unmarked(head), os.path.basename(path)).kind is Shape.LINES and not payloads.SEEN.search(head)


def _cut(descriptor: int, file: File) -> Iterator[Task]:
    try:
        for begin in range(0, file.size, SEGMENT):
            yield _segment(os.dup(descriptor), file.path, begin, min(begin + SEGMENT, file.size))
    finally:
        os.close(descriptor)


def _segment(descriptor: int, path: str, begin: int, end: int) -> Task:
    def run(sieve: Sieve) -> Iterator[Part]:
        if begin == 0:
            yield Part(files=1)
        yield from read_segment(descriptor, path, begin, end, sieve)

    return run

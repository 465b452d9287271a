"""The members of a zip archive, each read as a file of its own."""

from __future__ import annotations

import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator

from splreplay.scan.gunzip import Damage
from splreplay.scan.model import Note, Part

MOST = 100_000  # members
PIPE = "a zip archive in a pipe: save it as a file, since it is read from its end"
_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, ValueError)
ReadMember = Callable[[str, Callable[[int], bytes]], Iterator[Part]]


def members(descriptor: int, path: str, read_member: ReadMember) -> Iterator[Part]:
    """The parts that `read_member` makes of each."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError:
        yield Part(skipped=[Note(path, "", PIPE)])
        return
    try:
        with os.fdopen(os.dup(descriptor), "rb") as file, zipfile.ZipFile(file) as archive:
            listed = [info for info in archive.infolist() if not info.is_dir()]
            for info in listed[:MOST]:
                yield from _member(archive, info, path, read_member)
            if len(listed) > MOST:
                yield Part(damaged=[Note(path, "", f"more than {MOST:,} members; the others are not read")])
    except _ERRORS as error:
        yield Part(damaged=[Note(path, "", f"damaged zip data ({error}); fetch the file again")])


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, read_member: ReadMember) -> Iterator[Part]:
    name = f"{path}/{info.filename}"
    if info.flag_bits & 1:
        yield Part(skipped=[Note(name, "", "it is encrypted; expand the archive first")])
        return
    try:
        with archive.open(info) as file:
            yield from read_member(name, _guarded(file.read))
    except _ERRORS as error:
        yield Part(damaged=[Note(name, "", f"damaged zip data ({error}); fetch the file again")])


def _guarded(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    def guarded(size: int) -> bytes:
        try:
            return read(size)
        except _ERRORS as error:
            raise Damage(f"damaged zip data ({error}); fetch the file again") from error

    return guarded

"""The C of src/ as Python sees it: its structures, its functions, and the kernels that this processor runs.

`CRows` is `rows` of src/fields.h, member by member: an int64_t is a c_int64, an array a POINTER of its elements, and
what C alone looks into a c_void_p. A function `splreplay_lines(kernels, text, length, needle, spans)` is a line of
`_FUNCTIONS`, and is called as `library().lines(library().best, b"text", 4, None, byref(spans))`.

Two spellings of one layout are a trap, so a library says which sources it was built from and how large it takes each
structure to be. One that does not agree is refused before anything else of it is called, and Python does its work.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_bool, c_char_p, c_double, c_int32, c_int64, c_uint8, c_uint32, c_void_p
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any, NamedTuple

from splreplay.scan.native import sources

HERE = Path(__file__).parent


class CSpans(Structure):
    _fields_ = (("begins", POINTER(c_int64)), ("ends", POINTER(c_int64)), ("count", c_int64), ("capacity", c_int64))


class CLiteral(Structure):
    _fields_ = (("text", c_char_p), ("length", c_int32), ("first", c_int32), ("second", c_int32))


class CNeedle(Structure):
    _fields_ = (("literals", POINTER(CLiteral)), ("count", c_int32), ("letters", c_bool * 128), ("packed", c_bool))


class CValue(Structure):
    _fields_ = (("text", c_void_p), ("length", c_int64), ("string", c_bool))


class CKey(Structure):
    _fields_ = (
        ("name", c_char_p),
        ("length", c_int32),
        ("value", c_int32),
        ("object", c_int32),
        ("unsure", c_int32),
        ("seen", c_int64),
    )


LONG_KEY = 32  # src/fields.h


class CObject(Structure):
    _fields_ = (("starts", c_int32 * (LONG_KEY + 2)),)


class CReader(Structure):
    _fields_ = (
        ("keys", POINTER(CKey)),
        ("objects", POINTER(CObject)),
        ("values", POINTER(CValue)),
        ("columns", POINTER(c_int32)),
        ("value_count", c_int32),
        ("column_count", c_int32),
        ("time", c_int32),
        ("required", c_int32),
        ("strings", c_int32),
        ("seconds", c_double),
        ("record", c_int64),
        ("tokens", c_void_p),
        ("room", c_int64),
    )


class CColumn(Structure):
    _fields_ = (
        ("nulls", c_int64),
        ("bytes", c_int64),
        ("room", c_int64),
        ("ends", POINTER(c_int32)),
        ("text", c_void_p),
        ("present", POINTER(c_uint8)),
    )


class CRows(Structure):
    _fields_ = (
        ("count", c_int64),
        ("capacity", c_int64),
        ("left_count", c_int64),
        ("left_capacity", c_int64),
        ("times_missing", c_int64),
        ("column_count", c_int32),
        ("numbers", POINTER(c_int64)),
        ("times", POINTER(c_double)),
        ("timed", POINTER(c_uint8)),
        ("columns", POINTER(CColumn)),
        ("left", POINTER(c_int64)),
    )


class CStream(Structure):
    """An ArrowArrayStream."""

    _fields_ = (
        ("get_schema", c_void_p),
        ("get_next", c_void_p),
        ("get_last_error", c_void_p),
        ("release", ctypes.CFUNCTYPE(None, c_void_p)),
        ("private_data", c_void_p),
    )


STRUCTURES = (CSpans, CLiteral, CNeedle, CValue, CKey, CObject, CReader, CColumn, CRows, CStream)  # as in src/rows.c
_SCAN = (c_void_p, c_char_p, c_int64)  # kernels, text, length
_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "kernels": (c_void_p, (c_int32,)),
    "kernels_name": (c_char_p, (c_void_p,)),
    "find": (c_bool, (*_SCAN, POINTER(CNeedle), POINTER(CSpans))),
    "lines": (c_int64, (*_SCAN, POINTER(CNeedle), POINTER(CSpans))),
    "keep": (None, (*_SCAN, POINTER(CNeedle), POINTER(CSpans))),
    "records": (c_int64, (*_SCAN, c_bool, POINTER(c_int32), POINTER(CSpans))),
    "spans_free": (None, (POINTER(CSpans),)),
    "read": (c_bool, (c_void_p, POINTER(CReader), c_char_p, POINTER(CSpans), c_char_p, POINTER(CRows))),
    "reader_free": (None, (POINTER(CReader),)),
    "rows_new": (POINTER(CRows), (c_int32,)),
    "rows_move": (None, (POINTER(CRows), POINTER(c_int64), POINTER(c_int64), c_int64)),
    "rows_free": (None, (POINTER(CRows),)),
    "whole_new": (c_void_p, (c_char_p, POINTER(c_int64), c_int64)),
    "whole_read": (c_void_p, (c_void_p, c_void_p, c_char_p, POINTER(c_int64), c_int64, POINTER(c_int64))),
    "whole_free": (None, (c_void_p,)),
    "stream": (c_bool, (POINTER(CStream), POINTER(POINTER(CRows)), c_int64)),
}


class Library:
    """The functions of src/, and the kernels that this processor runs: the best, unless told otherwise."""

    def __init__(self, path: str, rank: int = 0) -> None:
        """Refused where it is not what this file was written for."""
        loaded = ctypes.CDLL(path)
        _compare(loaded)
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(loaded, f"splreplay_{name}")
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        self.use(rank)

    def use(self, rank: int) -> None:
        found = self.kernels(rank)
        if found is None:
            raise IndexError(rank)
        self.best = found

    def __getattr__(self, name: str) -> Any:
        """For mypy: the functions are set above."""
        raise AttributeError(name)


class Refused(Exception):
    """A library is there and must not be used; the words say why."""


STALE = "it was built from other sources than those that are here"
MISLAID = "its structures are not those of binding.py"


def _compare(loaded: ctypes.CDLL) -> None:
    """A library that binding.py describes, or Refused."""
    try:
        built_from, layout = loaded.splreplay_sources, loaded.splreplay_layout
    except AttributeError:
        raise Refused(STALE) from None
    built_from.restype, layout.restype = c_uint32, c_int64
    if built_from() != sources.digest():
        raise Refused(STALE)
    sizes = [ctypes.sizeof(structure) for structure in STRUCTURES]
    if [layout(which) for which in range(len(sizes) + 1)] != [*sizes, 0]:
        raise Refused(MISLAID)


class Built(NamedTuple):
    """What stands in this folder: a library, or why the file at `path` is none."""

    library: Library | None
    path: str = ""
    reason: str = ""


@cache
def built() -> Built:
    """None and no reason where nothing was built."""
    path = next((str(path) for suffix in EXTENSION_SUFFIXES if (path := HERE / f"_native{suffix}").exists()), "")
    try:
        return Built(Library(path) if path else None)
    except Refused as error:
        return Built(None, path, str(error))
    except OSError as error:
        return Built(None, path, f"it cannot be loaded ({error})")


def library() -> Library | None:
    """None where it was not built, or is refused. Called as `binding.library()`, so that tests replace one name."""
    return built().library


def loaded() -> Library:
    """For those who were told that there is one."""
    found = library()
    assert found
    return found

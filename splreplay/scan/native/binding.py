"""The C of src/ as Python sees it: its structures, its functions, and the kernels that this processor runs."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_bool, c_char_p, c_double, c_int32, c_int64, c_uint8, c_void_p
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any


class CSpans(Structure):
    _fields_ = (("begins", POINTER(c_int64)), ("ends", POINTER(c_int64)), ("count", c_int64), ("capacity", c_int64))


class CLiteral(Structure):
    _fields_ = (("text", c_char_p), ("length", c_int32), ("first", c_int32), ("second", c_int32))


class CNeedle(Structure):
    _fields_ = (("literals", POINTER(CLiteral)), ("count", c_int32), ("letters", c_bool * 128))


class CValue(Structure):
    _fields_ = (("text", c_void_p), ("length", c_int64), ("string", c_bool))


class CKey(Structure):
    _fields_ = (
        ("name", c_char_p),
        ("length", c_int32),
        ("value", c_int32),
        ("object", c_int32),
        ("forbidden", c_int32),
        ("seen", c_int64),
    )


class CObject(Structure):
    _fields_ = (("first", c_int32), ("count", c_int32))


class CReader(Structure):
    _fields_ = (
        ("keys", POINTER(CKey)),
        ("objects", POINTER(CObject)),
        ("values", POINTER(CValue)),
        ("columns", POINTER(c_int32)),
        ("value_count", c_int32),
        ("column_count", c_int32),
        ("time", c_int32),
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
    "rows_place": (None, (POINTER(CRows), c_int64, c_int64)),
    "rows_free": (None, (POINTER(CRows),)),
    "stream": (c_bool, (POINTER(CStream), POINTER(POINTER(CRows)), c_int64)),
}


class Library:
    """The functions of src/, and the kernels that this processor runs: the best, unless told otherwise."""

    def __init__(self, path: str, rank: int = 0) -> None:
        loaded = ctypes.CDLL(path)
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


def loaded() -> Library:
    """For those who were told that there is one."""
    found = library()
    assert found
    return found


@cache
def library() -> Library | None:
    """None where it was not built, or cannot be loaded."""
    here = Path(__file__).parent
    for path in (here / f"_native{suffix}" for suffix in EXTENSION_SUFFIXES):
        if path.exists():
            try:
                return Library(str(path))
            except OSError:
                return None
    return None

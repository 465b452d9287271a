"""All fields of JSON records as JSON, for an output that shows every one of them.

>>> from splreplay.scan.native import Whole
>>> Whole(["b"]).read(['{"a":{"x":1},"b":2,"c":[{"d":"x"},{"d":null}]}', '{"a":"\\u00e9"}'])
[', "a.x": "1", "c{}.d": ["x", "null"]', None]
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterable, Sequence
from ctypes import c_int64
from itertools import accumulate

from splreplay.scan.native.binding import loaded
from splreplay.scan.native.search import ends_of


class Whole:
    """Reads all fields but the `hidden` ones; each thread has its own."""

    def __init__(self, hidden: Iterable[str]) -> None:
        self.library = loaded()
        names = [json.dumps(name)[1:-1].encode() for name in hidden]
        self.c = self.library.whole_new(b"".join(names), ends_of(names), len(names))
        if not self.c:
            raise MemoryError

    def read(self, texts: Sequence[str]) -> list[str | None]:
        """For each record the rest of an object, `, "name": "value"`, or None where Python must read it."""
        encoded = [text.encode() if text.isascii() else b"" for text in texts]
        ends = (c_int64 * len(texts))()
        told = self.library.whole_read(self.library.best, self.c, b"".join(encoded), ends_of(encoded), len(texts), ends)
        if not told:
            raise MemoryError
        whole = ctypes.string_at(told, max([0, *ends])).decode("ascii")
        begins = accumulate(ends, max, initial=0)  # a record that is not certain ends before all
        return [whole[begin:end] if end >= 0 else None for begin, end in zip(begins, ends, strict=False)]

    def __del__(self) -> None:
        if getattr(self, "c", None):
            self.library.whole_free(self.c)

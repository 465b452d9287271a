"""Named fields of JSON records as rows, and rows as an Arrow stream.

Of three lines the first and the last are certain; the second has a key twice, and is left to Python:

>>> from splreplay.scan.native import Fields, Reader, RowStream, Spans, lines
>>> text = (b'{"eventName":"Get","u":{"arn":"x"}}\\n'
...         b'{"eventName":"Put","eventName":"Get"}\\n'
...         b'{"eventTime":"2026-01-04T00:00:09Z"}')
>>> records = Spans()
>>> lines(text, len(text), None, records), list(records)
(3, [(0, 35), (36, 73), (74, 110)])

src/fields.h shows what `_Tree` makes of these names, and how a record is walked by it:

>>> rows = Reader(Fields(("eventName", "u.arn"))).read(text, records, "a file")
>>> for row in rows:
...     print(row.number, row.time, row.fields)
0 None {'eventName': 'Get', 'u.arn': 'x'}
2 1767484809.0 {}
>>> rows.left
[1]

Records of another text come before these; then DuckDB reads the rows where they are, by the names that
Fields.column() gives:

>>> rows.move([(-1, 100)])
>>> import duckdb
>>> connection = duckdb.connect().register("given", RowStream([rows]))
>>> for row in connection.sql("SELECT o, time, x0, x1 FROM given").fetchall():
...     print(row)
(100, None, 'Get', 'x')
(102, 1767484809.0, None, None)
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from ctypes import POINTER, byref, c_int32, c_int64
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from splreplay.scan.envelopes import KEYS
from splreplay.scan.native.binding import LONG_KEY, CKey, CObject, CReader, CRows, CStream, CValue, loaded
from splreplay.scan.native.search import Places, Spans
from splreplay.values.flatten import ends_of_parts

TIME = "eventTime"
RAW, SOURCE = -1, -2  # src/fields.h
ALWAYS, AS_LIST = 1, 2  # the same
# A record with one of these has another time, or fields of another name, or is a document, or carries others.
HIDDEN = ("", "_time", "Records", *KEYS)


@dataclass(frozen=True)
class Fields:
    """What is read of each record: fields by name, with `raw` its text, with `source` the name of its file.

    That is also the order of a row's columns, which a stream calls `x0`, `x1`, ... behind `o` and `time`.
    Fields in lists are not read: a record where one of `lists` may be is left.
    """

    names: tuple[str, ...]
    raw: bool = False
    source: bool = False
    lists: tuple[str, ...] = ()

    def column(self, name: str) -> str:
        """The stream's name for the column of a field."""
        return f"x{self.names.index(name)}"

    @property
    def raw_column(self) -> str:
        return f"x{len(self.names)}"

    @property
    def source_column(self) -> str:
        return f"x{len(self.names) + self.raw}"


class ReadRow(NamedTuple):
    """What was read of a record; `raw` and `source` are empty where they were not asked for."""

    number: int
    time: float | None
    fields: dict[str, str]
    raw: str
    source: str


def in_list(name: str) -> bool:
    return "{}" in name


def readable(name: str) -> bool:
    """Whether it can be told which records have a field."""
    parts = [part.removesuffix("{}") for part in name.split(".")]
    return all(parts) and not set("".join(parts)) & set("{}") and name.isprintable()


@dataclass
class _Tree:
    """Objects within a record and their keys, numbered as src/fields.h wants them."""

    values: dict[str, int] = field(default_factory=dict)
    objects: list[list[CKey]] = field(default_factory=list)

    def add(self, names: Sequence[str], prefix: str = "", hidden: Sequence[str] = ()) -> int:
        """The object that holds these fields (named from there on); returns its number."""
        number = len(self.objects)
        self.objects.append([])
        firsts = dict.fromkeys(name[: _ends_of_parts(name)[0]] for name in names)
        # Both `a` and `a.b` as a key could add to a field `a.b.c`; only the first is read here.
        dotted = {name[:at] for name in names for at in _ends_of_parts(name)} - firsts.keys()
        keys = [_key(name, unsure=ALWAYS) for name in (*sorted(dotted), *hidden)]
        keys += [self._key(first, names, prefix) for first in firsts]
        self.objects[number] = sorted(keys, key=lambda key: min(key.length, LONG_KEY))
        return number

    def _key(self, first: str, names: Sequence[str], prefix: str) -> CKey:
        inner = [name[len(first) + 1 :] for name in names if name.startswith(first + ".")]
        value = self.values.setdefault(prefix + first, len(self.values)) if first in names else -1
        unsure = AS_LIST if any(name.startswith(first + "{}") for name in names) else 0
        return _key(first, value, self.add(inner, f"{prefix}{first}.") if inner else -1, unsure)


def _ends_of_parts(name: str) -> list[int]:
    return [*ends_of_parts(name), len(name)]


def _starts(first: int, keys: Sequence[CKey]) -> Any:
    lengths = [min(key.length, LONG_KEY) for key in keys]
    starts = [first + sum(other < length for other in lengths) for length in range(LONG_KEY + 2)]
    return (c_int32 * len(starts))(*starts)


def _key(name: str, value: int = -1, object: int = -1, unsure: int = 0) -> CKey:
    encoded = name.encode()
    return CKey(encoded, len(encoded), value, object, unsure, 0)


class Rows:
    """Rows of records whose fields are certain; `left` are the numbers of the other records.

    A row holds the number of its record, its time, and a text for each column.
    """

    def __init__(self, fields: Fields, origin: str = "") -> None:
        """`origin` is the file that the records are of."""
        self.fields, self.origin, self.library = fields, origin, loaded()
        self.c: Any = self.library.rows_new(len(fields.names) + fields.raw + fields.source)
        if not self.c:
            raise MemoryError

    def __len__(self) -> int:
        return int(self.c[0].count)

    @property
    def size(self) -> int:
        """Bytes, as good as."""
        rows = self.c[0]
        texts = sum(column.bytes for column in self._columns())
        return int(texts + rows.count * 8 * (2 + rows.column_count))

    @property
    def untimed(self) -> int:
        """How many rows have no time."""
        return int(self.c[0].times_missing)

    @property
    def left(self) -> list[int]:
        return list(self.c[0].left[: self.c[0].left_count]) if self.c[0].left_count else []

    @property
    def present(self) -> set[str]:
        """The fields that some row has."""
        named = zip(self.fields.names, self._columns(), strict=False)
        return {name for name, column in named if column.nulls < self.c[0].count}

    def __iter__(self) -> Iterator[ReadRow]:
        rows, names = self.c[0], self.fields.names
        times = (time if _bit(rows.timed, i) else None for i, time in enumerate(rows.times[: rows.count]))
        columns = [_texts(column, rows.count) for column in self._columns()]
        empty = [""] * rows.count
        raws = columns[len(names)] if self.fields.raw else empty
        sources = columns[-1] if self.fields.source else empty
        for i, (number, time) in enumerate(zip(rows.numbers[: rows.count], times, strict=True)):
            found = zip(names, columns, strict=False)
            fields = {name: text for name, column in found if (text := column[i]) is not None}
            yield ReadRow(number, time, fields, raws[i] or "", sources[i] or "")

    def move(self, moves: Sequence[tuple[int, int]]) -> None:
        """Number the rows higher: for each `(behind, by)`, in order, those behind that number by so many."""
        behind, by = ((c_int64 * len(moves))(*numbers) for numbers in zip(*moves, strict=True))
        self.library.rows_move(self.c, behind, by, len(moves))

    def _columns(self) -> Iterator[Any]:
        return (self.c[0].columns[i] for i in range(self.c[0].column_count))

    def __del__(self) -> None:
        if getattr(self, "c", None):  # Ctrl-C may come while it is made
            self.library.rows_free(self.c)


def _texts(column: Any, count: int) -> list[str | None]:
    ends = column.ends[: count + 1]
    text = ctypes.string_at(column.text, ends[-1]) if ends[-1] else b""
    spans = enumerate(pairwise(ends))
    return [text[begin:end].decode() if _bit(column.present, i) else None for i, (begin, end) in spans]


def _bit(bits: Any, at: int) -> bool:
    return bool(bits[at // 8] >> at % 8 & 1)


class Reader:
    """Reads fields; each thread has its own."""

    def __init__(self, fields: Fields, required: str = "") -> None:
        """A record without the field `required` is left."""
        self.library = loaded()
        tree = _Tree()
        tree.add(sorted({*fields.names, *fields.lists, TIME, *filter(None, [required])}), hidden=HIDDEN)
        keys = [key for keys in tree.objects for key in keys]
        firsts = [sum(map(len, tree.objects[:number])) for number in range(len(tree.objects))]
        columns = [*(tree.values[name] for name in fields.names), *[RAW] * fields.raw, *[SOURCE] * fields.source]
        objects = [CObject(_starts(first, keys)) for first, keys in zip(firsts, tree.objects, strict=True)]
        arrays = (
            (CKey * len(keys))(*keys),
            (CObject * len(objects))(*objects),
            (CValue * len(tree.values))(),
            (c_int32 * len(columns))(*columns),
        )
        self.kept = (tree, arrays)
        self.fields = fields
        self.c = CReader(*arrays, len(tree.values), len(columns), tree.values[TIME], tree.values.get(required, -1))

    def read(self, text: bytes, records: Spans | Places, source: str) -> Rows:
        """The records at these places of a text."""
        rows = Rows(self.fields, source)
        name = source.encode("utf-8", "replace")
        if not self.library.read(self.library.best, byref(self.c), text, byref(records.c), name, rows.c):
            raise MemoryError
        return rows

    def __del__(self) -> None:
        if hasattr(self, "c"):
            self.library.reader_free(byref(self.c))


class RowStream:
    """Rows as DuckDB reads them: `o`, `time`, `x0`, `x1`, ... It must outlive the queries that read it."""

    def __init__(self, rows: Sequence[Rows]) -> None:
        self.kept = tuple(rows)
        self.rows = (POINTER(CRows) * len(rows))(*(each.c for each in rows))
        self.given: list[CStream] = []

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        stream = CStream()
        if not loaded().stream(byref(stream), self.rows, len(self.rows)):
            raise MemoryError
        self.given.append(stream)
        return _capsule(ctypes.addressof(stream), b"arrow_array_stream", None)

    def close(self) -> None:
        """What nobody took is let go."""
        for stream in self.given:
            if stream.release:
                stream.release(byref(stream))


_capsule = ctypes.pythonapi.PyCapsule_New
_capsule.restype = ctypes.py_object
_capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)

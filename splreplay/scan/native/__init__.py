"""The loops over every byte, in C: which lines hold a text, where the records of a list are, what their fields hold.

It needs nothing but a compiler when the package is installed. Where there was none, `binding.library()` is None, and
Python does the same, slower. ctypes lets go of the interpreter's lock during a call, so threads that scan work side by
side. A text is `bytes`; places are numbers of its bytes.

| file | what |
|---|---|
| src/blocks.h | 64 bytes at a time as bits, for each instruction set |
| src/kernels.h | the loops over these: marks of a needle, tokens of a record, records of a list |
| src/find.c, text.c | lines and records that hold a needle |
| src/fields.c, rows.c | named fields of records, as rows that DuckDB reads where they are |
| src/whole.c | all fields of records, as JSON |
| sources.py | from which of them the library was built |
| binding.py | all of that as Python sees it |
| search.py, rows.py, whole.py | the same, as the scan and the loader use it |
"""

from splreplay.scan.native import binding
from splreplay.scan.native.rows import Fields, Reader, ReadRow, Rows, RowStream, in_list, readable
from splreplay.scan.native.search import NativeNeedle, Spans, joined, lines, rarest, records
from splreplay.scan.native.whole import Whole

__all__ = [
    "Fields",
    "NativeNeedle",
    "ReadRow",
    "Reader",
    "RowStream",
    "Rows",
    "Spans",
    "Whole",
    "binding",
    "in_list",
    "joined",
    "lines",
    "rarest",
    "readable",
    "records",
]

"""What eval, where and stats can compute: one row a function, one table a family.

Adding a function is adding a row. `EVAL` and `STATS` are also the answer to "what is supported?".
"""

from __future__ import annotations

from splreplay.functions import (
    conditional,
    conversion,
    crypto,
    informational,
    json,
    math,
    multivalue,
    statistical,
    tables,
    text,
    time,
)
from splreplay.functions.stats import REFUSED as REFUSED_STATS
from splreplay.functions.stats import ROWS as STATS_ROWS
from splreplay.sql.rows import EvalRow, StatsRow

FAMILIES: dict[str, tuple[EvalRow, ...]] = {
    "Comparison and conditional": (*conditional.ROWS, *tables.ROWS),
    "Conversion": conversion.ROWS,
    "Cryptographic": crypto.ROWS,
    "Date and time": time.ROWS,
    "Informational": informational.ROWS,
    "JSON": json.ROWS,
    "Mathematical, trigonometric, bitwise": math.ROWS,
    "Multivalue": multivalue.ROWS,
    "Statistical": statistical.ROWS,
    "Text": text.ROWS,
}

EVAL: dict[str, EvalRow] = {row.name: row for rows in FAMILIES.values() for row in rows}
STATS: dict[str, StatsRow] = {name: row for row in STATS_ROWS for name in (row.name, *row.aliases)}

__all__ = ["EVAL", "FAMILIES", "REFUSED_STATS", "STATS"]

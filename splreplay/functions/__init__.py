"""What eval, where and stats can compute: one row a function, one table a family.

Adding a function is adding a row. `EVAL` and `STATS` are also the answer to "what is supported?".
"""

from __future__ import annotations

from splreplay.functions import conditional
from splreplay.functions.rows import EvalRow, StatsRow
from splreplay.functions.stats import ROWS as STATS_ROWS

FAMILIES = {"conditional": conditional.ROWS}

EVAL: dict[str, EvalRow] = {row.name: row for rows in FAMILIES.values() for row in rows}
STATS: dict[str, StatsRow] = {name: row for row in STATS_ROWS for name in (row.name, *row.aliases)}

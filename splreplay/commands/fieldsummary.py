"""`fieldsummary`: a row for each field, with its values counted.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/fieldsummary
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.row import EVERYTHING, CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, whole
from splreplay.spl.errors import ParseError, Span
from splreplay.sql.derive import present
from splreplay.sql.expr import multi
from splreplay.sql.relation import Kind, Relation
from splreplay.sql.tables import load_rows
from splreplay.values.wildcards import matching

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

OPTIONS: dict[str, Converter] = {"maxvals": whole}
NUMBERS = ("max", "mean", "min", "stdev")
COLUMNS = ("field", "count", "distinct_count", "is_exact", "max", "mean", "min", "numeric_count", "stdev", "values")


@dataclass(frozen=True)
class Fieldsummary(ast.Node):
    """No names: every field that does not begin with `_`. `maxvals` 0: all values."""

    names: tuple[str, ...]
    maxvals: int


def parse(parser: PipelineParser, span: Span) -> Fieldsummary:
    cursor = parser.cursor(span)
    options, names = mixed(cursor, OPTIONS)
    maxvals = int(str(options.get("maxvals", 100)))
    if maxvals < 0:
        raise ParseError("maxvals= must not be negative", span, "write maxvals=0 for all values")
    return Fieldsummary(tuple(names), maxvals, span=span)


def compile_fieldsummary(session: Session, before: Relation, node: Fieldsummary) -> Relation:
    table, known = present(session, before)
    named = {field for name in node.names or ("*",) for field in matching(name, known)} & set(known)
    rows = [_summary(session, table, field, node.maxvals) for field in sorted(named)]
    return load_rows(session, rows, COLUMNS, dict.fromkeys(NUMBERS, Kind.NUM))


def _summary(session: Session, table: Relation, field: str, maxvals: int) -> dict[str, Any]:
    values = multi(session.scope(table).field(field))
    (count,) = session.one(f"SELECT count({values}) FROM {table.name}")
    counts = session.execute(
        f"SELECT v, count(*) AS n FROM (SELECT unnest({values}) AS v FROM {table.name}) WHERE v IS NOT NULL "
        "GROUP BY v ORDER BY n DESC, v"
    ).fetchall()
    listed = counts[: maxvals or None]
    numbers = [(number, n) for value, n in counts if (number := _number(value)) is not None]
    return {
        "field": field,
        "count": str(count),
        "distinct_count": str(len(counts)),
        "is_exact": "1" if len(listed) == len(counts) else "0",
        "numeric_count": str(sum(n for _, n in numbers)),
        "values": json.dumps([{"value": value, "count": n} for value, n in listed], separators=(",", ":")),
        **_statistics(numbers),
    }


def _number(text: str) -> float | None:
    try:
        found = float(text) if text.strip() == text and "_" not in text else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _statistics(numbers: list[tuple[float, int]]) -> dict[str, float]:
    """Of numbers and how often each is there; the deviation is that of a sample."""
    if not numbers:
        return {}
    total = sum(n for _, n in numbers)
    mean = math.fsum(number * n for number, n in numbers) / total
    squares = math.fsum((number - mean) ** 2 * n for number, n in numbers)
    deviation = math.sqrt(squares / (total - 1)) if total > 1 else 0.0
    return {"max": max(numbers)[0], "mean": mean, "min": min(numbers)[0], "stdev": deviation}


def reads_fieldsummary(node: Fieldsummary) -> Reads:
    return reads(node.names, closes=True) if node.names else EVERYTHING


ROWS = (
    CommandRow(
        "fieldsummary",
        parse,
        compile_fieldsummary,
        reads_fieldsummary,
        example="fieldsummary maxvals=10 eventName user*",
    ),
)

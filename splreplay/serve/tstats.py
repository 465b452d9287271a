"""`| tstats count where ... by ...`: counts over what is indexed, straight from the store.

Splunk's tstats reads index files and not events; here only the count by metadata exists, which is what
tests wait with. Everything else about tstats is refused.
"""

from __future__ import annotations

import re

from splreplay.serve.state.metadata import COLUMNS, all_of, condition, narrow
from splreplay.serve.state.store import EventStore, Where
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.search import parse_search
from splreplay.sql.session import Row

SHAPE = re.compile(
    r"\s*\|\s*tstats\s+count(?:\(\))?(?:\s+as\s+(?P<name>\w+))?"
    r"(?:\s+where\s+(?P<where>.*?))?(?:\s+by\s+(?P<by>[\w ,]+?))?\s*",
    re.IGNORECASE | re.DOTALL,
)
BEGIN = re.compile(r"\s*\|\s*tstats\b", re.IGNORECASE)
ADVICE = "write | tstats count where index=... host=... by index, host, source, sourcetype"


def is_tstats(spl: str) -> bool:
    return BEGIN.match(spl) is not None


def run_tstats(spl: str, store: EventStore, bounds: Where, default_indexes: list[str]) -> tuple[list[str], list[Row]]:
    """The fields and the rows."""
    found = SHAPE.fullmatch(spl)
    if found is None:
        raise CompileError("this tstats is not supported here", Span(0, len(spl)), ADVICE)
    by = [name for name in re.split(r"[ ,]+", found["by"] or "") if name]
    if unknown := [name for name in by if name not in COLUMNS]:
        raise CompileError(f"tstats here has no field '{unknown[0]}'", Span(*found.span("by")), ADVICE)
    where = all_of([_filter(spl, found, default_indexes), bounds])
    return [*by, found["name"] or "count"], _count(store, where, by, found["name"] or "count")


def _filter(spl: str, found: re.Match[str], default_indexes: list[str]) -> Where:
    if found["where"] is None:
        return condition(None, default_indexes)
    node = parse_search(spl, Span(*found.span("where")), _no_subsearch)
    if not _is_exact(node):
        raise CompileError(
            "tstats here compares index, host, source and sourcetype only", Span(*found.span("where")), ADVICE
        )
    return condition(node, default_indexes)


def _is_exact(node: ast.Node) -> bool:
    """Whether `narrow` says all that the expression says."""
    if isinstance(node, (ast.And, ast.Or)):
        return all(map(_is_exact, node.items))
    return narrow(node) is not None


def _no_subsearch(token: object) -> ast.Subsearch:
    raise CompileError("tstats takes no subsearch here", Span(0, 1), ADVICE)


def _count(store: EventStore, where: Where, by: list[str], name: str) -> list[Row]:
    columns = [COLUMNS[field] for field in by]
    rest = f"GROUP BY {', '.join(columns)} ORDER BY {', '.join(columns)}" if columns else ""
    rows = store.rows(", ".join([*columns, "count(*)"]), where, rest)
    return [dict(zip([*by, name], map(str, row), strict=True)) for row in rows]

"""`lookup`: fields from a table, by equal, wildcard or network values.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/lookup
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TYPE_CHECKING

from splreplay.commands.parts.lookup import Lookup, Pairs, parse_lookup
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.knowledge.lookups import Definition, Table
from splreplay.knowledge.matching import Matcher
from splreplay.spl.cursor import boolean
from splreplay.spl.errors import CompileError, Span
from splreplay.sql.derive import derive
from splreplay.sql.expr import multi
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser


def parse(parser: PipelineParser, span: Span) -> Lookup:
    cursor = parser.cursor(span)
    cursor.options({"local": boolean, "update": boolean})
    found = parse_lookup(cursor)
    cursor.finish("lookup")
    return found


def compile_lookup(walk: Walk, before: Relation, node: Lookup) -> Relation:
    return look_up(walk, before, node)


def look_up(walk: Walk, before: Relation, node: Lookup, narrow: Callable[[str], str] = lambda sql: sql) -> Relation:
    """The rows with the table's fields; `narrow` makes the SQL of a key null where a row is not meant."""
    found, rows = walk.shelf.table(node.table, node.span)
    _check(rows, node)
    scope = walk.scope(before)
    inputs = [narrow(multi(scope.field(name))) for _, name in node.keys]
    search = _Search(found, rows, node, node.outputs or outputs_of(rows, node))
    return derive(walk, before, inputs, search, overwrite=not node.new)


def outputs_of(rows: Table, node: Lookup) -> Pairs:
    keys = {name for name, _ in node.keys}
    return tuple((name, name) for name in rows.fields if name not in keys and name != "_key")


def _check(rows: Table, node: Lookup) -> None:
    for name, _ in (*node.keys, *node.outputs):
        if name not in rows.fields and rows.fields:
            known = f"it has {', '.join(rows.fields)[:200]}"
            raise CompileError(f"lookup '{node.table[:60]}' has no field '{name[:60]}'", node.span, known)


class _Search:
    """From the values of the key fields in one row to the fields that the table gives."""

    def __init__(self, definition: Definition, rows: Table, node: Lookup, outputs: Pairs) -> None:
        self.matcher = Matcher(definition, rows, [name for name, _ in node.keys])
        self.definition, self.table, self.outputs = definition, rows, outputs

    def __call__(self, *values: list[str] | None) -> dict[str, list[str]]:
        if any(value is None for value in values):
            return {}
        numbers = [number for key in product(*(value or [] for value in values)) for number in self.matcher.rows(key)]
        missing = max(self.definition.min_matches - len(numbers), 0)
        return {name: self._column(field, numbers, missing) for field, name in self.outputs}

    def _column(self, field: str, numbers: Sequence[int], missing: int) -> list[str]:
        cells = [self.table.rows[number].get(field) for number in numbers]
        found = [value for cell in cells if cell is not None for value in (cell if isinstance(cell, list) else [cell])]
        return found + [self.definition.default_match] * missing


def reads_lookup(node: Lookup) -> Reads:
    names = [name for _, name in node.keys]
    return reads([*names, *(name for _, name in node.outputs)] if node.new else names)


ROWS = (
    CommandRow(
        "lookup",
        parse,
        compile_lookup,
        reads_lookup,
        example="lookup owners account AS aws_account_id OUTPUT owner",
    ),
)

"""`lookup()`: what a CSV lookup gives for some values, as a JSON object.

https://help.splunk.com/en/splunk-enterprise/spl-search-reference/9.4/evaluation-functions/comparison-and-conditional-functions
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from splreplay.spl import ast
from splreplay.spl.errors import CompileError
from splreplay.sql.expr import Expr, text
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow, Udf

if TYPE_CHECKING:
    from splreplay.knowledge.lookups import Table
    from splreplay.knowledge.matching import Matcher
    from splreplay.sql.scope import Scope

EXAMPLE = 'lookup("owners.csv", json_object("account", account), json_array("owner"))'


def _lookup(scope: Scope, node: ast.Call) -> Expr:
    from splreplay.knowledge.lookups import Shelf
    from splreplay.knowledge.matching import Matcher

    name, keys, outputs = node.args
    shelf = scope.session.shelf
    assert isinstance(shelf, Shelf)
    definition, rows = shelf.table(scope.literal(name, "the table of lookup()"), node.span)
    pairs = _arguments(keys, "json_object")
    if not pairs or len(pairs) % 2:
        raise CompileError("json_object() takes pairs of field and value", keys.span, f"for example {EXAMPLE}")
    fields = [scope.literal(pair, "a field of the lookup") for pair in pairs[::2]]
    values = [text(scope.value(pair)) for pair in pairs[1::2]]
    found = [scope.literal(item, "a field of the lookup") for item in _arguments(outputs, "json_array")]
    _check(rows, [*fields, *found], node)
    search = _Search(Matcher(definition, rows, fields), rows, found)
    udf = Udf(scope.session.fresh("spl_lookup"), search, (Kind.TEXT,) * len(values), Kind.TEXT)
    return Expr(f"{scope.session.use(udf)}({', '.join(values)})", Kind.TEXT)


def _arguments(node: ast.Node, name: str) -> Sequence[ast.Node]:
    if isinstance(node, ast.Call) and node.name == name:
        return node.args
    raise CompileError(f"lookup() needs {name}(...) here", node.span, f"for example {EXAMPLE}")


def _check(rows: Table, names: Sequence[str], node: ast.Call) -> None:
    missing = [name for name in names if rows.fields and name not in rows.fields]
    if missing:
        known = f"it has {', '.join(rows.fields)[:200]}"
        raise CompileError(f"the lookup has no field '{missing[0][:60]}'", node.span, known)


class _Search:
    """From key values to the object; null where no row matches."""

    def __init__(self, matcher: Matcher, rows: Table, outputs: Sequence[str]) -> None:
        self.matcher, self.table, self.outputs = matcher, rows, outputs

    def __call__(self, *values: str | None) -> str | None:
        given = tuple(value for value in values if value is not None)
        numbers = self.matcher.rows(given) if len(given) == len(values) else []
        cells = {name: [self.table.rows[number].get(name) for number in numbers] for name in self.outputs}
        found = {name: one[0] if len(one) == 1 else one for name, one in cells.items() if one}
        return json.dumps(found, ensure_ascii=False, separators=(",", ":")) if found else None


ROWS = (EvalRow("lookup", "TAA", build=_lookup, example=EXAMPLE),)

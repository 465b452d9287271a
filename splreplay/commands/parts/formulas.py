"""`eval(avg(size)/max(delay)) AS ratio` of chart and timechart: an expression over aggregates."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from splreplay.commands.parts.aggregates import Aggregate, find_row, split_number
from splreplay.spl import ast
from splreplay.spl.cursor import Cursor
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.formula import parse_formula
from splreplay.spl.names import field_name


@dataclass(frozen=True)
class Formula(ast.Node):
    """The expression reads each of `parts` under its hidden name."""

    expression: ast.Node
    parts: tuple[Aggregate, ...]
    name: str
    named: bool = False


def parse_aggregate_formula(cursor: Cursor) -> Formula:
    start = cursor.take()
    inside = cursor.group(cursor.take())
    written = f"eval({cursor.text[inside.start : inside.end].strip()})"
    parts: list[Aggregate] = []
    expression = _over_parts(parse_formula(cursor.text, inside), parts)
    span = Span(start.span.start, inside.end + 1)
    if not parts:
        raise CompileError("eval(...) holds no statistical function", span, "for example eval(avg(a)/max(b))")
    name = field_name(cursor, "a name after AS") if cursor.accept_word("as") else ""
    return Formula(expression, tuple(parts), name or written, bool(name), span=span)


def _over_parts(node: Any, parts: list[Aggregate]) -> Any:
    """The tree with every statistical function of one argument replaced by a field of its result."""
    part = _part(node)
    if part is not None:
        parts.append(part)
        return ast.FieldRef(part.name, True, span=node.span)
    if isinstance(node, tuple):
        return tuple(_over_parts(item, parts) for item in node)
    if not isinstance(node, ast.Node):
        return node
    changed = {f.name: _over_parts(getattr(node, f.name), parts) for f in fields(node) if f.name != "span"}
    return replace(node, **changed)


def _part(node: Any) -> Aggregate | None:
    if not isinstance(node, ast.Node):
        return None
    name = f"\0part{node.span.start}"
    if isinstance(node, ast.FieldRef) and not node.quoted and node.name in ("count", "c"):
        return Aggregate(node.name, None, name, True, span=node.span)
    if not isinstance(node, ast.Call) or len(node.args) > 1:
        return None
    try:
        split_number(node.name)
    except KeyError:
        return None
    find_row(node.name, node.span)
    argument = node.args[0] if node.args else None
    field = argument.name if isinstance(argument, ast.FieldRef) else argument
    return Aggregate(node.name, field, name, True, span=node.span)

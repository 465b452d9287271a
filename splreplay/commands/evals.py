"""`eval` and `where`; `fieldformat`, which is read and changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.subsearch import answered
from splreplay.commands.row import EVERYTHING, CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.errors import ParseError, RunError, Span
from splreplay.spl.fields import formula_fields
from splreplay.spl.formula import parse_assignments, parse_formula
from splreplay.sql.expr import Expr, shown, text, unify
from splreplay.sql.relation import Kind

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation


NAME, VALUE = "\0name", "\0value"  # columns between two steps; no field of a record has a NUL in its name
MOST_NAMES = 1000
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Eval(ast.Node):
    """Assignments in order; a later one sees the earlier ones."""

    assignments: tuple[tuple[str, ast.Node], ...]


@dataclass(frozen=True)
class Where(ast.Node):
    condition: ast.Node


def parse_eval(parser: PipelineParser, span: Span) -> Eval:
    pairs = parse_assignments(parser.text, span, parser.subsearch)
    return Eval(tuple((target.text, expression) for target, expression in pairs), span=span)


def compile_eval(walk: Walk, before: Relation, node: Eval) -> Relation:
    relation = before
    for target, expression in node.assignments:
        value = walk.scope(relation).value(answered(walk, expression))
        value = value if target == "_time" else shown(value)  # commands on time want the number itself
        if _PLACEHOLDER.search(target):
            relation = _assign_by_value(walk, relation, target, value, expression.span)
        else:
            relation = walk.extend(relation, {target: value})
    return relation


def _assign_by_value(walk: Walk, before: Relation, target: str, value: Expr, span: Span) -> Relation:
    """`{field}=x`: in each row the value of `field` is the name of the field to set."""
    scope = walk.scope(before)
    pieces = enumerate(_PLACEHOLDER.split(target))
    parts = [text(scope.field(piece)) if index % 2 else walk.bind(piece) for index, piece in pieces]
    named = Expr(" || ".join(parts), Kind.TEXT)
    relation = walk.materialise(walk.extend(before, {NAME: named, VALUE: value}))
    new = {field: _chosen(walk, relation, field) for field in _names(walk, relation, target, span)}
    return walk.extend(relation.show(field for field in relation.columns if field not in (NAME, VALUE)), new)


def _names(walk: Walk, relation: Relation, target: str, span: Span) -> list[str]:
    name = relation.columns[NAME].sql
    sql = f"SELECT DISTINCT {name} FROM {relation.name} WHERE {name} <> '' ORDER BY 1 LIMIT {MOST_NAMES + 1}"
    names = [row[0] for row in walk.execute(sql).fetchall()]
    if len(names) > MOST_NAMES:
        raise RunError(f"'{target[:60]}' would make more than {MOST_NAMES:,} fields", span)
    if any(_PLACEHOLDER.search(field) for field in names):
        raise RunError(f"'{target[:60]}' would make a name that has braces itself", span)
    return names


def _chosen(walk: Walk, relation: Relation, field: str) -> Expr:
    """The value where the row names this field, what it held where not."""
    scope = walk.scope(relation)
    sqls, kind = unify([scope.field(VALUE), scope.field(field)])
    named = f"{relation.columns[NAME].sql} = {walk.bind(field)}"
    return Expr(f"CASE WHEN {named} THEN {sqls[0]} ELSE {sqls[1]} END", kind)


def reads_eval(node: Eval) -> Reads:
    if any(_PLACEHOLDER.search(target) for target, _ in node.assignments):
        return EVERYTHING
    return reads(name for _, expression in node.assignments for name in formula_fields(expression))


def parse_where(parser: PipelineParser, span: Span) -> Where:
    return Where(parse_formula(parser.text, span, parser.subsearch), span=span)


def reads_where(node: Where) -> Reads:
    return reads(formula_fields(node.condition))


def compile_where(walk: Walk, before: Relation, node: Where) -> Relation:
    test = walk.scope(before).condition(answered(walk, node.condition))
    return walk.step(before, f"SELECT * FROM {{prev}} WHERE {test}")


@dataclass(frozen=True)
class Fieldformat(ast.Node):
    """How a field is to look in Splunk Web; exports, and so the rows here, keep its value."""

    field: str
    expression: ast.Node


def parse_fieldformat(parser: PipelineParser, span: Span) -> Fieldformat:
    (target, expression), *more = parse_assignments(parser.text, span, parser.subsearch)
    if more:
        advice = "write | fieldformat for each field"
        raise ParseError("fieldformat takes one field", more[0][0].span, advice)
    return Fieldformat(target.text, expression, span=span)


def compile_fieldformat(walk: Walk, before: Relation, node: Fieldformat) -> Relation:
    walk.scope(before).value(answered(walk, node.expression))  # what is wrong with it is said
    walk.inform(f"fieldformat changes how Splunk Web shows {node.field}, not its value: the rows here keep it")
    return before


ROWS = (
    CommandRow(
        "fieldformat",
        parse_fieldformat,
        compile_fieldformat,
        lambda node: reads(formula_fields(node.expression)),
        example='fieldformat total=tostring(total, "commas")',
    ),
    CommandRow("eval", parse_eval, compile_eval, reads_eval, example="eval failed=if(isnull(errorCode), 0, 1)"),
    CommandRow("where", parse_where, compile_where, reads_where, keeps=True, example="where count > 5"),
)

"""`eval` and `where`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay import ast
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.errors import Span
from splreplay.parser.formula import parse_assignments, parse_formula
from splreplay.plan import formula_fields

if TYPE_CHECKING:
    from splreplay.parser.pipeline import PipelineParser
    from splreplay.relation import Relation
    from splreplay.run import Run


@dataclass(frozen=True)
class Eval(ast.Node):
    """Assignments in order; a later one sees the earlier ones."""

    assignments: tuple[tuple[str, ast.Node], ...]


@dataclass(frozen=True)
class Where(ast.Node):
    condition: ast.Node


def parse_eval(parser: PipelineParser, span: Span) -> Eval:
    pairs = parse_assignments(parser.text, span)
    return Eval(tuple((target.text, expression) for target, expression in pairs), span=span)


def compile_eval(run: Run, before: Relation, node: Eval) -> Relation:
    relation = before
    for target, expression in node.assignments:
        relation = run.extend(relation, {target: run.scope(relation).value(expression)})
    return relation


def reads_eval(node: Eval) -> Reads:
    return reads(name for _, expression in node.assignments for name in formula_fields(expression))


def parse_where(parser: PipelineParser, span: Span) -> Where:
    return Where(parse_formula(parser.text, span), span=span)


def reads_where(node: Where) -> Reads:
    return reads(formula_fields(node.condition))


def compile_where(run: Run, before: Relation, node: Where) -> Relation:
    return run.step(before, f"SELECT * FROM {{prev}} WHERE {run.scope(before).condition(node.condition)}")


ROWS = (
    CommandRow("eval", parse_eval, compile_eval, reads_eval, example="eval failed=if(isnull(errorCode), 0, 1)"),
    CommandRow("where", parse_where, compile_where, reads_where, example="where count > 5"),
)

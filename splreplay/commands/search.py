"""`search`: at the beginning it reads events, later it filters rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from splreplay.commands.row import EVERYTHING, CommandRow, Reads, reads
from splreplay.knowledge.eventtypes import KNOWLEDGE
from splreplay.load.plan import filter_fields
from splreplay.spl import ast
from splreplay.spl.errors import Span
from splreplay.spl.search import parse_search

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Run


def parse(parser: PipelineParser, span: Span) -> ast.Node:
    return parse_search(parser.text, span, parser.subsearch)


def compile_search(run: Run, before: Relation, node: ast.Node) -> Relation:
    from splreplay.compiler.filter import predicate

    test = predicate(run.scope(before), resolve(run, node))
    return run.step(before, f"SELECT * FROM {{prev}} WHERE {test}")


def resolve(run: Run, node: ast.Node) -> ast.Node:
    """The expression with every subsearch run and replaced by what its rows say."""
    if isinstance(node, ast.Subsearch):
        from splreplay.commands.subsearch import as_filter

        return as_filter(run, node)
    if isinstance(node, ast.CompareSubsearch):
        from splreplay.commands.subsearch import as_text

        return ast.Compare(node.field, node.op, as_text(run, node.subsearch), True, span=node.span)
    if isinstance(node, ast.Compare) and node.field in KNOWLEDGE and node.op == "=":
        return KNOWLEDGE[node.field](run, node)
    if isinstance(node, ast.And | ast.Or):
        return type(node)(tuple(resolve(run, item) for item in node.items), span=node.span)
    if isinstance(node, ast.Not):
        return ast.Not(resolve(run, node.item), span=node.span)
    return node


def _reads(node: ast.Node) -> Reads:
    """A subsearch may answer with any field."""
    return EVERYTHING if _has_subsearch(node) else reads(filter_fields(node))


def _has_subsearch(node: ast.Node) -> bool:
    if isinstance(node, ast.And | ast.Or):
        return any(map(_has_subsearch, node.items))
    return isinstance(node, ast.Subsearch | ast.CompareSubsearch) or (
        isinstance(node, ast.Not) and _has_subsearch(node.item)
    )


ROWS = (CommandRow("search", parse, compile_search, _reads, example="search status=New"),)

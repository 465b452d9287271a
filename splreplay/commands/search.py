"""`search`: at the beginning it reads events, later it filters rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from splreplay.commands.row import EVERYTHING, CommandRow, Reads, reads
from splreplay.knowledge.eventtypes import KNOWLEDGE
from splreplay.spl import ast
from splreplay.spl.errors import Span
from splreplay.spl.fields import filter_fields
from splreplay.spl.search import parse_search

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session


def parse(parser: PipelineParser, span: Span) -> ast.Node:
    return parse_search(parser.text, span, parser.subsearch)


def compile_search(session: Session, before: Relation, node: ast.Node) -> Relation:
    from splreplay.compiler.filter import predicate

    test = predicate(session.scope(before), resolve(session, node))
    return session.step(before, f"SELECT * FROM {{prev}} WHERE {test}")


def resolve(session: Session, node: ast.Node) -> ast.Node:
    """The expression with every subsearch run and replaced by what its rows say."""
    if isinstance(node, ast.Subsearch):
        from splreplay.commands.subsearch import as_filter

        return as_filter(session, node)
    if isinstance(node, ast.CompareSubsearch):
        from splreplay.commands.subsearch import as_text

        return ast.Compare(node.field, node.op, as_text(session, node.subsearch), True, span=node.span)
    if isinstance(node, ast.Compare) and node.field in KNOWLEDGE and node.op == "=":
        return KNOWLEDGE[node.field](session, node)
    if isinstance(node, ast.And | ast.Or):
        return type(node)(tuple(resolve(session, item) for item in node.items), span=node.span)
    if isinstance(node, ast.Not):
        return ast.Not(resolve(session, node.item), span=node.span)
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

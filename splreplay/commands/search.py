"""`search`: at the beginning it reads events, later it filters rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from splreplay.commands.parts.subsearch import has_subsearch, resolve
from splreplay.commands.row import EVERYTHING, CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.bounds import plain
from splreplay.spl.errors import Span
from splreplay.spl.fields import filter_fields
from splreplay.spl.search import parse_search

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation


def parse(parser: PipelineParser, span: Span) -> ast.Node:
    return parse_search(parser.text, span, parser.subsearch)


def compile_search(walk: Walk, before: Relation, node: ast.Node) -> Relation:
    test = walk.scope(before).keeps(plain(resolve(walk, node)))
    return walk.step(before, f"SELECT * FROM {{prev}} WHERE {test}")


def _reads(node: ast.Node) -> Reads:
    """A subsearch may answer with any field."""
    return EVERYTHING if has_subsearch(node) else reads(filter_fields(plain(node)))


ROWS = (CommandRow("search", parse, compile_search, _reads, keeps=True, example="search status=New"),)

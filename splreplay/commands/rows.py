"""Commands that choose and order rows: head, ..."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay import ast
from splreplay.commands.row import CommandRow, Reads
from splreplay.errors import Span
from splreplay.parser.cursor import whole

if TYPE_CHECKING:
    from splreplay.parser.pipeline import PipelineParser
    from splreplay.relation import Relation
    from splreplay.run import Run


@dataclass(frozen=True)
class Head(ast.Node):
    limit: int


def parse_head(parser: PipelineParser, span: Span) -> Head:
    cursor = parser.cursor(span)
    options = cursor.options({"limit": whole})
    limit = options.get("limit", 10) if cursor.done else whole(cursor.name("a number of rows").text)
    cursor.finish("head")
    return Head(int(str(limit)), span=span)


def compile_head(run: Run, before: Relation, node: Head) -> Relation:
    return run.step(before, f"SELECT * FROM {{prev}} ORDER BY o LIMIT {node.limit}")


ROWS = (CommandRow("head", parse_head, compile_head, lambda node: Reads(), example="head 5"),)

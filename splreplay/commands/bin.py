"""`bin` (also `bucket`, `discretize`): values to the bins they are in.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/bin
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.bins import bin_field
from splreplay.commands.row import CommandRow, reads
from splreplay.spl import ast
from splreplay.spl.errors import ParseError, Span
from splreplay.spl.names import field_name
from splreplay.spl.spans import BIN_OPTIONS, BinOptions, bin_options
from splreplay.sql.relation import Kind

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session


@dataclass(frozen=True)
class Bin(ast.Node):
    field: str
    target: str
    options: BinOptions


def parse(parser: PipelineParser, span: Span) -> Bin:
    cursor = parser.cursor(span)
    options: dict[str, Any] = {}
    names: list[str] = []
    target = ""
    while not cursor.done:
        option = cursor.option(BIN_OPTIONS)
        if option is not None:
            options[option[0]] = option[1]
        elif names and cursor.accept_word("as"):
            target = field_name(cursor, "a name after AS")
        else:
            names.append(field_name(cursor))
    if len(names) != 1:
        raise ParseError(f"bin works on one field, not {len(names)}", span, "for example bin _time span=5m")
    return Bin(names[0], target or names[0], bin_options(options), span=span)


def compile_bin(session: Session, before: Relation, node: Bin) -> Relation:
    if session.scope(before).field(node.field).kind is Kind.NULL:
        return before
    decided = node.options.span is not None and not node.options.aligntime
    relation = before if decided else session.materialise(before)
    binned = bin_field(session, relation, node.field, node.options, node.span)
    return session.extend(relation, {node.target: binned.label})


_ROW = CommandRow("bin", parse, compile_bin, lambda node: reads([node.field]), example="bin _time span=10m")
ROWS = (_ROW, *(replace(_ROW, name=name) for name in ("bucket", "discretize")))

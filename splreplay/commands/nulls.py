"""`fillnull` and `filldown`: a value where a row has none. Null means absent; an empty text is a value.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/fillnull
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.errors import Span
from splreplay.sql.derive import present
from splreplay.sql.expr import Expr, unify
from splreplay.sql.relation import Kind, Relation
from splreplay.values.wildcards import matching

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session


@dataclass(frozen=True)
class Fillnull(ast.Node):
    """No names: every field that some row has."""

    value: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Filldown(ast.Node):
    names: tuple[str, ...]


def parse_fillnull(parser: PipelineParser, span: Span) -> Fillnull:
    options, names = mixed(parser.cursor(span), {"value": str})
    return Fillnull(str(options.get("value", "0")), tuple(names), span=span)


def compile_fillnull(session: Session, before: Relation, node: Fillnull) -> Relation:
    relation, names = _fields(session, before, node.names)
    scope = session.scope(relation)
    value = Expr(session.bind(node.value), Kind.TEXT)
    filled = {}
    for name in names:
        sqls, kind = unify([scope.field(name), value])
        filled[name] = Expr(f"coalesce({', '.join(sqls)})", kind)
    return session.extend(relation, filled)


def _fields(session: Session, before: Relation, names: tuple[str, ...]) -> tuple[Relation, list[str]]:
    if names:
        return before, [field for name in names for field in matching(name, before.columns)]
    relation, known = present(session, before)
    return relation, [name for name in known if not name.startswith("_")]


def parse_filldown(parser: PipelineParser, span: Span) -> Filldown:
    _, names = mixed(parser.cursor(span), {})
    return Filldown(tuple(names), span=span)


def compile_filldown(session: Session, before: Relation, node: Filldown) -> Relation:
    relation, names = _fields(session, before, node.names)
    last = "last_value({0} IGNORE NULLS) OVER (ORDER BY o)"
    known = {name: relation.columns[name] for name in names if name in relation.columns}
    return session.extend(
        relation, {name: Expr(last.format(column.sql), column.kind) for name, column in known.items()}
    )


ROWS = (
    CommandRow(
        "fillnull",
        parse_fillnull,
        compile_fillnull,
        lambda node: reads(node.names),
        example="fillnull value=unknown errorCode user",
    ),
    CommandRow(
        "filldown",
        parse_filldown,
        compile_filldown,
        lambda node: reads(node.names) if node.names else Reads(),
        example="filldown user",
    ),
)

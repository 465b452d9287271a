"""`replace`: whole values for other values, with wildcards.

An exact pair beats one with wildcards, a later exact pair an earlier one, and a fuller wildcard a lesser one.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/replace
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Cursor
from splreplay.spl.errors import CompileError, Span
from splreplay.sql.calls import apply
from splreplay.sql.relation import Relation
from splreplay.sql.rows import EvalRow
from splreplay.values.wildcards import filled, matching, regex

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session


@dataclass(frozen=True)
class Replace(ast.Node):
    """No fields: all but the internal ones."""

    pairs: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]


def parse(parser: PipelineParser, span: Span) -> Replace:
    cursor = parser.cursor(span)
    pairs = [_pair(cursor)]
    while not cursor.done and not cursor.now.is_word("in"):
        cursor.accept_op(",")
        pairs.append(_pair(cursor))
    fields = cursor.some_names("replace ... IN") if cursor.accept_word("in") else ()
    return Replace(tuple(pairs), fields, span=span)


def _pair(cursor: Cursor) -> tuple[str, str]:
    old = cursor.name("the value to replace")
    if not cursor.accept_word("with"):
        raise cursor.wrong(f"expected WITH after '{old.text[:60]}'", "write replace old WITH new IN field")
    new = cursor.name("the new value")
    if new.text.count("*") not in (0, old.text.count("*")):
        raise CompileError("the new value needs as many wildcards as the old one, or none", old.span.to(new.span))
    return old.text, new.text


def compile_replace(session: Session, before: Relation, node: Replace) -> Relation:
    named = [field for name in node.fields for field in matching(name, before.columns)]
    fields = named or [field for field in before.columns if not field.startswith("_")]
    row = EvalRow(session.fresh("replace"), "T", udf=replacer(node.pairs))
    scope = session.scope(before)
    return session.extend(
        before,
        {field: apply(scope, row, [scope.field(field)]) for field in fields if field in before.columns},
    )


def replacer(pairs: tuple[tuple[str, str], ...]) -> Callable[[str | None], str | None]:
    exact = {old: new for old, new in pairs if "*" not in old}
    wild = sorted(((old, new) for old, new in pairs if "*" in old), key=lambda pair: -len(pair[0].replace("*", "")))
    patterns = [(regex(old), new) for old, new in wild]

    def replaced(value: str | None) -> str | None:
        if value is None or value in exact:
            return None if value is None else exact[value]
        for expression, new in patterns:
            match = expression.fullmatch(value)
            if match is not None:
                return filled(new, match)
        return value

    return replaced


def reads_replace(node: Replace) -> Reads:
    return reads(node.fields)


ROWS = (
    CommandRow(
        "replace",
        parse,
        compile_replace,
        reads_replace,
        example='replace "*.amazonaws.com" WITH "*" IN eventSource',
    ),
)

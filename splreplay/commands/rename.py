"""`rename`: other names for columns. It changes no row, so it costs no SQL.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/rename
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.names import field_name
from splreplay.sql.derive import for_wildcards
from splreplay.values.wildcards import matching, renamed

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session


@dataclass(frozen=True)
class Rename(ast.Node):
    """Pairs of old and new name, in order; both have the same number of wildcards."""

    pairs: tuple[tuple[str, str], ...]


def parse_rename(parser: PipelineParser, span: Span) -> Rename:
    cursor = parser.cursor(span)
    pairs = []
    while not cursor.done:
        start = cursor.now.span
        old = field_name(cursor, "the field to rename")
        if not cursor.accept_word("as"):
            raise cursor.wrong(f"expected AS after '{old[:60]}'", "write rename old AS new")
        new = field_name(cursor, "the new name")
        if old.count("*") != new.count("*"):
            raise CompileError(
                "both names need the same number of wildcards", start.to(cursor.tokens[cursor.index - 1].span)
            )
        pairs.append((old, new))
        cursor.accept_op(",")
    if not pairs:
        raise cursor.wrong("'rename' needs old AS new")
    return Rename(tuple(pairs), span=span)


def compile_rename(session: Session, before: Relation, node: Rename) -> Relation:
    # A field that no row has must not take the name of one that is there.
    before = for_wildcards(session, before, (old for old, _ in node.pairs))
    columns = dict(before.columns)
    for old, new in node.pairs:
        moves = {field: renamed(field, old, new) for field in matching(old, list(columns))}
        # A field that takes a name which another one has replaces it, also where it has no value itself.
        targets = set(moves.values())
        columns = {
            moves.get(name, name): column for name, column in columns.items() if name in moves or name not in targets
        }
    return replace(before, columns=columns)


def reads_rename(node: Rename) -> Reads:
    return reads(old for old, _ in node.pairs)


ROWS = (CommandRow("rename", parse_rename, compile_rename, reads_rename, example="rename requestParameters.* as *"),)

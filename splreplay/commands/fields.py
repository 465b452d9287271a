"""Commands that choose and name columns: fields, table, rename. They change no row, so they cost no SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from splreplay import ast
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.errors import CompileError, Span

if TYPE_CHECKING:
    from splreplay.parser.pipeline import PipelineParser
    from splreplay.relation import Relation
    from splreplay.run import Run


@dataclass(frozen=True)
class Fields(ast.Node):
    """`fields a b*` keeps, `fields - a b*` removes."""

    names: tuple[str, ...]
    keep: bool


@dataclass(frozen=True)
class Table(ast.Node):
    names: tuple[str, ...]


@dataclass(frozen=True)
class Rename(ast.Node):
    """Pairs of old and new name, in order; both have the same number of wildcards."""

    pairs: tuple[tuple[str, str], ...]


def pattern(name: str) -> re.Pattern[str]:
    """A field name with `*` as a regular expression with one group a star."""
    return re.compile("(.*)".join(map(re.escape, name.split("*"))), re.DOTALL)


def matching(name: str, known: Iterable[str], hidden: bool = False) -> Iterator[str]:
    """The fields that a name with wildcards means; a lone star does not reach names that begin with `_`."""
    if "*" not in name:
        yield name
        return
    expression = pattern(name)
    for field in known:
        if (hidden or name.startswith("_") or not field.startswith("_")) and expression.fullmatch(field):
            yield field


def parse_fields(parser: PipelineParser, span: Span) -> Fields:
    cursor = parser.cursor(span)
    sign = cursor.now.text if cursor.now.text in ("+", "-") else ""
    if sign:
        cursor.take()
    names = list(cursor.some_names("fields"))
    if not sign and names[0][0] in "+-" and len(names[0]) > 1:
        sign, names[0] = names[0][0], names[0][1:]
    return Fields(tuple(names), sign != "-", span=span)


def compile_fields(run: Run, before: Relation, node: Fields) -> Relation:
    named = [field for name in node.names for field in matching(name, before.columns, hidden=not node.keep)]
    if not node.keep:
        return before.show(field for field in before.columns if field not in set(named))
    internal = [field for field in ("_time", "_raw") if field in before.columns]
    return before.show(dict.fromkeys([*internal, *named]))


def reads_fields(node: Fields) -> Reads:
    return reads(node.names, closes=True) if node.keep else Reads()


def parse_table(parser: PipelineParser, span: Span) -> Table:
    cursor = parser.cursor(span)
    return Table(cursor.some_names("table"), span=span)


def compile_table(run: Run, before: Relation, node: Table) -> Relation:
    named = [field for name in node.names for field in matching(name, before.columns)]
    return before.show(dict.fromkeys(named))


def parse_rename(parser: PipelineParser, span: Span) -> Rename:
    cursor = parser.cursor(span)
    pairs = []
    while not cursor.done:
        old = cursor.name("the field to rename")
        if not cursor.accept_word("as"):
            raise cursor.wrong(f"expected AS after '{old.text[:60]}'", "write rename old AS new")
        new = cursor.name("the new name")
        if old.text.count("*") != new.text.count("*"):
            raise CompileError("both names need the same number of wildcards", old.span.to(new.span))
        pairs.append((old.text, new.text))
        cursor.accept_op(",")
    if not pairs:
        raise cursor.wrong("'rename' needs old AS new")
    return Rename(tuple(pairs), span=span)


def compile_rename(run: Run, before: Relation, node: Rename) -> Relation:
    columns = dict(before.columns)
    for old, new in node.pairs:
        moves = {field: _renamed(field, old, new) for field in matching(old, list(columns))}
        kept = {name: column for name, column in columns.items() if name not in moves}
        for name, target in moves.items():
            if name in columns:
                kept[target] = columns[name]
            elif "*" not in old:
                kept.pop(target, None)
        columns = kept
    return replace(before, columns=columns)


def _renamed(field: str, old: str, new: str) -> str:
    if "*" not in old:
        return new
    found = pattern(old).fullmatch(field)
    parts = iter(found.groups() if found else ())
    return re.sub(r"\*", lambda _: next(parts), new)


def reads_rename(node: Rename) -> Reads:
    return reads(old for old, _ in node.pairs)


ROWS = (
    CommandRow("fields", parse_fields, compile_fields, reads_fields, example="fields - _raw"),
    CommandRow("table", parse_table, compile_table, lambda node: reads(node.names, closes=True),
               example="table _time user src_ip"),
    CommandRow("rename", parse_rename, compile_rename, reads_rename, example="rename requestParameters.* as *"),
)  # fmt: skip

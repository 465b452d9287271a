"""`transaction`: events that belong together become one row.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/transaction
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.subsearch import resolve
from splreplay.commands.parts.transactions import Grouping, Member, Transaction, as_list, complete, group
from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.booleans import FALSE, TRUE, truth
from splreplay.spl.cursor import Converter, Cursor, boolean, whole
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.formula import parse_formula
from splreplay.spl.lexer import TokenKind
from splreplay.spl.names import at_option, field_name
from splreplay.spl.search import parse_search, term
from splreplay.spl.spans import TimeSpan, parse_span, seconds_of
from splreplay.sql.expr import Expr
from splreplay.sql.relation import Kind, Relation
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser

STARTS, ENDS = "\0starts", "\0ends"
NUMBERS = ("_time", "duration", "eventcount", "closed_txn", "field_match_sum", "linecount")


@dataclass(frozen=True)
class Filter(ast.Node):
    """A search expression, or a condition of eval."""

    node: ast.Node
    evaluated: bool


@dataclass(frozen=True)
class Rendering:
    """How rows look. `lists`: names of the fields that keep every value in order, or `*`."""

    lists: tuple[str, ...] = ()
    nullstr: str = "NULL"
    mvraw: bool = False
    delim: str = " "
    keepevicted: bool = False
    keeporphans: bool = False


@dataclass(frozen=True)
class TransactionNode(ast.Node):
    grouping: Grouping
    rendering: Rendering
    startswith: Filter | None = None
    endswith: Filter | None = None


def _duration(text: str) -> object:
    if text.startswith("-"):
        return -1.0
    span = parse_span(text) if text != "0" else TimeSpan(0, "second")
    return seconds_of(span) if isinstance(span, TimeSpan) else float(text)


def _not_here(reason: str) -> Converter:
    def refuse(text: str) -> object:
        raise ValueError(reason)

    return refuse


def _always_true(text: str) -> object:
    if not boolean(text):
        raise ValueError("only true is done here")
    return True


LIMITS: dict[str, Converter] = {
    "maxspan": _duration,
    "maxpause": _duration,
    "maxevents": whole,
    "connected": boolean,
    "maxopentxn": whole,
    "maxopenevents": whole,
}
LOOKS: dict[str, Converter] = {
    "nullstr": str,
    "mvraw": boolean,
    "delim": str,
    "keepevicted": boolean,
    "keeporphans": boolean,
}
OTHERS: dict[str, Converter] = {
    "unifyends": _always_true,
    "name": _not_here("transactiontypes.conf is not read; write its settings here"),
}


def parse(parser: PipelineParser, span: Span) -> TransactionNode:
    cursor = parser.cursor(span)
    filters: dict[str, Filter] = {}
    options: dict[str, Any] = {}
    fields: list[str] = []
    lists: tuple[str, ...] = ()
    while not cursor.done:
        if cursor.now.is_word("startswith", "endswith") and cursor.ahead().is_op("="):
            name = cursor.take().text.lower()
            cursor.take()
            filters[name] = _filter(parser, cursor, name)
        elif cursor.now.is_word("mvlist") and cursor.ahead().is_op("="):
            lists = _lists(cursor)
        elif at_option(cursor):
            name, value = cursor.option({**LIMITS, **LOOKS, **OTHERS}) or ("", None)
            options[name] = value
        elif not cursor.accept_op(","):
            fields.append(field_name(cursor))
    limits = {name: value for name, value in options.items() if name in LIMITS}
    looks = {name: value for name, value in options.items() if name in LOOKS}
    starts, ends = filters.get("startswith"), filters.get("endswith")
    grouping = Grouping(tuple(fields), **limits, starts=starts is not None, ends=ends is not None)
    return TransactionNode(grouping, Rendering(lists, **looks), starts, ends, span=span)


def _filter(parser: PipelineParser, cursor: Cursor, name: str) -> Filter:
    """`eval(condition)`, `(search)`, a word, or a text: a phrase, unless it compares something."""
    token = cursor.now
    if token.is_word("eval") and cursor.ahead().is_op("("):
        cursor.take()
        return Filter(parse_formula(cursor.text, cursor.group(cursor.take())), True, span=token.span)
    if token.is_op("("):
        inside = cursor.group(cursor.take())
        return Filter(parse_search(cursor.text, inside, parser.subsearch), False, span=token.span)
    cursor.name(f"a filter for {name}")
    if token.kind is TokenKind.STRING and any(sign in token.text for sign in "=<>"):
        return Filter(parse_search(token.text, Span(0, len(token.text)), parser.subsearch), False, span=token.span)
    return Filter(term(token), False, span=token.span)


def _lists(cursor: Cursor) -> tuple[str, ...]:
    cursor.take()
    cursor.take()
    written = cursor.name("true, false or fields").text
    while cursor.now.is_op(",") and cursor.ahead().kind is TokenKind.WORD:
        cursor.take()
        written += "," + cursor.take().text
    if written.lower() in TRUE | FALSE:
        return ("*",) if truth(written) else ()
    return tuple(name for name in re.split(r"[\s,]+", written) if name)


def compile_transaction(walk: Walk, before: Relation, node: TransactionNode) -> Relation:
    scope = walk.scope(before)
    if scope.field("_time").kind is Kind.NULL:
        raise CompileError("transaction needs _time", node.span, "keep _time in the rows before it")
    flags = {STARTS: node.startswith, ENDS: node.endswith}
    marked = {name: Expr(_test(walk, before, test), Kind.BOOL) for name, test in flags.items() if test}
    names = [name for name in before.columns if name != "_time"]
    events = [_event(row) for row in walk.rows(walk.extend(before, marked))]
    if any(later.time > sooner.time for sooner, later in pairwise(events)):
        walk.warn("transaction expects the newest event first; write sort - _time before it", node.span)
    found = sorted(group(events, node.grouping), key=_time, reverse=True)
    rows = [row for item in found if (row := _row(node, item)) is not None]
    orphans = ("_txn_orphan",) if node.rendering.keeporphans else ()
    fields = dict.fromkeys(("_time", *names, *NUMBERS, *orphans))
    relation = load_rows(walk, rows, tuple(fields), dict.fromkeys((*NUMBERS, *orphans), Kind.NUM))
    columns = {name: replace(column, delim=node.rendering.delim) for name, column in relation.columns.items()}
    return replace(relation, columns=columns)


def _test(walk: Walk, before: Relation, test: Filter) -> str:
    scope = walk.scope(before)
    sql = scope.condition(test.node) if test.evaluated else scope.keeps(resolve(walk, test.node))
    return f"coalesce({sql}, FALSE)"


def _event(row: dict[str, Any]) -> Member:
    starts, ends = row.pop(STARTS, "") == "True", row.pop(ENDS, "") == "True"
    return Member(float(row.pop("_time", 0)), row, starts, ends)


def _time(item: Transaction | Member) -> float:
    return item.time if isinstance(item, Member) else min(event.time for event in item.events)


def _row(node: TransactionNode, item: Transaction | Member) -> dict[str, Any] | None:
    """The row of a transaction; None for what is not shown."""
    if isinstance(item, Member):
        return {"_time": item.time, **item.fields, "_txn_orphan": 1.0} if node.rendering.keeporphans else None
    if not (complete(item, node.grouping) or node.rendering.keepevicted):
        return None
    events = item.events[::-1]
    times = [event.time for event in events]
    names = dict.fromkeys(name for event in events for name in event.fields)
    fields = {name: _values(node.rendering, name, events) for name in names if name != "_raw"}
    raw = [str(event.fields["_raw"]) for event in events if "_raw" in event.fields]
    return {
        "_time": min(times),
        **fields,
        "_raw": raw if node.rendering.mvraw else "\n".join(raw),
        "duration": max(times) - min(times),
        "eventcount": float(len(events)),
        "closed_txn": float(item.closed),
        "field_match_sum": float(sum(name in event.fields for name in node.grouping.fields for event in events)),
        "linecount": float(sum(text.count("\n") + 1 for text in raw)),
    }


def _values(rendering: Rendering, name: str, events: Sequence[Member]) -> list[str]:
    """Every value in order, or the different ones sorted."""
    if "*" in rendering.lists or name in rendering.lists:
        return [value for event in events for value in as_list(event.fields.get(name, rendering.nullstr))]
    return sorted({value for event in events for value in as_list(event.fields.get(name, []))})


ROWS = (
    CommandRow(
        "transaction",
        parse,
        compile_transaction,
        example='transaction user maxpause=5m startswith="ConsoleLogin"',
    ),
)

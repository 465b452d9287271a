"""`makecontinuous`: the bins of a field, and a row for each bin between them that has none.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/makecontinuous
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.parts.bins import bin_field, bins_between, number_span, time_span
from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.cursor import Converter
from splreplay.spl.errors import ParseError, RunError, Span
from splreplay.spl.spans import BIN_OPTIONS, BinOptions, LogSpan, NumberSpan, TimeSpan, bin_options
from splreplay.sql.expr import Expr
from splreplay.sql.relation import Kind, Relation
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

MOST_ROWS = 50_000
OPTIONS: dict[str, Converter] = {name: BIN_OPTIONS[name] for name in ("bins", "span", "start", "end")}


@dataclass(frozen=True)
class Makecontinuous(ast.Node):
    field: str
    options: BinOptions


def parse(parser: PipelineParser, span: Span) -> Makecontinuous:
    options, names = mixed(parser.cursor(span), OPTIONS)
    if len(names) > 1:
        advice = "for example makecontinuous _time span=10m"
        raise ParseError(f"makecontinuous works on one field, not {len(names)}", span, advice)
    return Makecontinuous(names[0] if names else "_time", bin_options(options), span=span)


def compile_makecontinuous(session: Session, before: Relation, node: Makecontinuous) -> Relation:
    if session.scope(before).field(node.field).kind is Kind.NULL:
        return before
    table = session.materialise(before)
    low = bin_field(session, table, node.field, node.options, node.span).low
    relation = session.materialise(_within(session, session.extend(table, {node.field: Expr(low, Kind.NUM)}), node))
    column = relation.columns[node.field].sql
    present = {row[0] for row in session.execute(f"SELECT DISTINCT {column} FROM {relation.name}").fetchall()} - {None}
    if not present:
        return relation
    starts = list(islice(_starts(session, table, node, present), MOST_ROWS + 1))
    if len(starts) > MOST_ROWS:
        message = f"makecontinuous would give more than {MOST_ROWS:,} rows"
        raise RunError(message, node.span, "set a longer span=")
    known = {round(start, 6) for start in present}
    missing = ({node.field: start} for start in starts if round(start, 6) not in known)
    added = load_rows(session, missing, (node.field,), {node.field: Kind.NUM})
    whole = session.union([relation, added])
    return session.reorder(whole, f"{whole.columns[node.field].sql} NULLS LAST, o")


def _within(session: Session, relation: Relation, node: Makecontinuous) -> Relation:
    """The page: data outside of start and end is discarded. What is no number is on no axis."""
    column = relation.columns[node.field].sql
    bounds = (("<", node.options.start), (">", node.options.end)) if node.field != "_time" else ()
    tests = [f"NOT coalesce({column} {op} {bound!r}, FALSE)" for op, bound in bounds if bound is not None]
    return session.step(relation, f"SELECT * FROM {{prev}} WHERE {' AND '.join([f'{column} IS NOT NULL', *tests])}")


def _starts(session: Session, table: Relation, node: Makecontinuous, present: set[float]) -> Iterator[float]:
    """Where each bin begins, from the first to the last that has rows."""
    first, last = min(present), max(present)
    if node.field == "_time":
        span: TimeSpan | NumberSpan | LogSpan = time_span(session, table, node.options)
    else:
        span = number_span(session, table, session.scope(table).field(node.field), node.options)
    if isinstance(span, TimeSpan):
        yield from bins_between(first, last, span, session.tz)
    elif isinstance(span, NumberSpan):
        count = round((last - first) / span.size)
        yield from (round(first + index * span.size, 9) for index in range(min(count, MOST_ROWS) + 1))
    else:
        while first <= last and first > 0:
            yield first
            first = round(first * span.base, 9)


ROWS = (CommandRow("makecontinuous", parse, compile_makecontinuous, example="makecontinuous _time span=10m"),)

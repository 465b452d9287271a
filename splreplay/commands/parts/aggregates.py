"""`count`, `values(src_ip) AS src_ip`, `sum(eval(a*b))`: the terms of stats and its relatives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from splreplay.functions import STATS
from splreplay.functions.stats import REFUSED
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, Cursor
from splreplay.spl.errors import LISTED, CompileError, ParseError, Span, UnknownError, nearest
from splreplay.spl.fields import formula_fields
from splreplay.spl.formula import parse_formula
from splreplay.spl.lexer import unquote
from splreplay.spl.names import field_list, field_name
from splreplay.sql.rows import StatsRow

_EVAL = re.compile(r"\s*eval\s*\(")
_NUMBERED = re.compile(r"([a-z]+?)(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Aggregate(ast.Node):
    """`function(argument) AS name`; argument is a field name, an expression of eval(...), or None."""

    function: str
    argument: str | ast.Node | None
    name: str
    named: bool = False

    @property
    def row(self) -> StatsRow:
        return split_number(self.function)[0]

    @property
    def number(self) -> float:
        """The number in the name: 95 in perc95."""
        return split_number(self.function)[1]

    @property
    def fields(self) -> Iterator[str]:
        """The fields it reads; a function without its argument reads them all."""
        if isinstance(self.argument, ast.Node):
            yield from formula_fields(self.argument)
        elif self.argument is not None or self.row.needs_argument:
            yield self.argument or "*"


@dataclass(frozen=True)
class Terms:
    """What stats, eventstats and streamstats have in common."""

    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]
    options: Mapping[str, object]

    @property
    def fields(self) -> list[str]:
        return [*self.by, *(field for item in self.aggregates for field in item.fields)]


def parse_terms(cursor: Cursor, known: Mapping[str, Converter]) -> Terms:
    """Aggregates, options anywhere between them, and one BY clause behind them."""
    aggregates: list[Aggregate] = []
    by: tuple[str, ...] = ()
    options: dict[str, object] = {}
    while not cursor.done:
        option = cursor.option(known)
        if option is not None:
            options[option[0]] = option[1]
        elif cursor.accept_op(","):
            continue
        elif by:
            raise cursor.wrong("the BY clause comes last")
        elif aggregates and cursor.accept_word("by"):
            by = field_list(cursor, "BY")
        else:
            aggregates.append(parse_aggregate(cursor))
    if not aggregates:
        raise cursor.wrong("expected a statistical function", "for example count or values(src_ip)")
    check_names(aggregates, by)
    return Terms(tuple(aggregates), by, options)


def check_names(aggregates: list[Aggregate], by: tuple[str, ...]) -> None:
    """Every result needs a column of its own."""
    seen: dict[str, Aggregate] = {}
    for item in aggregates:
        if item.name in by:
            raise CompileError(
                f"'{item.name[:60]}' is a field of BY and cannot also be a result",
                item.span,
                "write AS another_name",
            )
        if seen.setdefault(item.name, item) != item:
            raise CompileError(f"two results have the name '{item.name[:60]}'", item.span, "write AS another_name")


def parse_aggregate(cursor: Cursor) -> Aggregate:
    token = cursor.name("a statistical function")
    find_row(token.text, token.span)
    argument, written = None, token.text
    if cursor.now.is_op("("):
        inside = cursor.group(cursor.take())
        argument = _argument(cursor.text, inside)
        content = argument if isinstance(argument, str) else cursor.text[inside.start : inside.end].strip()
        written = f"{token.text}({content})" if content else token.text
    span = Span(token.span.start, cursor.tokens[cursor.index - 1].span.end)
    name = field_name(cursor, "a name after AS") if cursor.accept_word("as") else ""
    return Aggregate(token.text.lower(), argument, name or written, bool(name), span=span)


def _argument(text: str, span: Span) -> str | ast.Node | None:
    inside = text[span.start : span.end]
    evaluated = _EVAL.match(inside)
    if evaluated:
        return parse_formula(text, Span(span.start + evaluated.end(), span.start + len(inside.rstrip()) - 1))
    name = inside.strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        return unquote(name)
    if re.search(r"[\s,]", name):
        raise ParseError(
            "a statistical function takes one field", span, "quote a name with spaces; compute with eval(...)"
        )
    return name or None


def split_number(function: str) -> tuple[StatsRow, float]:
    """The row of a function's name and the number at its end (0 where it has none)."""
    if function in STATS:
        return STATS[function], 0.0
    numbered = _NUMBERED.fullmatch(function)
    if numbered is None or not STATS[numbered[1]].numbered:
        raise KeyError(function)
    return STATS[numbered[1]], float(numbered[2])


def find_row(written: str, span: Span) -> StatsRow:
    """The row of a function as written, or a refusal that says what to write."""
    name = written.lower()
    if name in REFUSED:
        raise CompileError(f"{name}() does not run here: {REFUSED[name]}", span)
    try:
        row, number = split_number(name)
    except KeyError:
        raise UnknownError(
            f"unknown statistical function '{name[:60]}'", span, nearest(name, STATS) or LISTED
        ) from None
    if row.numbered and (name in STATS or number > 100):
        raise CompileError(f"'{name}' needs a percentage of 0 to 100 in its name", span, f"for example {row.example}")
    return row

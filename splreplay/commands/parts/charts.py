"""The arguments of chart and timechart: aggregates, the field of the rows, the field of the columns.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/chart
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from splreplay.commands.parts.aggregates import Aggregate, check_names, parse_aggregate
from splreplay.commands.parts.formulas import Formula, parse_aggregate_formula
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, Cursor, boolean
from splreplay.spl.errors import CompileError, ParseError, Span
from splreplay.spl.names import at_option, field_name
from splreplay.spl.spans import BIN_OPTIONS, BinOptions, bin_options


@dataclass(frozen=True)
class Limit:
    """The `count` highest or lowest series; 0: all of them."""

    count: int = 10
    bottom: bool = False


@dataclass(frozen=True)
class SeriesFilter(ast.Node):
    """`where max(x) > 5` or `where sum notin bottom3`: the series to show by an aggregate of each."""

    score: Aggregate
    negated: bool = False
    limit: Limit | None = None
    op: str = ""
    number: float = 0


@dataclass(frozen=True)
class Split:
    """The field whose values become columns."""

    field: str
    bins: BinOptions
    where: SeriesFilter | None


@dataclass(frozen=True)
class Chart(ast.Node):
    """`row` is empty where all events make one row; `options` are those of OPTIONS that were given."""

    results: tuple[Aggregate | Formula, ...]
    row: str
    bins: BinOptions
    split: Split | None
    score: Aggregate | None
    options: Mapping[str, Any]

    @property
    def fields(self) -> list[str]:
        """The fields it reads."""
        named = [self.row, *([self.split.field] if self.split else [])]
        parts = [part for item in self.results for part in (item.parts if isinstance(item, Formula) else (item,))]
        scores = [self.score, self.split.where.score if self.split and self.split.where else None]
        aggregates = [*parts, *(score for score in scores if score is not None)]
        return [*(name for name in named if name), *(field for item in aggregates for field in item.fields)]


def _limit(text: str) -> object:
    found = re.fullmatch(r"(top|bottom)?\s*(\d{1,9})", text, re.IGNORECASE)
    if found is None:
        raise ValueError("expected a number, top5 or bottom5")
    return Limit(int(found[2]), (found[1] or "").lower() == "bottom")


OPTIONS: dict[str, Converter] = {
    "limit": _limit,
    "usenull": boolean,
    "useother": boolean,
    "nullstr": str,
    "otherstr": str,
    "sep": str,
    "format": str,
    "cont": boolean,
    "dedup_splitvals": boolean,
    "dedup_splitval": boolean,
}
TIME_OPTIONS: dict[str, Converter] = {"partial": boolean, "fixedrange": boolean}


class ChartParser:
    """Reads the arguments once from left to right; bin options belong to the field before them."""

    def __init__(self, cursor: Cursor, command: str, row: str, known: Mapping[str, Converter]) -> None:
        self.cursor, self.command = cursor, command
        self.known = {**BIN_OPTIONS, **known}
        self.fixed = bool(row)
        self.fields = [row] if row else []
        self.bins: list[dict[str, Any]] = [{}, {}]
        self.results: list[Aggregate | Formula] = []
        self.options: dict[str, Any] = {}
        self.score: Aggregate | None = None
        self.where: SeriesFilter | None = None

    def parse(self, span: Span) -> Chart:
        while not self.cursor.done:
            self._next()
        if not self.results:
            raise self.cursor.wrong("expected a statistical function", f"for example {self.command} count by user")
        self._check()
        row, column = [*self.fields, "", ""][:2]
        split = Split(column, bin_options(self.bins[1]), self.where) if column else None
        bins = bin_options(self.bins[0])
        return Chart(tuple(self.results), row, bins, split, self.score, self.options, span=span)

    def _next(self) -> None:
        cursor = self.cursor
        if cursor.now.is_word("agg") and cursor.ahead().is_op("="):
            cursor.take()
            cursor.take()
            self.score = parse_aggregate(cursor)
        elif at_option(cursor):
            self._option()
        elif cursor.accept_op(","):
            return
        elif self.results and not self.fixed and not self.fields and cursor.accept_word("over"):
            self.fields.append(field_name(cursor))
        elif self.results and cursor.accept_word("by"):
            self._by()
        elif len(self.fields) > 1 and cursor.accept_word("where"):
            self.where = parse_filter(cursor)
        else:
            self.results.append(self._result())

    def _option(self) -> None:
        found = self.cursor.option(self.known)
        assert found is not None
        name, value = found
        if name in BIN_OPTIONS:
            self.bins[max(len(self.fields) - 1, 0)][name] = value
        else:
            self.options[name] = value

    def _by(self) -> None:
        """One or two fields, each with its bin options behind it."""
        while not self.cursor.done and not self.cursor.now.is_word("where"):
            if at_option(self.cursor):
                self._option()
            elif not self.cursor.accept_op(","):
                self._field()

    def _field(self) -> None:
        token = self.cursor.now
        name = field_name(self.cursor)
        if len(self.fields) > 1:
            most = "one field" if self.fixed else "two fields, rows and columns"
            raise ParseError(f"{self.command} is split by {most} at most", token.span, "use stats for more")
        if "*" in name:
            raise CompileError("BY takes no wildcards", token.span, "name each field")
        self.fields.append(name)

    def _result(self) -> Aggregate | Formula:
        if self.cursor.now.is_word("eval") and self.cursor.ahead().is_op("("):
            return parse_aggregate_formula(self.cursor)
        return parse_aggregate(self.cursor)

    def _check(self) -> None:
        check_names([item for item in self.results if isinstance(item, Aggregate)], ())
        for item in self.results:
            if isinstance(item, Formula) and not item.named and len(self.fields) < 2:
                raise CompileError("eval(...) needs a name here", item.span, "write eval(...) AS name")
            if item.name in self.fields and len(self.fields) < 2:
                raise CompileError(
                    f"'{item.name[:60]}' is a field and cannot also be a result", item.span, "write AS ..."
                )


def parse_chart(cursor: Cursor, span: Span) -> Chart:
    return ChartParser(cursor, "chart", "", OPTIONS).parse(span)


def parse_timechart(cursor: Cursor, span: Span) -> Chart:
    return ChartParser(cursor, "timechart", "_time", {**OPTIONS, **TIME_OPTIONS}).parse(span)


def parse_filter(cursor: Cursor) -> SeriesFilter:
    score = parse_aggregate(cursor)
    word = cursor.accept_word("in", "notin")
    if word:
        token = cursor.name("top5 or bottom5")
        written = token.text
        if written.lower() in ("top", "bottom"):
            written += cursor.name("a number of series").text
        return SeriesFilter(score, word.text.lower() == "notin", _filter_limit(written, token.span), span=score.span)
    op = cursor.accept_op("<", ">", "<=", ">=", "=", "!=")
    if op is None:
        raise cursor.wrong("expected in, notin, < or > after the function of where", "for example where sum in top5")
    token = cursor.name("a number")
    try:
        return SeriesFilter(score, op=op.text, number=float(token.text), span=score.span)
    except ValueError:
        raise ParseError(f"'{token.text[:60]}' is no number", token.span) from None


def _filter_limit(written: str, span: Span) -> Limit:
    try:
        found = _limit(written)
    except ValueError as error:
        raise ParseError(f"{written[:60]}: {error}", span) from None
    assert isinstance(found, Limit)
    return found

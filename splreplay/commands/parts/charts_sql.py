"""chart and timechart: cells by row and series, the choice of series, and series as columns.

Which columns there are depends on the data, so the rows rest in a table and the values are read from it.
A value only ever becomes a field name, never SQL: in SQL a series is a number.

`chart limit=1 count by eventName awsRegion` over (a, us), (a, eu), (b, us), step by step:

| step | rows | |
|---|---|---|
| prepare | (a, us), (a, eu), (b, us) | ROW is eventName, VALUE awsRegion as text, LOW null without bins |
| choose: _scored | us 2, eu 1 | SCORE, the sum of a value's cells |
| choose: _ranked | us 1 TRUE, eu 2 FALSE | SERIES is the rank, SCORE from here on whether it is shown (limit=1) |
| choose | (a, 1), (a, 0), (b, 1) | each event with its SERIES; 0 is OTHER, -1 NULL |
| pivot: compute | a 1: 1, a 0: 1, b 1: 1 | the cube, one row a (ROW, SERIES) |
| pivot: _lists | a [1, 1], b [1, null] | one row a ROW; a place in the list for each of us, OTHER |
| finish | eventName, us, OTHER: a 1 1, b 1 0 | the places as columns; what counts has 0 where nothing is |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from splreplay.commands.parts.aggregates import Aggregate
from splreplay.commands.parts.aggregates_sql import Setting, columns_for, expand, grouped, sort_key, split_groups
from splreplay.commands.parts.bins import Binned, bin_field
from splreplay.commands.parts.charts import Chart, Limit, SeriesFilter
from splreplay.commands.parts.formulas import Formula
from splreplay.spl.errors import RunError
from splreplay.sql.expr import Expr, number, text
from splreplay.sql.relation import Column, Kind, Relation

if TYPE_CHECKING:
    from splreplay.sql.session import Session

# Columns beside the fields; no SPL can name a field that begins with NUL.
ROW, LOW, VALUE, SERIES, SCORE = "\0row", "\0low", "\0value", "\0series", "\0score"
NULL_SERIES, OTHER_SERIES = -1, 0
MAX_SERIES = 5_000
Result = Aggregate | Formula


@dataclass(frozen=True)
class Cells:
    """The events with their hidden columns, and what to compute of them; `seconds` as in Setting."""

    events: Relation
    results: tuple[Result, ...]
    seconds: str = ""

    def column(self, name: str) -> Expr:
        column = self.events.columns[name]
        return Expr(column.sql, column.kind)


@dataclass(frozen=True)
class Series:
    """A column of the chart: its name, its values, and whether nothing is 0 there."""

    name: str
    value: Expr
    counts: bool


def prepare(session: Session, before: Relation, node: Chart) -> Cells:
    """Wildcards written out, lists split, bins made; events without the field of the rows are gone."""
    names = [name for name in (node.row, node.split.field if node.split else "") if name]
    results: list[Result] = []
    for item in node.results:
        results += [item] if isinstance(item, Formula) else expand(session, [item], before.columns, names)
    distinct = bool(node.options.get("dedup_splitvals", node.options.get("dedup_splitval", False)))
    relation = session.materialise(split_groups(session, before, names, distinct))
    row = _row(session, relation, node)
    hidden = {ROW: row.label, LOW: Expr(f"CAST({row.low} AS DOUBLE)", Kind.NUM)}
    if node.split:
        hidden[VALUE] = _split_value(session, relation, node)
    events = session.extend(relation, hidden)
    events = session.step(events, f"SELECT * FROM {{prev}} WHERE {events.columns[ROW].sql} IS NOT NULL")
    if node.split and not node.options.get("usenull", True):
        events = session.step(events, f"SELECT * FROM {{prev}} WHERE {events.columns[VALUE].sql} IS NOT NULL")
    return Cells(session.materialise(events), tuple(results))


def _row(session: Session, relation: Relation, node: Chart) -> Binned:
    value = session.scope(relation).field(node.row)
    if not node.row:
        return Binned(Expr("1::DOUBLE", Kind.NUM), "NULL")
    if value.kind is Kind.NULL:  # the bins that timechart adds are times, also where no row has one
        label = Expr("NULL::DOUBLE", Kind.NUM) if node.row == "_time" else Expr(text(value), Kind.TEXT)
        return Binned(label, "NULL")
    return bin_field(session, relation, node.row, node.bins, node.span) if node.bins else Binned(value, "NULL")


def _split_value(session: Session, relation: Relation, node: Chart) -> Expr:
    assert node.split is not None
    value = session.scope(relation).field(node.split.field)
    if node.split.bins and value.kind is not Kind.NULL:
        value = bin_field(session, relation, node.split.field, node.split.bins, node.span).label
    return Expr(text(value), Kind.TEXT)


def compute(session: Session, cells: Cells, by: Iterable[str]) -> Relation:
    """One row a combination of these hidden columns, with every result."""
    setting = Setting(session.scope(cells.events), seconds=cells.seconds)
    formulas = [item for item in cells.results if isinstance(item, Formula)]
    aggregates = [item for item in cells.results if isinstance(item, Aggregate)]
    parts = [part for formula in formulas for part in formula.parts]
    low = {LOW: (Column(session.fresh("c"), Kind.NUM), f"min({cells.column(LOW).sql})")}
    keys = {name: cells.column(name) for name in by}
    relation = grouped(session, cells.events, keys, {**low, **columns_for(session, setting, [*aggregates, *parts])})
    for formula in formulas:
        relation = session.extend(relation, {formula.name: session.scope(relation).value(formula.expression)})
    return relation


# --- which series -----------------------------------------------------------------------------------
def choose(session: Session, cells: Cells, node: Chart) -> tuple[Cells, list[tuple[int, str]]]:
    """The events with the number of their series, and number and value of each series that is shown."""
    scores = _ranked(session, cells, node)
    value, rank, keep = (scores.columns[name].sql for name in (VALUE, SERIES, SCORE))
    found = session.execute(
        f"SELECT {rank}, {value} FROM {scores.name} WHERE {keep} "
        f"ORDER BY {sort_key(Expr(value, Kind.TEXT))} LIMIT {MAX_SERIES + 1}"
    ).fetchall()
    if len(found) > MAX_SERIES:
        raise RunError(
            f"the chart has more than {MAX_SERIES:,} columns",
            node.span,
            "set limit= or split by a field with fewer values",
        )
    own, series = cells.column(VALUE).sql, session.fresh("c")
    known = f"WHEN ranks.{keep} THEN ranks.{rank}"
    number = f"CASE WHEN {own} IS NULL THEN {NULL_SERIES} {known} ELSE {OTHER_SERIES} END"
    join = f"LEFT JOIN {scores.name} AS ranks ON events.{own} = ranks.{value}"
    sql = f"SELECT events.*, CAST({number} AS DOUBLE) AS {series} FROM {{prev}} AS events {join}"
    columns = {**cells.events.columns, SERIES: Column(series, Kind.NUM)}
    return replace(cells, events=session.step(cells.events, sql, columns)), found


def _ranked(session: Session, cells: Cells, node: Chart) -> Relation:
    """A table of the values: rank, and whether the series is shown."""
    scored = _scored(session, cells, node)
    where = node.split.where if node.split else None
    limit = node.options.get("limit", Limit()) if where is None else where.limit
    score, value = number(session.scope(scored).field(SCORE)), scored.columns[VALUE].sql
    direction = "ASC" if limit is not None and limit.bottom else "DESC"
    rank, keep = Column(session.fresh("c"), Kind.NUM), Column(session.fresh("c"), Kind.BOOL)
    place = f"row_number() OVER (ORDER BY {score} {direction} NULLS LAST, {value})"
    ranked = f"SELECT *, {place} AS {rank.sql} FROM {{prev}}"
    relation = session.step(scored, ranked, {VALUE: scored.columns[VALUE], SERIES: rank, SCORE: scored.columns[SCORE]})
    shown = _shown(where, limit, score, rank.sql)
    relation = session.step(
        relation, f"SELECT *, {shown} AS {keep.sql} FROM {{prev}}", {**relation.columns, SCORE: keep}
    )
    return session.materialise(relation)


def _shown(where: SeriesFilter | None, limit: Limit | None, score: str, rank: str) -> str:
    if limit is None:
        assert where is not None
        return f"coalesce({score} {where.op} {where.number!r}, FALSE)"
    inside = f"({rank} <= {limit.count})" if limit.count else "TRUE"
    return f"NOT {inside}" if where is not None and where.negated else inside


def _scored(session: Session, cells: Cells, node: Chart) -> Relation:
    """Each value with its score: the sum of its cells, or by several results the number of its events."""
    where = node.split.where if node.split else None
    score = where.score if where is not None else node.score
    if score is None and len(cells.results) > 1:
        score = Aggregate("count", None, SCORE)
    if score is not None and (score.argument is not None or not score.row.needs_argument):
        relation = cells.events
    else:
        relation = compute(session, cells, (ROW, VALUE))
        score = Aggregate(score.function if score else "sum", cells.results[0].name, SCORE)
    setting = Setting(session.scope(relation), seconds=cells.seconds)
    value = relation.columns[VALUE]
    results = columns_for(session, setting, [replace(score, name=SCORE)])
    return grouped(session, relation, {VALUE: Expr(value.sql, value.kind)}, results)


# --- series as columns --------------------------------------------------------------------------------
def pivot(
    session: Session, cells: Cells, node: Chart, series: Sequence[tuple[int, str]]
) -> tuple[Relation, list[Series]]:
    """One row a row value; a column for each series and result.

    Each result becomes one list a row with a place for every series: a plan of thousands of aggregates
    would take DuckDB minutes to make.
    """
    cube = session.materialise(compute(session, cells, (ROW, SERIES)))
    present = {
        int(rank)
        for (rank,) in session.execute(f"SELECT DISTINCT {cube.columns[SERIES].sql} FROM {cube.name}").fetchall()
    }
    shown = [*series, *_special(node, present)]
    columns = {ROW: Column(session.fresh("c"), cube.columns[ROW].kind), LOW: Column(session.fresh("c"), Kind.NUM)}
    lists = {item.name: session.fresh("l") for item in cells.results}
    relation = session.step(cube, _lists(cube, columns, lists, [rank for rank, _ in shown]), columns)
    found: list[Series] = []
    taken = {node.row}
    for place, (_, value) in enumerate(shown, start=1):
        for item in cells.results:
            name = _series_name(node, cells, item, value, taken)
            each = Expr(f"{lists[item.name]}[{place}]", cube.columns[item.name].kind)
            found.append(Series(name, each, _counts(item)))
            taken.add(name)
    return relation, found


def _lists(cube: Relation, columns: Mapping[str, Column], lists: Mapping[str, str], ranks: Sequence[int]) -> str:
    """SELECT one row a row value, with the list of each result in the order of `ranks`."""
    row, low, rank = (cube.columns[name].sql for name in (ROW, LOW, SERIES))
    parts = [f"grid.grid_row AS {columns[ROW].sql}", f"min(cell.{low}) AS {columns[LOW].sql}"]
    parts += [f"list(cell.{cube.columns[name].sql} ORDER BY grid.place) AS {column}" for name, column in lists.items()]
    wanted = f"SELECT unnest({list(ranks)}::DOUBLE[]) AS rank, unnest(range({len(ranks)})) AS place"
    grid = f"SELECT * FROM (SELECT DISTINCT {row} AS grid_row FROM {{prev}}) CROSS JOIN ({wanted})"
    same = f"grid.grid_row = cell.{row} AND grid.rank = cell.{rank}"
    listed = ", ".join(["min(cell.o) AS o", *parts])
    return f"SELECT {listed} FROM ({grid}) AS grid LEFT JOIN {{prev}} AS cell ON {same} GROUP BY grid.grid_row"


def _special(node: Chart, present: set[int]) -> Iterator[tuple[int, str]]:
    """NULL for events without the field of the columns, OTHER for the series that are not shown."""
    if NULL_SERIES in present:
        yield NULL_SERIES, str(node.options.get("nullstr", "NULL"))
    if OTHER_SERIES in present and node.options.get("useother", True):
        yield OTHER_SERIES, str(node.options.get("otherstr", "OTHER"))


def _series_name(node: Chart, cells: Cells, item: Result, value: str, taken: set[str]) -> str:
    """`value`, or `result: value` where there are several results."""
    if len(cells.results) > 1:
        form = str(node.options.get("format", f"$AGG${node.options.get('sep', ': ')}$VAL$"))
        value = form.replace("$AGG$", item.name).replace("$VAL$", value)
    while value.startswith("_") or value in taken:
        value = "VALUE" + value if value.startswith("_") else "VALUE_" + value
    return value


def _counts(item: Result) -> bool:
    return isinstance(item, Aggregate) and item.row.counts


def plain(session: Session, cells: Cells, by: Sequence[str]) -> tuple[Relation, list[Series]]:
    """The chart without a field for columns."""
    relation = compute(session, cells, by)
    columns = {item.name: relation.columns[item.name] for item in cells.results}
    found = [
        Series(item.name, Expr(columns[item.name].sql, columns[item.name].kind), _counts(item))
        for item in cells.results
    ]
    return relation, found


@dataclass(frozen=True)
class Bins:
    """A table of the rows to show. `filled`: also those that no event is in."""

    table: Relation
    filled: bool


def finish(
    session: Session, relation: Relation, node: Chart, series: Sequence[Series], bins: Bins | None = None
) -> Relation:
    """The columns under their names, the rows in order."""
    source, order, own = "{prev}", "1", relation.columns[ROW].sql if node.row else "NULL"
    if bins is not None:
        place, how = f"bins.{bins.table.columns[ROW].sql}", "LEFT" if bins.filled else "INNER"
        # Equal times, whatever the last bits of a part of a second are.
        same = f"round({place} * 1e6) = round({own} * 1e6)"
        source, order, own = f"{bins.table.name} AS bins {how} JOIN {{prev}} ON {same}", place, place
    elif node.row:
        key = sort_key(Expr(own, relation.columns[ROW].kind))
        order = f"{relation.columns[LOW].sql} NULLS LAST, {key}"
    columns, parts = {}, [f"row_number() OVER (ORDER BY {order}) AS o"]
    if node.row:
        columns[node.row] = Column(session.fresh("c"), relation.columns[ROW].kind)
        parts.append(f"{own} AS {columns[node.row].sql}")
    for item in series:
        columns[item.name] = Column(session.fresh("c"), item.value.kind)
        value = f"coalesce({item.value.sql}, 0)" if item.counts else item.value.sql
        parts.append(f"{value} AS {columns[item.name].sql}")
    return session.step(relation, f"SELECT {', '.join(parts)} FROM {source}", columns)

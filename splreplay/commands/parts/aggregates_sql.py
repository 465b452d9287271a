"""Statistical functions to SQL, over groups (stats, chart) or windows (eventstats, streamstats)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from splreplay.commands.parts.aggregates import Aggregate
from splreplay.spl import ast
from splreplay.spl.errors import CompileError
from splreplay.sql.expr import Expr, coerce, number, text
from splreplay.sql.relation import Column, Kind, Relation
from splreplay.sql.scope import Scope
from splreplay.values.wildcards import matching, renamed

if TYPE_CHECKING:
    from splreplay.sql.session import Session

KINDS = {"T": Kind.TEXT, "N": Kind.NUM}


@dataclass(frozen=True)
class Setting:
    """Where aggregates are compiled.

    over:    nothing for groups, or an OVER clause.
    allnum:  numeric functions give null where any value is no number.
    seconds: SQL of the length of a bin, in timechart only.
    """

    scope: Scope
    over: str = ""
    allnum: bool = False
    seconds: str = ""


def expand(
    session: Session, aggregates: Iterable[Aggregate], known: Iterable[str], by: Collection[str] = ()
) -> list[Aggregate]:
    """Wildcards written out: `values(a.*) as *` is one aggregate for each field that matches.

    A field of BY is left out, and a result that would get the name of one.
    """
    found: list[Aggregate] = []
    for item in (_on_all(session, item) for item in aggregates):
        if not isinstance(item.argument, str) or "*" not in item.argument:
            found.append(item)
            continue
        for field in matching(item.argument, known):
            name = _name(item, field)
            if field not in by and name not in by:
                found.append(replace(item, argument=field, name=name))
    return found


def _on_all(session: Session, item: Aggregate) -> Aggregate:
    """`stats sum` means `stats sum(*)`, which Splunk calls deprecated."""
    if item.argument is not None or not item.row.needs_argument:
        return item
    session.warn(f"{item.function} without a field works on all fields; write {item.function}(*)", item.span)
    return replace(item, argument="*")


def _name(item: Aggregate, field: str) -> str:
    if not item.named:
        return f"{item.function}({field})"
    return renamed(field, str(item.argument), item.name)


def aggregate(setting: Setting, item: Aggregate) -> Expr:
    """SQL of one aggregate; a number is always a DOUBLE."""
    row = item.row
    if "{seconds}" in row.sql and not setting.seconds:
        raise CompileError(
            f"{item.function}() works in timechart only", item.span, "elsewhere divide sum() by the time"
        )
    if item.argument is None:
        return Expr(f"CAST(count(*){setting.over} AS DOUBLE)", Kind.NUM)
    argument = _argument(setting.scope, item.argument)
    kind = Kind.NUM if row.same_kind and argument.kind is Kind.NUM else row.returns
    sql = _lists(setting, item, argument) if argument.kind is Kind.MULTI else _values(setting, item, argument)
    return Expr(f"CAST({sql} AS DOUBLE)" if kind is Kind.NUM else sql, kind)


def _argument(scope: Scope, argument: str | ast.Node) -> Expr:
    if isinstance(argument, str):
        return scope.field(argument)
    expr = scope.compile(argument)
    return Expr(f"CASE WHEN {expr.sql} THEN 1::DOUBLE END", Kind.NUM) if expr.kind is Kind.BOOL else expr


def _values(setting: Setting, item: Aggregate, argument: Expr) -> str:
    """Over fields with one value a row."""
    row = item.row
    if row.same_kind and argument.kind is Kind.NUM:
        return _fill(setting, item, row.num or row.sql, argument.sql)
    if row.param == "A" and argument.kind is not Kind.NULL:
        return _fill(setting, item, row.sql, argument.sql)
    value = coerce(argument, KINDS.get(row.param, Kind.TEXT))
    sql = _fill(setting, item, row.sql, value)
    if not (setting.allnum and row.param == "N"):
        return sql
    over = setting.over
    return f"CASE WHEN count({text(argument)}){over} = count({value}){over} THEN {sql} END"


def _lists(setting: Setting, item: Aggregate, argument: Expr) -> str:
    """Over a field of lists: every value of every row."""
    row, column = item.row, argument.sql
    if not row.multi:
        return _values(setting, item, Expr(f"{column}[1]", Kind.TEXT))
    values = f"flatten(list({column} ORDER BY o) FILTER (WHERE {column} IS NOT NULL){setting.over})"
    if row.param != "N":
        return _fill(setting, item, row.multi, values, column)
    sql = _fill(setting, item, row.multi, f"spl_nums({values})", column)
    return f"CASE WHEN len({values}) = len(spl_nums({values})) THEN {sql} END" if setting.allnum else sql


def _fill(setting: Setting, item: Aggregate, template: str, value: str, column: str = "") -> str:
    time = setting.scope.field("_time")
    return template.format(
        value,
        m=column,
        w=setting.over,
        t="(-o)" if time.kind is Kind.NULL else number(time),
        n=round(item.number / 100, 12),
        limit=item.row.limit + 1,
        seconds=setting.seconds,
    )


def columns_for(
    session: Session, setting: Setting, items: Iterable[Aggregate], delim: str = "\n"
) -> dict[str, tuple[Column, str]]:
    """A column and its SQL for each aggregate, by the name of the result."""
    found = {}
    for item in items:
        expr = aggregate(setting, item)
        found[item.name] = Column(session.fresh("c"), expr.kind, delim), expr.sql
    return found


def cut_lists(session: Session, relation: Relation, items: Iterable[Aggregate]) -> Relation:
    """Splunk's limit on list(), with a message where it bites."""
    limited = {
        relation.columns[item.name].sql: item for item in items if item.row.limit and item.name in relation.columns
    }
    if not limited:
        return relation
    relation = session.materialise(relation)
    for column, item in limited.items():
        (longest,) = session.one(f"SELECT max(len({column})) FROM {relation.name}")
        if (longest or 0) > item.row.limit:
            session.warn(f"{item.name}: only the first {item.row.limit} values are listed, as in Splunk", item.span)
    cuts = ", ".join(f"{column}[1:{item.row.limit}] AS {column}" for column, item in limited.items())
    return session.step(relation, f"SELECT * REPLACE ({cuts}) FROM {{prev}}")


def split_groups(session: Session, before: Relation, by: Iterable[str], distinct: bool = False) -> Relation:
    """A list in a `by` field puts the row in a group for each of its values."""
    for name in by:
        column = before.columns.get(name)
        if column is not None and column.kind is Kind.MULTI:
            single = Column(session.fresh("c"), Kind.TEXT)
            values = f"list_distinct({column.sql})" if distinct else column.sql
            sql = f"SELECT *, unnest({values}) AS {single.sql} FROM {{prev}}"
            before = session.step(before, sql, {**before.columns, name: single})
    return before


def grouped(
    session: Session, relation: Relation, keys: Mapping[str, Expr], results: Mapping[str, tuple[Column, str]]
) -> Relation:
    """One row a group, sorted by the keys; rows in which a key is null are dropped. Without keys: one row."""
    columns: dict[str, Column] = {}
    parts = []
    for name, key in keys.items():
        columns[name] = Column(session.fresh("c"), key.kind)
        parts.append(f"{key.sql} AS {columns[name].sql}")
    for name, (column, sql) in results.items():
        columns[name] = column
        parts.append(f"{sql} AS {column.sql}")
    order = ", ".join(sort_key(key) for key in keys.values())
    number_sql = f"row_number() OVER (ORDER BY {order})" if keys else "1"
    where = " AND ".join(f"{key.sql} IS NOT NULL" for key in keys.values()) or ("TRUE" if results else "FALSE")
    group = f" GROUP BY {', '.join(key.sql for key in keys.values())}" if keys else ""
    sql = f"SELECT {', '.join([f'{number_sql} AS o', *parts])} FROM {{prev}} WHERE {where}{group}"
    return session.step(relation, sql, columns)


def sort_key(expr: Expr) -> str:
    """Numbers by value before text by code point."""
    if expr.kind is Kind.NUM:
        return f"{expr.sql} NULLS LAST"
    return f"spl_num({text(expr)}) NULLS LAST, {text(expr)} NULLS LAST"


def key_of(scope: Scope, name: str) -> Expr:
    """A field to group by; one that no row has is a null text."""
    field = scope.field(name)
    return Expr("NULL::VARCHAR", Kind.TEXT) if field.kind is Kind.NULL else field

"""Fields that Python computes from rows: for commands whose fields depend on the data.

The rows rest in a table meanwhile, so nothing is computed twice, and what was found is joined back by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from splreplay.sql.expr import NULL, Expr, unify
from splreplay.sql.relation import Column, Kind, Relation
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.sql.session import Session

ROW = "\0row"
Compute = Callable[..., Mapping[str, Any]]


def derive(
    session: Session, before: Relation, inputs: Sequence[str], compute: Compute, overwrite: bool = True
) -> Relation:
    """The rows with the fields that `compute` gives for the values of `inputs` (SQL over the rows).

    Values are text or lists of text. Where it gives none, a field keeps its value; with `overwrite=False`
    it also does where it has one.
    """
    table = session.materialise(before)
    cursor = session.execute(f"SELECT rowid, {', '.join(inputs)} FROM {table.name}")
    found = load_rows(session, _found(cursor.fetchall(), compute), (ROW,), {ROW: Kind.NUM})
    return _merge(session, table, found, overwrite)


def _found(rows: Iterable[tuple[Any, ...]], compute: Compute) -> Iterator[dict[str, Any]]:
    for row, *values in rows:
        fields = compute(*values)
        if fields:
            yield {ROW: float(row), **fields}


def _merge(session: Session, table: Relation, found: Relation, overwrite: bool) -> Relation:
    columns, parts = dict(table.columns), ["t.*"]
    for name, column in found.columns.items():
        if name == ROW:
            continue
        old = table.columns.get(name)
        values = [Expr(f"f.{column.sql}", column.kind), Expr(f"t.{old.sql}", old.kind) if old else NULL]
        sqls, kind = unify(values if overwrite else values[::-1])
        columns[name] = Column(session.fresh("c"), kind)
        parts.append(f"coalesce({', '.join(sqls)}) AS {columns[name].sql}")
    row = found.columns[ROW].sql
    sql = f"SELECT {', '.join(parts)} FROM {{prev}} t LEFT JOIN {found.name} f ON t.rowid = f.{row}"
    return session.step(table, sql, columns)


def present(session: Session, relation: Relation) -> tuple[Relation, list[str]]:
    """The rows at rest, and the fields that at least one of them has: Splunk knows no others."""
    table = session.materialise(relation)
    if not table.columns:
        return table, []
    counts = ", ".join(f"count({column.sql})" for column in table.columns.values())
    found = session.execute(f"SELECT {counts} FROM {table.name}").fetchall()[0]
    return table, [name for name, count in zip(table.columns, found, strict=True) if count]


def for_wildcards(session: Session, relation: Relation, patterns: Iterable[str]) -> Relation:
    """The relation with no other fields than those that some row has, if one of the names has a wildcard."""
    if not any("*" in name for name in patterns):
        return relation
    table, known = present(session, relation)
    return table.show(known)

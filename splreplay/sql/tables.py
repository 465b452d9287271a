"""Rows of Python into a DuckDB table, whose columns are known by the time the next stage is compiled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from splreplay.sql.relation import Column, Kind, Relation

if TYPE_CHECKING:
    from splreplay.sql.session import Session

BATCH = 20_000
MOST_FIELDS = 2_000  # DuckDB's planning time grows with the square of the columns
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",\n", ":")).encode
JSON_KIND: Mapping[Kind, object] = {Kind.TEXT: "VARCHAR", Kind.NUM: "DOUBLE", Kind.MULTI: ["VARCHAR"]}


def load_rows(
    session: Session,
    rows: Iterable[Mapping[str, Any]],
    fields: Sequence[str] = (),
    kinds: Mapping[str, Kind] | None = None,
) -> Relation:
    """A table of these rows, in their order; `fields` are its columns also where no row has them.

    A cell is text, a float (where `kinds` says NUM), a list of text or None.
    """
    rows = list(rows)
    found: dict[str, Kind] = {field: (kinds or {}).get(field, Kind.TEXT) for field in fields}
    if left_out := _learn(rows, found):
        session.warn(f"{len(left_out):,} fields beyond the first {MOST_FIELDS:,} are left out: name those you need")
    columns = {field: Column(session.fresh("c"), kind) for field, kind in found.items()}
    return _insert(session, [_cells(row, columns) for row in rows], columns)


def _learn(rows: Iterable[Mapping[str, Any]], found: dict[str, Kind]) -> set[str]:
    """`found` learns each field that holds something and that some hold lists; returns those that are too many."""
    left_out: set[str] = set()
    for row in rows:
        for field, value in row.items():
            if (field in found and not isinstance(value, list)) or value is None or value == []:
                continue
            if field in found or len(found) < MOST_FIELDS:
                found[field] = Kind.MULTI if isinstance(value, list) else Kind.TEXT
            else:
                left_out.add(field)
    return left_out


def _cells(row: Mapping[str, Any], columns: Mapping[str, Column]) -> dict[str, Any]:
    """What a row holds, by our column names."""
    return {
        column.sql: [value] if column.kind is Kind.MULTI and not isinstance(value, list) else value
        for field, value in row.items()
        if value is not None and value != [] and (column := columns.get(field))
    }


def _lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each row as JSON: they are encoded together, which costs half, and cut where only a row can begin.

    Half a surrogate pair, which JSON allows, is no text: `?`.
    """
    joined = _encode(rows).encode("utf-8", "replace").decode()
    return [f"{{{line}" for line in joined[len("[{") : -len("]")].split(",\n{")]


def _insert(session: Session, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column]) -> Relation:
    name = session.fresh("t")
    listed = "".join(f", {column.sql} {column.kind.value}" for column in columns.values())
    session.execute(f"CREATE TEMP TABLE {name} (o BIGINT{listed})")
    shape = json.dumps({column.sql: JSON_KIND[column.kind] for column in columns.values()} or {"none": "VARCHAR"})
    picked = "".join(f", _cell.{column.sql}" for column in columns.values())
    for start in range(0, len(rows), BATCH):
        values = session.bind(_lines(rows[start : start + BATCH]))
        sql = (f"SELECT {start} + i{picked} FROM (SELECT i, from_json(line, '{shape}') AS _cell "
               f"FROM (SELECT unnest({values}) AS line, generate_subscripts({values}, 1) AS i))")  # fmt: skip
        session.execute(f"INSERT INTO {name} {sql}")
    return Relation(name, columns)

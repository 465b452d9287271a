"""Rows of Python into a DuckDB table, whose columns are known by the time the next stage is compiled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from splreplay.sql.relation import Column, Kind, Relation

if TYPE_CHECKING:
    from splreplay.sql.session import Session

BATCH = 20_000
MOST_FIELDS = 2_000  # DuckDB's planning time grows with the square of the columns
_encode = json.JSONEncoder(ensure_ascii=False).encode  # dumps() would make one for each row
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
    found: dict[str, Kind] = {field: (kinds or {}).get(field, Kind.TEXT) for field in fields}
    left_out: set[str] = set()
    kept = [list(_cells(row, found, left_out)) for row in rows]
    if left_out:
        session.warn(f"{len(left_out):,} fields beyond the first {MOST_FIELDS:,} are left out: name those you need")
    columns = {field: Column(session.fresh("c"), kind) for field, kind in found.items()}
    return _insert(session, [_line(cells, columns) for cells in kept], columns)


def _cells(row: Mapping[str, Any], found: dict[str, Kind], left_out: set[str]) -> Iterator[tuple[str, Any]]:
    """The cells that hold something; `found` learns each field and that some hold lists."""
    for field, value in row.items():
        if value is None or value == []:
            continue
        if field not in found and len(found) >= MOST_FIELDS:
            left_out.add(field)
            continue
        if field not in found or isinstance(value, list):
            found[field] = Kind.MULTI if isinstance(value, list) else Kind.TEXT
        yield field, value


def _line(cells: Sequence[tuple[str, Any]], columns: Mapping[str, Column]) -> str:
    """One row as JSON over our column names. Half a surrogate pair, which JSON allows, is no text: `?`."""
    text = _encode({columns[field].sql: _cell(value, columns[field].kind) for field, value in cells})
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _cell(value: Any, kind: Kind) -> Any:
    return [value] if kind is Kind.MULTI and not isinstance(value, list) else value


def _insert(session: Session, lines: list[str], columns: Mapping[str, Column]) -> Relation:
    name = session.fresh("t")
    listed = "".join(f", {column.sql} {column.kind.value}" for column in columns.values())
    session.execute(f"CREATE TEMP TABLE {name} (o BIGINT{listed})")
    shape = json.dumps({column.sql: JSON_KIND[column.kind] for column in columns.values()} or {"none": "VARCHAR"})
    picked = "".join(f", _cell.{column.sql}" for column in columns.values())
    for start in range(0, len(lines), BATCH):
        values = session.bind(lines[start : start + BATCH])
        sql = (f"SELECT {start} + i{picked} FROM (SELECT i, from_json(line, '{shape}') AS _cell "
               f"FROM (SELECT unnest({values}) AS line, generate_subscripts({values}, 1) AS i))")  # fmt: skip
        session.execute(f"INSERT INTO {name} {sql}")
    return Relation(name, columns)

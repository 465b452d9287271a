"""Records and rows into DuckDB tables whose columns are known by the time the next stage is compiled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from splreplay.compiler.filter import predicate
from splreplay.load.addon import SOURCETYPE, add_fields, inputs
from splreplay.load.batches import Reading
from splreplay.load.bulk import batches
from splreplay.load.defaults import default_names
from splreplay.load.plan import needs_of
from splreplay.scan.source import Needs
from splreplay.spl import ast
from splreplay.sql.relation import Column, Kind, Relation

if TYPE_CHECKING:
    from splreplay.sql.session import Session

BATCH = 20_000
MOST_FIELDS = 2_000  # DuckDB's planning time grows with the square of the columns
JSON_KIND: Mapping[Kind, object] = {Kind.TEXT: "VARCHAR", Kind.NUM: "DOUBLE", Kind.MULTI: ["VARCHAR"]}


def load_events(session: Session, filter_node: ast.Node, pipeline: ast.Pipeline) -> Relation:
    """The events that the first search keeps, newest first.

    Each batch is filtered before the next is read, so memory holds what was kept and not what was read.
    """
    from splreplay.commands.search import resolve

    node = resolve(session, filter_node)
    needs = needs_of(session, node, pipeline)
    test = ast.And((*time_bounds(session, node), node))
    inner = replace(needs, fields=inputs(session, needs.fields))
    reading = Reading(session, inner, default_names(needs, session.source.shows_meta))
    kept = [_kept(session, batch, needs, test) for batch in batches(reading)]
    relation = session.union(kept) if len(kept) > 1 else kept[0]
    return session.reorder(relation, f"{relation.columns['_time'].sql} DESC NULLS LAST, o")


def _kept(session: Session, batch: Relation, needs: Needs, test: ast.Node) -> Relation:
    batch = _derived(session, batch, needs)
    found = session.step(batch, f"SELECT * FROM {{prev}} WHERE {predicate(session.scope(batch), test)}")
    if needs.behind is not None:
        found = found.show(name for name in found.columns if name in needs.behind)
    return session.unordered(found)


def _derived(session: Session, batch: Relation, needs: Needs) -> Relation:
    """A batch with the add-on's fields; the source type that those depend on is gone once they are made."""
    batch = add_fields(session, batch, needs.fields)
    return batch.show(name for name in batch.columns if name != SOURCETYPE)


def time_bounds(session: Session, node: ast.Node) -> list[ast.Node]:
    """The time range of the run, where the search does not give its own: earliest= in a search wins."""
    given = {"earliest": session.around.earliest, "latest": session.around.latest}
    inline = {found.name for found in _inline_bounds(node)}
    return [
        ast.TimeBound(name, repr(bound)) for name, bound in given.items() if bound is not None and name not in inline
    ]


def _inline_bounds(node: ast.Node) -> Iterator[ast.TimeBound]:
    if isinstance(node, ast.TimeBound):
        yield node
    elif isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from _inline_bounds(item)


def load_rows(
    session: Session, rows: Iterable[Mapping[str, Any]], fields: Sequence[str], kinds: Mapping[str, Kind]
) -> Relation:
    """A table of these rows. A cell is text, a float (where `kinds` says NUM), a list of text or None."""
    found: dict[str, Kind] = {field: kinds.get(field, Kind.TEXT) for field in fields}
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
    row = {columns[field].sql: _cell(value, columns[field].kind) for field, value in cells}
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode()


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

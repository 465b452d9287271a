"""Records and rows into DuckDB tables whose columns are known by the time the next stage is compiled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from splreplay import ast
from splreplay.addon import SOURCETYPE, add_fields, inputs
from splreplay.compiler.filter import predicate
from splreplay.defaults import default_field, default_names
from splreplay.events import Event, Needs, parsed
from splreplay.flatten import flatten
from splreplay.plan import needs_of
from splreplay.relation import Column, Kind, Relation

if TYPE_CHECKING:
    from splreplay.run import Run

BATCH = 20_000
BATCH_BYTES = 64_000_000
MOST_FIELDS = 2_000  # DuckDB's planning time grows with the square of the columns
JSON_KIND: Mapping[Kind, object] = {Kind.TEXT: "VARCHAR", Kind.NUM: "DOUBLE", Kind.MULTI: ["VARCHAR"]}


def load_events(run: Run, filter_node: ast.Node, pipeline: ast.Pipeline) -> Relation:
    """The events that the first search keeps, newest first.

    Each batch is filtered before the next is read, so memory holds what was kept and not what was read.
    """
    from splreplay.commands.search import resolve

    node = resolve(run, filter_node)
    needs = needs_of(run, node, pipeline)
    scan = replace(needs, fields=inputs(run, needs.fields))
    test = ast.And((*time_bounds(run, node), node))
    batches = _batches(run.source.events(scan))
    kept = [_kept(run, events, scan, needs, test) for events in batches]
    kept = kept or [_kept(run, [], scan, needs, test)]
    relation = run.union(kept) if len(kept) > 1 else kept[0]
    return run.reorder(relation, f"{relation.columns['_time'].sql} DESC NULLS LAST, o")


def _kept(run: Run, events: Sequence[Event], scan: Needs, needs: Needs, test: ast.Node) -> Relation:
    batch = _derived(run, events, scan, needs)
    found = run.step(batch, f"SELECT * FROM {{prev}} WHERE {predicate(run.scope(batch), test)}")
    return run.materialise(found)


def _derived(run: Run, events: Sequence[Event], scan: Needs, needs: Needs) -> Relation:
    """A batch with the add-on's fields; the source type that those depend on is gone once they are made."""
    defaults = default_names(needs, run.source.shows_meta)
    rows = (_fields(event, scan, defaults, run.now) for event in events)
    assumed = sorted((scan.fields or frozenset()) - {"_time", "_raw"}) if run.assume_fields else []
    batch = load_rows(run, rows, ("_time", "_raw", SOURCETYPE, *assumed), {"_time": Kind.NUM})
    batch = add_fields(run, batch, needs.fields)
    return batch.show(name for name in batch.columns if name != SOURCETYPE)


def time_bounds(run: Run, node: ast.Node) -> list[ast.Node]:
    """The time range of the run, where the search does not give its own: earliest= in a search wins."""
    given = {"earliest": run.around.earliest, "latest": run.around.latest}
    inline = {found.name for found in _inline_bounds(node)}
    return [
        ast.TimeBound(name, repr(bound))
        for name, bound in given.items()
        if bound is not None and name not in inline
    ]


def _inline_bounds(node: ast.Node) -> Iterator[ast.TimeBound]:
    if isinstance(node, ast.TimeBound):
        yield node
    elif isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from _inline_bounds(item)


def _fields(event: Event, needs: Needs, defaults: Sequence[str], now: float) -> dict[str, Any]:
    """The event's fields that the search reads."""
    wanted = needs.fields
    record = parsed(event)
    fields: dict[str, Any] = {} if record is None else dict(flatten(record))
    for name in defaults:
        fields.setdefault(name, default_field(event, name))
    if wanted is not None:
        fields = {name: value for name, value in fields.items() if name in wanted}
    own = {"_time": now if event.time is None else event.time, "_raw": event.raw}
    return {**fields, **own, SOURCETYPE: fields.get("sourcetype", event.meta.get("sourcetype"))}


def _batches(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Bounded by number and by size: twenty thousand records of 20 MB do not fit into memory."""
    batch: list[Event] = []
    size = 0
    for event in events:
        batch.append(event)
        size += len(event.raw)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def load_rows(
    run: Run, rows: Iterable[Mapping[str, Any]], fields: Sequence[str], kinds: Mapping[str, Kind]
) -> Relation:
    """A table of these rows. A cell is text, a float (where `kinds` says NUM), a list of text or None."""
    found: dict[str, Kind] = {field: kinds.get(field, Kind.TEXT) for field in fields}
    left_out: set[str] = set()
    kept = [list(_cells(row, found, left_out)) for row in rows]
    if left_out:
        run.warn(f"{len(left_out):,} fields beyond the first {MOST_FIELDS:,} are left out: name those you need")
    columns = {field: Column(run.fresh("c"), kind) for field, kind in found.items()}
    return _insert(run, [_line(cells, columns) for cells in kept], columns)


def _cells(
    row: Mapping[str, Any], found: dict[str, Kind], left_out: set[str]
) -> Iterator[tuple[str, Any]]:
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


def _insert(run: Run, lines: list[str], columns: Mapping[str, Column]) -> Relation:
    name = run.fresh("t")
    listed = "".join(f", {column.sql} {column.kind.value}" for column in columns.values())
    run.execute(f"CREATE TEMP TABLE {name} (o BIGINT{listed})")
    shape = json.dumps(
        {column.sql: JSON_KIND[column.kind] for column in columns.values()} or {"none": "VARCHAR"}
    )
    picked = "".join(f", _cell.{column.sql}" for column in columns.values())
    for start in range(0, len(lines), BATCH):
        values = run.bind(lines[start : start + BATCH])
        sql = (f"SELECT {start} + i{picked} FROM (SELECT i, from_json(line, '{shape}') AS _cell "
               f"FROM (SELECT unnest({values}) AS line, generate_subscripts({values}, 1) AS i))")  # fmt: skip
        run.execute(f"INSERT INTO {name} {sql}")
    return Relation(name, columns)

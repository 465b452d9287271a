"""`inputlookup` and `outputlookup`: whole lookup tables as rows, and rows as a lookup table.

What outputlookup writes is seen by the rest of the run and by nobody else, but in a KV store: a search never changes
a file.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/inputlookup
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.subsearch import resolve
from splreplay.commands.row import CommandRow
from splreplay.knowledge.lookups import Table
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean, one_of, whole
from splreplay.spl.errors import CompileError, RunError, Span
from splreplay.spl.search import parse_search
from splreplay.sql.relation import Relation
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.values.rows import Row

INPUT: dict[str, Converter] = {"append": boolean, "strict": boolean, "start": whole, "max": whole}
OUTPUT: dict[str, Converter] = {
    "append": boolean,
    "create_empty": boolean,
    "override_if_empty": boolean,
    "max": whole,
    "key_field": str,
    "allow_updates": boolean,
    "createinapp": boolean,
    "create_context": one_of("app", "user", "system"),
    "output_format": one_of("splunk_sv_csv", "splunk_mv_csv"),
}
MOST = 1_000_000_000


@dataclass(frozen=True)
class Inputlookup(ast.Node):
    table: str
    append: bool
    start: int
    max: int
    where: ast.Node | None


@dataclass(frozen=True)
class Outputlookup(ast.Node):
    table: str
    append: bool
    override_if_empty: bool
    create_empty: bool
    max: int
    key: str | None
    lists: bool


def parse_input(parser: PipelineParser, span: Span) -> Inputlookup:
    cursor = parser.cursor(span)
    options = cursor.options(INPUT)
    name = cursor.name("the name of a lookup")
    options |= cursor.options(INPUT)
    where = None
    if cursor.accept_word("where"):
        where = parse_search(parser.text, Span(cursor.now.span.start, span.end), parser.subsearch)
    else:
        cursor.finish("inputlookup")
    return Inputlookup(
        name.text,
        bool(options.get("append")),
        int(str(options.get("start", 0))),
        int(str(options.get("max", MOST))),
        where,
        span=name.span,
    )


def compile_input(walk: Walk, before: Relation, node: Inputlookup) -> Relation:
    if before.columns and not node.append:
        raise CompileError(
            "'inputlookup' begins a search", node.span, "to add its rows here, write inputlookup append=true"
        )
    _, table = walk.shelf.table(node.table, node.span)
    rows = table.rows if node.where is not None else table.rows[node.start : node.start + node.max]
    relation = load_rows(walk, rows, table.fields)
    if node.where is not None:
        test = walk.scope(relation).keeps(resolve(walk, node.where))
        relation = walk.step(
            relation, f"SELECT * FROM {{prev}} WHERE {test} ORDER BY o LIMIT {node.max} OFFSET {node.start}"
        )
    return walk.union([before, relation]) if node.append else relation


def parse_output(parser: PipelineParser, span: Span) -> Outputlookup:
    cursor = parser.cursor(span)
    options = cursor.options(OUTPUT)
    name = cursor.name("the name of a lookup")
    options |= cursor.options(OUTPUT)
    cursor.finish("outputlookup")
    key = options.get("key_field")
    append = bool(options.get("append"))
    return Outputlookup(
        name.text,
        append,
        bool(options.get("override_if_empty", True)),
        bool(options.get("create_empty", True)),
        int(str(options.get("max", MOST))),
        None if key is None else str(key),
        options.get("output_format") == "splunk_mv_csv",
        span=name.span,
    )


def compile_output(walk: Walk, before: Relation, node: Outputlookup) -> Relation:
    found = walk.shelf.definition(node.table, node.span)
    if found.file is None and not found.collection and node.table not in walk.shelf.given:
        raise RunError(
            f"'{node.table[:100]}' is neither a lookup nor a file name",
            node.span,
            "write a name that ends in .csv, or define the lookup in transforms.conf",
        )
    relation = walk.materialise(before)
    rows = [_stored(row, node.lists or bool(found.collection)) for row in walk.rows(relation)[: node.max]]
    old = _existing(walk, node)
    if rows or (node.create_empty if old is None else node.override_if_empty):
        fields = found.fields or tuple(name for name in relation.columns if _kept(name))
        _write(walk, node, rows, fields, old)
    return relation


def _kept(name: str) -> bool:
    return not name.startswith("_") or name in ("_time", "_key")


def _stored(row: Row, lists: bool) -> Row:
    """A CSV cell holds one text: the values of a list stand on lines of their own."""
    return {
        name: value if lists or isinstance(value, str) else "\n".join(value)
        for name, value in row.items()
        if _kept(name)
    }


def _write(walk: Walk, node: Outputlookup, rows: list[Row], fields: tuple[str, ...], old: Table | None) -> None:
    """`append` keeps the old rows and their fields, `key_field` those with another key."""
    kept: list[Row] = []
    if old is not None and (node.append or node.key):
        fields = old.fields or fields
        changed = {row.get(node.key) for row in rows} if node.key else set()
        kept = [dict(row) for row in old.rows if node.key is None or row.get(node.key) not in changed]
    kept += [_keyed({name: row[name] for name in (*fields, "_key") if name in row}, node.key) for row in rows]
    where = (
        "in the KV store"
        if walk.shelf.write(node.table, kept, fields)
        else "for the rest of this run; no file was changed"
    )
    walk.inform(f"outputlookup {node.table}: {len(kept):,} rows {where}")


def _keyed(row: Row, key: str | None) -> Row:
    """The field of key_field is the document's key in a collection."""
    return {**row, "_key": row[key]} if key and key in row and key != "_key" else row


def _existing(walk: Walk, node: Outputlookup) -> Table | None:
    try:
        return walk.shelf.table(node.table)[1]
    except RunError:
        return None


ROWS = (
    CommandRow(
        "inputlookup",
        parse_input,
        compile_input,
        generates=True,
        example="| inputlookup accounts where env=prod",
    ),
    CommandRow("outputlookup", parse_output, compile_output, example="outputlookup append=true seen_regions.csv"),
)

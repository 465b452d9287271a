"""`makeresults` and `addinfo`: rows out of nothing, and what a run knows of itself.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/makeresults
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.row import CommandRow, Reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean, one_of, whole
from splreplay.spl.errors import CompileError, Span
from splreplay.sql.expr import Expr
from splreplay.sql.relation import Kind, Relation
from splreplay.sql.tables import load_rows
from splreplay.values import flatten

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

MOST = 10_000_000
ANNOTATIONS = {"splunk_server": "splreplay"}
OPTIONS: dict[str, Converter] = {
    "count": whole,
    "annotate": boolean,
    "format": one_of("csv", "json"),
    "data": str,
    "splunk_server": str,
    "splunk_server_group": str,
}


@dataclass(frozen=True)
class Makeresults(ast.Node):
    count: int
    annotate: bool
    rows: tuple[tuple[tuple[str, Any], ...], ...] | None


@dataclass(frozen=True)
class Addinfo(ast.Node):
    pass


def parse(parser: PipelineParser, span: Span) -> Makeresults:
    cursor = parser.cursor(span)
    options, names = mixed(cursor, OPTIONS)
    if len(names) > 1 or not all(name.isdecimal() and len(name) < 10 for name in names):
        raise cursor.wrong("makeresults takes options and a number", "write | makeresults count=3")
    count = int(str(options.get("count", names[0] if names else 1)))
    if count > MOST:
        raise CompileError(f"makeresults makes at most {MOST:,} rows here", span)
    if ("format" in options) != ("data" in options):
        raise CompileError("format= and data= go together", span, r'write makeresults format=json data="[{\"a\": 1}]"')
    rows = READERS[str(options["format"])](str(options["data"]), span) if "data" in options else None
    return Makeresults(count, bool(options.get("annotate")), rows, span=span)


def _json(data: str, span: Span) -> tuple[tuple[tuple[str, Any], ...], ...]:
    try:
        found = json.loads(data, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise CompileError(f"data= is no JSON: {error}", span) from None
    records = found if isinstance(found, list) else [found]
    if not all(isinstance(record, dict) for record in records):
        raise CompileError("data= must hold JSON objects", span, r'write data="[{\"name\": \"value\"}]"')
    return tuple((("_raw", json.dumps(record)), *flatten.flatten(record).items()) for record in records)


def _csv(data: str, span: Span) -> tuple[tuple[tuple[str, Any], ...], ...]:
    lines = [line for line in csv.reader(data.strip().splitlines()) if line]
    if not lines:
        raise CompileError("data= is empty", span, 'write data="name, age<line break>Eve, 30"')
    names = [name.strip() for name in lines[0]]
    return tuple(tuple(zip(names, (cell.strip() for cell in line), strict=False)) for line in lines[1:])


READERS = {"json": _json, "csv": _csv}


def compile_makeresults(session: Session, before: Relation, node: Makeresults) -> Relation:
    if node.rows is not None:
        rows = [{**dict(row), "_time": float(int(session.now))} for row in node.rows]
        return load_rows(session, rows, ["_time"], {"_time": Kind.NUM})
    single = load_rows(
        session,
        [{"_time": float(int(session.now)), **(ANNOTATIONS if node.annotate else {})}],
        ["_time"],
        {"_time": Kind.NUM},
    )
    columns = ", ".join(column.sql for column in single.columns.values())
    return session.step(single, f"SELECT i AS o, {columns} FROM {{prev}}, range(1, {max(node.count, 0) + 1}) r(i)")


def parse_addinfo(parser: PipelineParser, span: Span) -> Addinfo:
    parser.cursor(span).finish("addinfo")
    return Addinfo(span=span)


def compile_addinfo(session: Session, before: Relation, node: Addinfo) -> Relation:
    latest = session.latest
    info = {
        "info_min_time": f"{session.earliest or 0:.3f}",
        "info_max_time": "+Infinity" if latest is None else f"{latest:.3f}",
        "info_sid": f"{session.now:.0f}.1",
        "info_search_time": f"{session.now:.3f}",
    }
    return session.extend(before, {name: Expr(session.bind(value), Kind.TEXT) for name, value in info.items()})


ROWS = (
    CommandRow("makeresults", parse, compile_makeresults, generates=True, example="| makeresults count=3"),
    CommandRow("addinfo", parse_addinfo, compile_addinfo, lambda node: Reads(), example="addinfo"),
)

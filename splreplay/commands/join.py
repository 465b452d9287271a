"""`join`: fields of a second search, by equal values. A null joins nothing.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/join
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.append import limited
from splreplay.commands.parts.arguments import subsearch_token
from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, Cursor, boolean, one_of, whole
from splreplay.spl.errors import CompileError, Span
from splreplay.sql.compare import compare
from splreplay.sql.expr import NULL, Expr, unify
from splreplay.sql.relation import Column, Kind, Relation

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

MAX_ROWS = 50_000  # limits.conf [join] subsearch_maxout
OPTIONS: dict[str, Converter] = {
    "type": one_of("inner", "outer", "left"),
    "usetime": boolean,
    "earlier": boolean,
    "overwrite": boolean,
    "max": whole,
    "left": str,
    "right": str,
}


@dataclass(frozen=True)
class Join(ast.Node):
    """`on`: pairs of a field of each side, none: all shared ones. `aliases` prefix the result."""

    subsearch: ast.Subsearch
    on: tuple[tuple[str, str], ...]
    outer: bool
    max: int
    overwrite: bool
    earlier: bool | None
    aliases: tuple[str, str] | None


def parse(parser: PipelineParser, span: Span) -> Join:
    cursor = parser.cursor(span)
    options: dict[str, object] = {}
    names: list[str] = []
    while not cursor.done and cursor.now.text != "where" and not _at_subsearch(cursor):
        option = cursor.option(OPTIONS)
        if option is not None:
            options[option[0]] = option[1]
        elif not cursor.accept_op(","):
            names.append(cursor.name().text)
    aliases = _aliases(cursor, options)
    on = _where(cursor, aliases) if aliases else tuple((name, name) for name in names)
    subsearch = parser.subsearch(subsearch_token(cursor, "join"))
    cursor.finish("join")
    earlier = bool(options.get("earlier", True)) if options.get("usetime") else None
    return Join(
        subsearch,
        on,
        options.get("type", "inner") != "inner",
        int(str(options.get("max", 1))),
        bool(options.get("overwrite", True)),
        earlier,
        aliases,
        span=span,
    )


def _at_subsearch(cursor: Cursor) -> bool:
    return cursor.now.kind.value == "subsearch"


def _aliases(cursor: Cursor, options: dict[str, object]) -> tuple[str, str] | None:
    if "left" in options and "right" in options:
        return str(options["left"]), str(options["right"])
    if "left" in options or "right" in options:
        raise cursor.wrong("left= and right= go together", "write join left=L right=R where L.a=R.b [search ...]")
    return None


def _where(cursor: Cursor, aliases: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """`where L.a=R.b L.c=R.d`, the sides in either order."""
    if not cursor.accept_word("where"):
        raise cursor.wrong("expected where", "write join left=L right=R where L.a=R.b [search ...]")
    pairs = []
    while not cursor.done and not _at_subsearch(cursor):
        if cursor.accept_op(",") or cursor.accept_word("and"):
            continue
        sides = [cursor.name("a field with its alias").text]
        cursor.need_op("=", "between the two fields")
        sides.append(cursor.name("a field with its alias").text)
        if sides[0].startswith(f"{aliases[1]}."):
            sides.reverse()
        if any(not side.startswith(f"{alias}.") for side, alias in zip(sides, aliases, strict=True)):
            raise cursor.wrong(f"a field of '{aliases[0]}' must equal one of '{aliases[1]}'")
        pairs.append((sides[0][len(aliases[0]) + 1 :], sides[1][len(aliases[1]) + 1 :]))
    return tuple(pairs)


def compile_join(walk: Walk, before: Relation, node: Join) -> Relation:
    found = limited(walk, walk.pipeline(node.subsearch.pipeline), MAX_ROWS, "join")
    left, right = walk.materialise(before), walk.materialise(found)
    on = node.on or tuple((name, name) for name in left.columns if name in right.columns and not name.startswith("_"))
    if not on:
        raise CompileError("the two searches share no field to join by", node.span, "name one: join user [search ...]")
    place = walk.fresh("i")
    match = " AND ".join([_equal(walk, left, right, pair) for pair in on] + _by_time(left, right, node.earlier))
    pairs = (
        f"SELECT l.o AS l, r.o AS r, row_number() OVER (PARTITION BY l.o ORDER BY r.o) AS {place} "
        f"FROM {left.name} l JOIN {right.name} r ON {match}"
    )
    kept = f"SELECT l, r FROM ({pairs})" + (f" WHERE {place} <= {node.max}" if node.max > 0 else "")
    columns, parts = _columns(walk, left, right, node)
    how = "LEFT JOIN" if node.outer else "JOIN"
    listed = ", ".join(["row_number() OVER (ORDER BY l.o, p.r) AS o", *parts])
    sql = f"SELECT {listed} FROM {{prev}} l {how} ({kept}) p ON p.l = l.o LEFT JOIN {right.name} r ON r.o = p.r"
    return walk.step(left, sql, columns)


def _side(relation: Relation, prefix: str, name: str) -> Expr:
    column = relation.columns.get(name)
    return NULL if column is None else Expr(f"{prefix}.{column.sql}", column.kind)


def _equal(session: Session, left: Relation, right: Relation, pair: tuple[str, str]) -> str:
    one, other = _side(left, "l", pair[0]), _side(right, "r", pair[1])
    if Kind.NULL in (one.kind, other.kind):
        return "FALSE"
    if Kind.MULTI in (one.kind, other.kind):
        return compare(session, "=", one, other)
    sqls, _ = unify([one, other])
    return f"{sqls[0]} = {sqls[1]}"


def _by_time(left: Relation, right: Relation, earlier: bool | None) -> list[str]:
    """With usetime, rows of the subsearch count that are earlier (or later) than the row they join."""
    one, other = left.columns.get("_time"), right.columns.get("_time")
    if earlier is None or one is None or other is None:
        return []
    return [f"r.{other.sql} {'<=' if earlier else '>='} l.{one.sql}"]


def _columns(session: Session, left: Relation, right: Relation, node: Join) -> tuple[dict[str, Column], list[str]]:
    if node.aliases:
        sides = [
            (f"{alias}.{name}", prefix, column)
            for alias, prefix, relation in zip(node.aliases, "lr", (left, right), strict=True)
            for name, column in relation.columns.items()
            if not name.startswith("_")
        ]
        columns = {name: Column(session.fresh("c"), column.kind) for name, _, column in sides}
        return columns, [f"{prefix}.{column.sql} AS {columns[name].sql}" for name, prefix, column in sides]
    columns, parts = {}, []
    for name in dict.fromkeys([*left.columns, *right.columns]):
        values = [_side(right, "r", name), _side(left, "l", name)]
        sqls, kind = unify(values if node.overwrite else values[::-1])
        columns[name] = Column(session.fresh("c"), kind)
        parts.append(f"coalesce({', '.join(sqls)}) AS {columns[name].sql}")
    return columns, parts


ROWS = (
    CommandRow(
        "join",
        parse,
        compile_join,
        example="join type=left user [search eventName=ConsoleLogin | table user src_ip]",
    ),
)

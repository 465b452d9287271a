"""What SQL is built with and run on: one DuckDB connection, bound values, messages, relations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from splreplay.spl import ast
from splreplay.spl.errors import Span, SplError
from splreplay.sql.database import Database
from splreplay.sql.expr import Expr, coerce, common
from splreplay.sql.relation import Column, Kind, Relation
from splreplay.sql.scope import Scope
from splreplay.values.rows import Row

if TYPE_CHECKING:
    import duckdb

    from splreplay.sql.rows import Udf

STEPS_BEFORE_REST = 40  # DuckDB plans a long chain of SELECTs slowly; a table in between keeps it flat
_PARAMETER = re.compile(r"\$(p\d+)\b")


@dataclass(frozen=True)
class Message:
    """What the search has to say: level is warn, info, or scan for what `explain` shows of the scan."""

    level: str
    text: str


class Messages:
    """What one search has to say, each thing once."""

    def __init__(self) -> None:
        self._entries: dict[Message, None] = {}

    def say(self, level: str, text: str) -> None:
        self._entries[Message(level, text)] = None

    def warn(self, text: str) -> None:
        self.say("warn", text)

    def of(self, *levels: str) -> tuple[Message, ...]:
        return tuple(entry for entry in self._entries if entry.level in levels)


@dataclass(frozen=True, kw_only=True)
class Session:
    """Values are bound, functions made known, statements run. Implements scope.Services; only its methods change it.

    `now` and the bounds of the events' time and of their index time are epoch seconds, `tz` an IANA name;
    `compile_formula` and `compile_filter` compile the two languages of expressions, which stand above this room.
    """

    now: float
    tz: str
    earliest: float | None
    latest: float | None
    index_earliest: float | None = None
    index_latest: float | None = None
    compile_formula: Callable[[Scope, ast.Node], Expr]
    compile_filter: Callable[[Scope, ast.Node], str]
    database: Database = field(default_factory=Database)
    statements: list[str] = field(default_factory=list)
    messages: Messages = field(default_factory=Messages)
    values: dict[str, object] = field(default_factory=dict)
    shelf: object = None  # the lookup tables that lookup() of eval sees: knowledge.lookups.Shelf
    _functions: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def bounds(self) -> Mapping[str, float | None]:
        """The time range that the search is run with, by the names that its ends have in a search."""
        return {
            "earliest": self.earliest,
            "latest": self.latest,
            "_index_earliest": self.index_earliest,
            "_index_latest": self.index_latest,
        }

    # --- what expressions ask for ------------------------------------------------------------------
    def fresh(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"

    def bind(self, value: object) -> str:
        name = self.fresh("p")
        self.values[name] = value
        cast = "DOUBLE" if isinstance(value, float) else "VARCHAR[]" if isinstance(value, list) else "VARCHAR"
        return f"${name}::{cast}"

    def use(self, udf: Udf) -> str:
        if udf.name not in self._functions:
            params = [kind.value for kind in udf.params]
            python, returns = self._guarded(udf.python), udf.returns.value
            self.database.create_function(udf.name, python, params, returns)
            self._functions.add(udf.name)
        return udf.name

    def _guarded(self, python: Callable[..., object]) -> Callable[..., object]:
        """DuckDB passes on the words of a Python error only; ours is kept, to be raised as it is."""

        @wraps(python)
        def call(*args: object) -> object:
            try:
                return python(*args)
            except SplError as error:
                self.database.failure = error
                raise

        return call

    def warn(self, message: str, span: Span | None = None) -> None:
        self.messages.warn(message)

    def inform(self, message: str, level: str = "info") -> None:
        self.messages.say(level, message)

    # --- relations ---------------------------------------------------------------------------------
    def scope(self, relation: Relation) -> Scope:
        return self.scope_of(relation.columns)

    def scope_of(self, columns: Mapping[str, Column]) -> Scope:
        """Where expressions over these columns are compiled."""
        return Scope(self, columns, self.compile_formula, self.compile_filter)

    def step(self, relation: Relation, sql: str, columns: Mapping[str, Column] | None = None) -> Relation:
        """One more SELECT over `{prev}`; it must keep the column `o`."""
        if len(relation.steps) >= STEPS_BEFORE_REST:
            relation = self.materialise(relation)
        return relation.step(self.fresh("s"), sql, columns)

    def extend(self, relation: Relation, new: Mapping[str, Expr]) -> Relation:
        """The relation with these fields set; all expressions see the fields as they were before."""
        columns, parts = dict(relation.columns), []
        for name, expr in new.items():
            kind = Kind.TEXT if expr.kind in (Kind.NULL, Kind.BOOL) else expr.kind
            columns[name] = Column(self.fresh("c"), kind)
            parts.append(f"{coerce(expr, kind)} AS {columns[name].sql}")
        return self.step(relation, f"SELECT *, {', '.join(parts)} FROM {{prev}}", columns) if parts else relation

    def reorder(self, relation: Relation, order: str) -> Relation:
        """The rows numbered anew by an ORDER BY list."""
        return self.step(relation, f"SELECT * REPLACE (row_number() OVER (ORDER BY {order}) AS o) FROM {{prev}}")

    def union(self, relations: Sequence[Relation], order: str = "part, place") -> Relation:
        """All rows, those of the first relation first; fields that one of them lacks are null there.

        `order="place"` sorts them by their `o` alone, which then no two rows share.
        """
        names = list(dict.fromkeys(name for relation in relations for name in relation.columns))
        kinds = {name: common([r.columns[name].kind for r in relations if name in r.columns]) for name in names}
        columns = {name: Column(self.fresh("c"), kinds[name]) for name in names}
        parts = []
        for index, relation in enumerate(map(self.materialise, relations)):
            scope = self.scope(relation)
            values = [f"{coerce(scope.field(name), column.kind)} AS {column.sql}" for name, column in columns.items()]
            parts.append(f"SELECT {', '.join([f'{index} AS part', 'o AS place', *values])} FROM {relation.name}")
        body = " UNION ALL ".join(parts)
        listed = "".join(f", {column.sql}" for column in columns.values())
        sql = f"SELECT row_number() OVER (ORDER BY {order}) AS o{listed} FROM ({body})"
        return Relation(self.fresh("u"), columns).step(self.fresh("s"), sql)

    def unordered(self, relation: Relation) -> Relation:
        """The rows as a table in which only `o` says their order: DuckDB writes that on all threads."""
        self.database.execute("SET preserve_insertion_order = false", {})
        try:
            return self.materialise(relation)
        finally:
            self.database.execute("SET preserve_insertion_order = true", {})

    def materialise(self, relation: Relation) -> Relation:
        """The rows as a table, computed now; commands whose columns depend on values start from one."""
        if not relation.steps:
            return relation
        name = self.fresh("m")
        columns = {column.sql: None for column in relation.columns.values()}
        listed = ", ".join(["o", *columns])
        self.execute(f"CREATE TEMP TABLE {name} AS {relation.prelude}SELECT {listed} FROM {relation.name}")
        return Relation(name, relation.columns)

    def execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        used = {name: self.values[name] for name in self.parameters(sql)}
        if sql.startswith("CREATE"):
            self.statements.append(sql)
        return self.database.execute(sql, used)

    @staticmethod
    def parameters(sql: str) -> list[str]:
        """The names of the bound values that a statement uses; SQL text holds nothing of the user's."""
        return list(dict.fromkeys(_PARAMETER.findall(sql)))

    def one(self, sql: str) -> tuple[Any, ...]:
        """The single row of a query, read to its end: DuckDB refuses work while a result is open."""
        (row,) = self.execute(sql).fetchall()
        return tuple(row)

    def rows(self, relation: Relation) -> list[Row]:
        """The rows as Splunk's REST gives them: text or a list of texts, absent where null."""
        names = list(relation.columns)
        found = self.execute(f"{relation.prelude}SELECT o, {self._rendered(relation)} FROM {relation.name}").fetchall()
        found.sort(key=itemgetter(0))  # DuckDB would carry hundreds of columns through its sort
        rows = [_row(names, values) for _, *values in found]
        for name, column in relation.columns.items():
            if column.kind is Kind.MULTI:
                _unwrap(rows, name)
        return rows

    def final_sql(self, relation: Relation) -> str:
        return f"{relation.prelude}SELECT {self._rendered(relation)} FROM {relation.name} ORDER BY o"

    def _rendered(self, relation: Relation) -> str:
        scope = self.scope(relation)
        return ", ".join([_rendered(scope.field(name)) for name in relation.columns] or ["NULL"])


def _rendered(expr: Expr) -> str:
    return coerce(expr, Kind.MULTI if expr.kind is Kind.MULTI else Kind.TEXT)


def _row(names: Sequence[str], values: Sequence[Any]) -> Row:
    """Events have a few dozen of hundreds of fields, so most cells are null."""
    return {name: value for name, value in zip(names, values, strict=False) if value is not None}


def _unwrap(rows: Sequence[Row], name: str) -> None:
    """A list of one is that one, an empty list is nothing."""
    for row in rows:
        if name in row:
            present = [item for item in row[name] if item is not None]
            row[name] = present[0] if len(present) == 1 else present
            if not present:
                del row[name]

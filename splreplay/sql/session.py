"""A search while it runs: one DuckDB connection, bound values, messages, and the walk through the stages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

from splreplay.commands import COMMANDS
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span, SplError
from splreplay.spl.text import Text
from splreplay.sql.database import Database
from splreplay.sql.expr import Expr, coerce, common
from splreplay.sql.relation import Column, Kind, Relation

if TYPE_CHECKING:
    import duckdb

    from splreplay.commands.custom import Custom
    from splreplay.commands.parts.protocol import Child
    from splreplay.knowledge.app import App
    from splreplay.knowledge.lookups import Definition, Table
    from splreplay.scan.source import Source
    from splreplay.sql.rows import Udf
    from splreplay.sql.scope import Scope

STEPS_BEFORE_REST = 40  # DuckDB plans a long chain of SELECTs slowly; a table in between keeps it flat
_PARAMETER = re.compile(r"\$(p\d+)\b")
Row = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What the search has to say: level is warn or info."""

    level: str
    text: str


@dataclass(frozen=True)
class Surroundings:
    """What a search finds around it. Times are epoch seconds, `tz` an IANA name, `lookups` tables by name."""

    app: App
    addon: App
    now: float
    tz: str = "UTC"
    earliest: float | None = None
    latest: float | None = None
    lookups: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    maxmind: str | None = None


@dataclass
class Session:
    """Implements compiler.scope.Services."""

    source: Source
    around: Surroundings
    assume_fields: bool = False
    database: Database = field(default_factory=Database)
    scan_note: str = "no events are read"
    statements: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)
    udfs: set[str] = field(default_factory=set)
    tables: dict[str, Table] = field(default_factory=dict)  # lookups that were read or written
    opened: list[str] = field(default_factory=list)  # saved searches that are being run, outermost first
    children: list[Child] = field(default_factory=list)
    counter: int = 0
    text: Text = field(default_factory=lambda: Text(""))

    @property
    def app(self) -> App:
        return self.around.app

    @property
    def addon(self) -> App:
        return self.around.addon

    @property
    def now(self) -> float:
        return self.around.now

    @property
    def tz(self) -> str:
        return self.around.tz

    @property
    def lookups(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        return self.around.lookups

    # --- what expressions ask for ------------------------------------------------------------------
    def fresh(self, prefix: str) -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def bind(self, value: object) -> str:
        name = self.fresh("p")
        self.values[name] = value
        cast = "DOUBLE" if isinstance(value, float) else "VARCHAR[]" if isinstance(value, list) else "VARCHAR"
        return f"${name}::{cast}"

    def use(self, udf: Udf) -> str:
        if udf.name not in self.udfs:
            params = [kind.value for kind in udf.params]
            python, returns = self._guarded(udf.python), udf.returns.value
            self.database.create_function(udf.name, python, params, returns)
            self.udfs.add(udf.name)
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
        self._say(Message("warn", message))

    def inform(self, message: str) -> None:
        self._say(Message("info", message))

    def _say(self, entry: Message) -> None:
        if entry not in self.messages:
            self.messages.append(entry)

    def lookup_table(self, name: str, span: Span) -> tuple[Definition, Table]:
        from splreplay.knowledge.lookups import table

        return table(self, name, span)

    # --- relations ---------------------------------------------------------------------------------
    def scope(self, relation: Relation) -> Scope:
        from splreplay.compiler.formula import scope_for

        return scope_for(self, relation.columns)

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
        return [_row(names, values) for values in self.execute(self.final_sql(relation)).fetchall()]

    def final_sql(self, relation: Relation) -> str:
        scope = self.scope(relation)
        parts = [_rendered(scope.field(name)) for name in relation.columns] or ["NULL"]
        return f"{relation.prelude}SELECT {', '.join(parts)} FROM {relation.name} ORDER BY o"

    def load(
        self,
        rows: Iterable[Mapping[str, Any]],
        fields: Sequence[str] = (),
        kinds: Mapping[str, Kind] | None = None,
    ) -> Relation:
        """Rows of text, numbers or lists as a relation, in their order."""
        from splreplay.load.events import load_rows

        return load_rows(self, rows, fields, kinds or {})

    def constant(self, formula: str, span: Span) -> str | bool | None:
        """The value of an eval expression over no fields, as macros compute it."""
        from splreplay.compiler.formula import scope_for
        from splreplay.spl.formula import parse_formula

        node = parse_formula(formula, Span(0, len(formula)))
        expr = scope_for(self, {}).compile(node)
        kind = expr.kind if expr.kind in (Kind.BOOL, Kind.NULL) else Kind.TEXT
        found = self.execute(f"SELECT {expr.sql if kind is not Kind.TEXT else coerce(expr, kind)}").fetchall()
        return found[0][0]  # type: ignore[no-any-return]

    # --- our own commands --------------------------------------------------------------------------
    def start_child(self, name: str) -> None:
        """Start the process of one of the app's own commands while the events are still being read."""
        self.children.append(self._child(name))

    def child_for(self, node: Custom) -> Child:
        for child in self.children:
            if child.command.name.lower() == node.name:
                self.children.remove(child)
                return child
        return self._child(node.name)

    def _child(self, name: str) -> Child:
        from splreplay.commands.parts.protocol import Child

        return Child(self.app.commands[name])

    def close(self) -> None:
        """End the processes that an error left waiting for rows, and the database."""
        for child in self.children:
            child.close()
        self.database.close()

    # --- the walk ----------------------------------------------------------------------------------
    def pipeline(self, pipeline: ast.Pipeline, before: Relation | None = None) -> Relation:
        relation = before
        for index, command in enumerate(pipeline.commands):
            row = COMMANDS[command.name]
            if relation is None:
                relation = self._start(command, pipeline, index)
            else:
                relation = row.compile(self, relation, command.args)
        assert relation is not None
        return relation

    def _start(self, command: ast.Command, pipeline: ast.Pipeline, index: int) -> Relation:
        if command.name == "search":
            from splreplay.load.events import load_events

            return load_events(self, command.args, pipeline)
        if not COMMANDS[command.name].generates:
            advice = "begin with a search, or with makeresults, inputlookup, ..."
            raise CompileError(f"'{command.name}' needs rows before it", command.span, advice)
        return COMMANDS[command.name].compile(self, self.nothing(), command.args)

    def nothing(self) -> Relation:
        """No rows and no fields."""
        return self.load([])


def _rendered(expr: Expr) -> str:
    return coerce(expr, Kind.MULTI if expr.kind is Kind.MULTI else Kind.TEXT)


def _row(names: Sequence[str], values: Sequence[Any]) -> Row:
    cells = ((name, _cell(value)) for name, value in zip(names, values, strict=False))
    return {name: cell for name, cell in cells if cell is not None}


def _cell(value: Any) -> Any:
    """A list of one is that one, an empty list is nothing."""
    if not isinstance(value, list):
        return value
    present = [item for item in value if item is not None]
    return present[0] if len(present) == 1 else present or None

"""What an expression may ask of its surroundings while it is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span
from splreplay.sql.expr import NULL, Expr
from splreplay.sql.relation import Column, Kind

if TYPE_CHECKING:
    from splreplay.sql.rows import Udf


MAX_LISTS = 6


class Services(Protocol):
    """The part of a session that expressions use; `now` in epoch seconds, `tz` an IANA name."""

    @property
    def now(self) -> float: ...

    @property
    def tz(self) -> str: ...

    def bind(self, value: object) -> str:
        """SQL that stands for a value: text, a number or a list of text, never the value's characters."""

    def fresh(self, prefix: str) -> str:
        """A name that no other step of this run has."""

    def use(self, udf: Udf) -> str:
        """Make a Python function callable from SQL and give its name there."""

    def warn(self, message: str, span: Span | None = None) -> None:
        """Tell the user something that does not stop the search."""

    @property
    def shelf(self) -> object:
        """The lookup tables: functions/tables.py knows their form."""


@dataclass(frozen=True)
class Scope:
    """Columns in reach, by field name, the session, and the compilers of eval's and of search's expressions."""

    session: Services
    columns: Mapping[str, Column]
    compile_formula: Callable[[Scope, ast.Node], Expr]
    compile_filter: Callable[[Scope, ast.Node], str]
    depth: int = 0

    def field(self, name: str) -> Expr:
        """The field's value; a field that no row has is NULL, as in Splunk."""
        column = self.columns.get(name)
        return NULL if column is None else Expr(column.sql, column.kind)

    def within_list(self, name: str, column: Column, span: Span) -> Scope:
        """The scope in which the field is one value of its list; DuckDB takes twice as long for each level."""
        if self.depth >= MAX_LISTS:
            raise CompileError(f"mvmap() and mvfilter() nest deeper than {MAX_LISTS}", span, "use two evals")
        return replace(self, columns={**self.columns, name: column}, depth=self.depth + 1)

    def compile(self, node: ast.Node) -> Expr:
        """Anything, also a Boolean."""
        return self.compile_formula(self, node)

    def keeps(self, node: ast.Node) -> str:
        """SQL that is TRUE where `search` keeps a row by this expression, and never NULL."""
        return self.compile_filter(self, node)

    def value(self, node: ast.Node) -> Expr:
        """A value that a field could take; a Boolean is refused, as eval refuses it."""
        return self.plain(self.compile(node), node)

    @staticmethod
    def plain(expr: Expr, node: ast.Node) -> Expr:
        """The same, of an expression that is compiled already."""
        if expr.kind is Kind.BOOL:
            advice = 'wrap it: if(condition, "true", "false")'
            raise CompileError("a field cannot hold a Boolean", node.span, advice)
        return expr

    def condition(self, node: ast.Node) -> str:
        """SQL of kind BOOLEAN; NULL where an operand is missing."""
        expr = self.compile(node)
        if expr.kind is Kind.BOOL:
            return expr.sql
        if expr.kind is Kind.NULL:
            return "NULL::BOOLEAN"
        raise CompileError("expected a condition", node.span, "compare it with something: field=value")

    def literal(self, node: ast.Node, what: str) -> str:
        """The text that a function insists on having spelt out."""
        if isinstance(node, ast.Literal) and isinstance(node.value, str):
            return node.value
        raise CompileError(f"{what} must be a text in double quotes", node.span)

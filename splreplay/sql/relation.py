"""Rows on their way through a pipeline: a SELECT that is not run yet, and what its columns mean.

A field's name never enters SQL. Every field has a column of ours (`c7`), so hostile, huge and
case-folded names cannot meet DuckDB's parser. The column `o` carries the order of the rows. Columns that
a step no longer shows may still be in the SQL; DuckDB prunes what nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum


class Kind(Enum):
    """What a value is in SQL. Only the first three are ever stored in a column."""

    TEXT = "VARCHAR"
    NUM = "DOUBLE"
    MULTI = "VARCHAR[]"
    BOOL = "BOOLEAN"
    NULL = "NULL"


@dataclass(frozen=True)
class Column:
    """`delim` is what `nomv` puts between the values."""

    sql: str
    kind: Kind
    delim: str = "\n"


@dataclass(frozen=True)
class Relation:
    """`name` is the table or step to select from; `steps` are the named SELECTs before it, oldest first."""

    name: str
    columns: Mapping[str, Column]
    steps: tuple[tuple[str, str], ...] = ()

    @property
    def prelude(self) -> str:
        if not self.steps:
            return ""
        return "WITH " + ",\n".join(f"{name} AS ({sql})" for name, sql in self.steps) + "\n"

    def step(self, name: str, sql: str, columns: Mapping[str, Column] | None = None) -> Relation:
        """The relation behind one more SELECT; `{prev}` in `sql` stands for this one."""
        columns = self.columns if columns is None else columns
        return Relation(name, columns, (*self.steps, (name, sql.replace("{prev}", self.name))))

    def show(self, fields: Iterable[str]) -> Relation:
        """The same rows with only these fields, in this order; unknown ones are left out."""
        return replace(self, columns={field: self.columns[field] for field in fields if field in self.columns})

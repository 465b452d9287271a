"""The form of the function tables: one row a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.relation import Kind

if TYPE_CHECKING:
    from splreplay import ast
    from splreplay.compiler.expr import Expr
    from splreplay.compiler.scope import Scope


@dataclass(frozen=True)
class Udf:
    """A Python function for DuckDB; parameters and result by kind. It sees NULL as None and must not raise."""

    name: str
    python: Callable[..., object]
    params: tuple[Kind, ...]
    returns: Kind


@dataclass(frozen=True)
class EvalRow:
    """One function of eval and where.

    params: a letter a parameter: T text, N number, M list, B Boolean, A anything as it is;
            `?` behind it: optional; `*` behind it: any number of them, also none.
    sql:    template over {0} {1} ... and {args} (all, comma-separated); a tuple has one template for each
            allowed number of arguments, fewest first.
    udf:    Python in place of sql; missing optional arguments arrive as None.
    build:  for forms whose arguments are not plain values (case, mvmap, searchmatch, ...).
    whole:  a list in the first place is given as it is or refused; otherwise a T or N in the first place is
            applied to each value of a list (for a Boolean: true if it is for any value).
    """

    name: str
    params: str
    returns: Kind = Kind.TEXT
    sql: str | tuple[str, ...] = ""
    udf: Callable[..., object] | None = None
    build: Callable[[Scope, ast.Call], Expr] | None = None
    whole: bool = False
    example: str = ""


@dataclass(frozen=True)
class StatsRow:
    """One function of stats and its relatives.

    sql:   template over {0}, the argument coerced to `param` (T, N, or A: text as it is); rows where it is
           NULL are already ignored by the aggregate or by the template.
    multi: template over {0}, one list with all values of all rows, for arguments that hold several values.
    {o} is the order of the rows, {t} the time of a row, {n} the number in the name (perc95).
    """

    name: str
    sql: str
    multi: str
    param: str = "T"
    returns: Kind = Kind.TEXT
    needs_argument: bool = True
    same_kind: bool = False
    example: str = ""

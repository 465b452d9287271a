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
    """A Python function for DuckDB; parameters and result by kind. NULL is None to it; it must not raise."""

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

    sql:   template over {0}, the argument coerced to `param` (T text, N number, A as it is). It ends every
           aggregate with {w}, which is empty or an OVER clause; NULLs must not count.
    num:   the template for an argument of kind NUM, where it differs.
    multi: template for an argument that holds lists: {0} is one list of all values of all rows (numbers if
           `param` is N), {m} the column of lists. Without it the first value of each list counts.
    {o} is the order of the rows, {t} the time of a row, {n} the number in the name (95 in perc95) and
    {seconds} the length of a bin of timechart.

    same_kind: an argument of kind NUM gives a NUM.
    numbered:  the name ends with a number.
    counts:    an empty cell of a chart holds 0 and not null.
    limit:     the most values that Splunk lists; the template returns one more.
    """

    name: str
    sql: str
    multi: str = ""
    param: str = "T"
    returns: Kind = Kind.TEXT
    num: str = ""
    needs_argument: bool = True
    same_kind: bool = False
    numbered: bool = False
    counts: bool = False
    limit: int = 0
    aliases: tuple[str, ...] = ()
    example: str = ""

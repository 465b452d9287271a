"""The form of the function tables: one row a function."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.sql.relation import Kind

if TYPE_CHECKING:
    from splreplay.spl import ast
    from splreplay.sql.expr import Expr
    from splreplay.sql.scope import Scope


_PARAMETER = re.compile(r"([A-Z])([?*]?)")


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

    params:  a letter a parameter: T text, N number, M list, J any value as JSON (see functions/json.py),
             B Boolean, A anything as it is; `?` behind it: optional; `*` behind it: any number, also none.
    sql:     template over {0} {1} ... and {args} (all, comma-separated); a tuple has one template for each
             allowed number of arguments, fewest first.
    udf:     Python in place of sql. A null argument makes the result null without a call, unless `nulls`;
             optional arguments that are missing are not passed; with `*`, all arguments of the last letter
             arrive as one list.
    context: what the udf wants to know of the run before its arguments: tz, now.
    build:   for forms whose arguments are not plain values (case, mvmap, searchmatch, ...).
    each:    the parameter over whose values the function goes where it holds a list: a Boolean is true if it
             is for any of them. Without it a list of several values counts as null, as for Splunk.
    """

    name: str
    params: str
    returns: Kind = Kind.TEXT
    sql: str | tuple[str, ...] = ""
    udf: Callable[..., object] | None = None
    nulls: bool = False
    context: tuple[str, ...] = ()
    build: Callable[[Scope, ast.Call], Expr] | None = None
    each: int | None = None
    example: str = ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Letter and mark of each parameter."""
        return _PARAMETER.findall(self.params)

    @property
    def least(self) -> int:
        return sum(not mark for _, mark in self.parameters)

    @property
    def most(self) -> int | None:
        """None: any number."""
        return None if "*" in self.params else len(self.parameters)

    @property
    def packed(self) -> int | None:
        """How many arguments stand before those that arrive as one list."""
        return len(self.params.rstrip("*").rstrip(self.params[-2:-1])) if self.params.endswith("*") else None

    def letters(self, count: int) -> list[str]:
        """The letter of each of `count` arguments."""
        found = [letter for letter, _ in self.parameters][:count]
        return found + found[-1:] * (count - len(found))


@dataclass(frozen=True)
class StatsRow:
    """One function of stats and its relatives.

    sql:   template over {0}, the argument coerced to `param` (T text, N number, A as it is). It ends every
           aggregate with {w}, which is empty or an OVER clause; NULLs must not count.
    num:   the template for an argument of kind NUM, where it differs.
    multi: template for an argument that holds lists: {0} is one list of all values of all rows (numbers if
           `param` is N), {m} the column of lists. Without it the first value of each list counts.
    {o} is the order of the rows, {t} the time of a row, {n} the part that the name gives (0.95 in perc95) and
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

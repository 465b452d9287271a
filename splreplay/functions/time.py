"""Date and time functions of eval, in the time zone of the run.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/date-and-time-functions
"""

from __future__ import annotations

import math
import re

from splreplay.spl import ast
from splreplay.spl.errors import CompileError
from splreplay.spl.times import parse_modifier
from splreplay.sql.calls import apply
from splreplay.sql.expr import Expr
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow
from splreplay.sql.scope import Scope
from splreplay.values.timeformats import strftime, strptime


def _now(scope: Scope, node: ast.Call) -> Expr:
    """When the search began, in whole seconds."""
    return Expr(scope.session.bind(float(math.floor(scope.session.now))), Kind.NUM)


def _time(scope: Scope, node: ast.Call) -> Expr:
    """The time of day; the same for every row, so that a run can be repeated."""
    return Expr(scope.session.bind(float(scope.session.now)), Kind.NUM)


def _relative_time(scope: Scope, node: ast.Call) -> Expr:
    when, modifier = scope.value(node.args[0]), scope.value(node.args[1])
    if (
        isinstance(modifier.literal, str)
        and parse_modifier(modifier.literal, scope.session.now, scope.session.tz) is None
    ):
        advice = "write for example -1d@d, @w1 or +2h"
        raise CompileError(f"'{modifier.literal[:60]}' is no time modifier", node.args[1].span, advice)
    return apply(scope, MOVE, [when, modifier])


def _moved(tz: str, when: float, modifier: str) -> float | None:
    return parse_modifier(modifier, when, tz)


def _strftime(scope: Scope, node: ast.Call) -> Expr:
    return formatted(scope, scope.value(node.args[0]), scope.value(node.args[1]))


def formatted(scope: Scope, when: Expr, written: Expr) -> Expr:
    """A time as text; by DuckDB where it means the same, which needs neither Python nor numpy."""
    plain = isinstance(written.literal, str) and NATIVE.fullmatch(written.literal) is not None
    return apply(scope, FORMAT_NATIVE if plain and scope.session.tz == "UTC" else FORMAT, [when, written])


# The variables that DuckDB writes as Splunk does.
NATIVE = re.compile(r"(%[YmdHMS]|[^%])+")
FORMAT = EvalRow("strftime", "NT", udf=strftime, context=("tz",))
FORMAT_NATIVE = EvalRow("strftime", "NT", sql="spl_utc({0}, {1})")
MOVE = EvalRow("moved_time", "NT", Kind.NUM, udf=_moved, context=("tz",))

ROWS = (
    EvalRow("now", "", build=_now, example="now()"),
    EvalRow("relative_time", "NT", build=_relative_time, example='relative_time(now(), "-1d@d")'),
    EvalRow("strftime", "NT", build=_strftime, example='strftime(_time, "%Y-%m-%dT%H:%M:%S")'),
    EvalRow(
        "strptime",
        "TT",
        Kind.NUM,
        udf=strptime,
        context=("tz", "now"),
        example='strptime(eventTime, "%FT%TZ")',
    ),
    EvalRow("time", "", build=_time, example="time()"),
)

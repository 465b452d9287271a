"""Multivalue functions of eval. A list of one value is that value; an empty list is null.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/multivalue-eval-functions
"""

from __future__ import annotations

from splreplay.spl import ast
from splreplay.spl.errors import CompileError, RunError, Span, SplError
from splreplay.spl.fields import formula_fields
from splreplay.spl.lexer import stages, words
from splreplay.spl.times import parse_modifier
from splreplay.sql.arguments import arguments
from splreplay.sql.calls import apply
from splreplay.sql.compare import once
from splreplay.sql.expr import Expr, multi, number, text
from splreplay.sql.lists import listed
from splreplay.sql.patterns import test
from splreplay.sql.relation import Column, Kind
from splreplay.sql.rows import EvalRow
from splreplay.sql.scope import Scope
from splreplay.values.regexes import pattern

MAX_RANGE = 1_000_000
MULTI = Kind.MULTI


def _commands(search: str) -> list[str] | None:
    """The names of the commands; a search that begins without one begins with `search`."""
    try:
        first, *rest = [words(search, span)[0].text for span in stages(search, Span(0, len(search)))]
    except SplError:
        return None
    names = [first] if first == "search" else ["search"] if first else []
    return [*names, *rest] or None


def _mvappend(scope: Scope, node: ast.Call) -> Expr:
    lists = ", ".join(f"coalesce({multi(scope.value(arg))}, [])" for arg in node.args)
    return Expr(f"spl_list(flatten([{lists}]))", MULTI)


def _mvdedup(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _mvfind(scope: Scope, node: ast.Call) -> Expr:
    values, given = multi(scope.value(node.args[0])), scope.value(node.args[1])
    found = pattern(given.literal, node.args[1].span) if isinstance(given.literal, str) else text(given)
    name = scope.session.fresh("v")
    hits = f"list_transform({values}, lambda {name}: {test(scope.session, name, found)})"
    return Expr(f"CAST(list_position({hits}, TRUE) - 1 AS DOUBLE)", Kind.NUM)


def _mvindex(scope: Scope, node: ast.Call) -> Expr:
    """One value, or with an end the values up to it; an end behind the last value is the last."""
    exprs = arguments(scope, MVINDEX, node)
    values, places = multi(exprs[0]), [number(expr) for expr in exprs[1:]]
    if len(places) == 1:
        return Expr(f"spl_at({values}, {places[0]})", Kind.TEXT)
    return Expr(f"spl_list(spl_slice({values}, {', '.join(places)}))", MULTI)


MVINDEX = EvalRow("mvindex", "MNN?", build=_mvindex, example="mvindex(names, 0, 2)")


def _mvfilter(scope: Scope, node: ast.Call) -> Expr:
    """The values of the one field in the condition for which it holds."""
    field = _field(node, node.args[0])
    name, inner = _inner(scope, field, node)
    condition = inner.condition(node.args[0])
    return Expr(
        f"spl_list(list_filter({multi(scope.field(field))}, lambda {name}: coalesce({condition}, FALSE)))",
        MULTI,
    )


def _mvjoin(scope: Scope, node: ast.Call) -> Expr:
    values, between = multi(scope.value(node.args[0])), scope.value(node.args[1])
    if isinstance(between.literal, str):
        return Expr(once(values, f"array_to_string({{0}}, {between.sql})"), Kind.TEXT, string=True)
    return Expr(f"spl_join({values}, {text(between)})", Kind.TEXT, string=True)


def _mvmap(scope: Scope, node: ast.Call) -> Expr:
    """The expression for each value; its field is the one that the first argument is made of."""
    values, field = multi(scope.value(node.args[0])), _field(node, node.args[0])
    name, inner = _inner(scope, field, node)
    return listed(values, name, text(inner.value(node.args[1])))


def _field(node: ast.Call, part: ast.Node) -> str:
    names = list(dict.fromkeys(formula_fields(part)))
    if not names or (len(names) > 1 and node.name == "mvfilter"):
        raise CompileError(f"{node.name}() goes over the values of one field", part.span,
                           f"this names {' and '.join(names[:5]) or 'none'}")  # fmt: skip
    return names[0]


def _inner(scope: Scope, field: str, node: ast.Call) -> tuple[str, Scope]:
    name = scope.session.fresh("v")
    return name, scope.within_list(field, Column(name, Kind.TEXT), node.span)


def _mvrange(scope: Scope, node: ast.Call) -> Expr:
    exprs = [scope.value(arg) for arg in node.args]
    spans = len(exprs) == 3 and exprs[2].kind is Kind.TEXT
    start, end = (Expr(number(expr), Kind.NUM) for expr in exprs[:2])
    if spans:
        return apply(scope, TIME_RANGE, [start, end, exprs[2]])
    step = Expr(number(exprs[2]) if len(exprs) == 3 else "1::DOUBLE", Kind.NUM)
    return apply(scope, NUMBER_RANGE, [start, end, step])


def _number_range(start: float, end: float, step: float) -> list[str] | None:
    if step == 0 or not all(abs(number) < 1e15 for number in (start, end, step)):
        return None
    count = max(0, -int(-(end - start) // step))
    _check_length(count)
    return [_shown(start + index * step) for index in range(count)] or None


def _time_range(tz: str, start: float, end: float, step: str) -> list[str] | None:
    """From one epoch to another by a timespan such as 7d."""
    found, now = [], start
    while now < end:
        found.append(_shown(now))
        _check_length(len(found))
        later = parse_modifier(step if step[:1] in "+-" else f"+{step}", now, tz)
        if later is None or later <= now:
            return None
        now = later
    return found or None


def _check_length(count: int) -> None:
    if count > MAX_RANGE:
        raise RunError(f"mvrange() would give {count:,} values", advice=f"the most is {MAX_RANGE:,}")


def _shown(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


NUMBER_RANGE = EvalRow("number_range", "NNN", MULTI, udf=_number_range)
TIME_RANGE = EvalRow("time_range", "NNT", MULTI, udf=_time_range, context=("tz",))


ROWS = (
    EvalRow("commands", "T", MULTI, udf=_commands, example='commands("search foo | stats count")'),
    EvalRow("mvappend", "AA*", build=_mvappend, example='mvappend("localhost", src_ip)'),
    EvalRow("mvcount", "M", Kind.NUM, sql="CAST(len({0}) AS DOUBLE)", example="mvcount(recipients)"),
    EvalRow("mvdedup", "M", MULTI, udf=_mvdedup, example="mvdedup(src_ip)"),
    EvalRow("mvfilter", "B", build=_mvfilter, example='mvfilter(match(email, "\\.net$"))'),
    EvalRow("mvfind", "MT", build=_mvfind, example='mvfind(errors, "err\\d+")'),
    MVINDEX,
    EvalRow("mvjoin", "MT", build=_mvjoin, example='mvjoin(names, ";")'),
    EvalRow("mvmap", "AA", build=_mvmap, example="mvmap(results, results * 10)"),
    EvalRow("mvrange", "NNA?", build=_mvrange, example="mvrange(1, 11, 2)"),
    EvalRow("mvreverse", "M", MULTI, sql="list_reverse({0})", example="mvreverse(names)"),
    EvalRow("mvsort", "M", MULTI, sql="list_sort({0})", example="mvsort(names)"),
    EvalRow(
        "mvzip",
        "MMT?",
        MULTI,
        sql=("spl_zip({0}, {1}, ',')", "spl_zip({0}, {1}, {2})"),
        example="mvzip(hosts, ports)",
    ),
    EvalRow("split", "TT", MULTI, sql="string_split({0}, {1})", example='split(recipients, ",")'),
)

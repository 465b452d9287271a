"""`convert`: texts that people write to numbers, and epoch times to texts.

A value that a function cannot read stays as it is; `num` removes it, and `auto` leaves the whole field alone.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/convert
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.functions import EVAL
from splreplay.functions.time import formatted
from splreplay.spl import ast
from splreplay.spl.cursor import Cursor
from splreplay.spl.errors import CompileError, Span, UnknownError, nearest
from splreplay.sql.calls import apply
from splreplay.sql.expr import Expr, unify
from splreplay.sql.relation import Kind, Relation
from splreplay.sql.rows import EvalRow
from splreplay.values.wildcards import matching, renamed

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.scope import Scope
    from splreplay.sql.session import Session

TIME_FORMAT = "%m/%d/%Y %H:%M:%S"
UNITS = {"": 1.0, "k": 1.0, "m": 1024.0, "g": 1024.0 * 1024.0}


@dataclass(frozen=True)
class Conversion(ast.Node):
    function: str
    field: str
    name: str | None


@dataclass(frozen=True)
class Convert(ast.Node):
    timeformat: str
    conversions: tuple[Conversion, ...]


def parse(parser: PipelineParser, span: Span) -> Convert:
    cursor = parser.cursor(span)
    timeformat, found = TIME_FORMAT, []
    while not cursor.done:
        option = cursor.option({"timeformat": str})
        if option is not None:
            timeformat = str(option[1])
        elif not cursor.accept_op(","):
            found.append(_conversion(cursor))
    if not found:
        raise cursor.wrong("'convert' needs a function", "for example convert ctime(firstTime)")
    return Convert(timeformat, tuple(found), span=span)


def _conversion(cursor: Cursor) -> Conversion:
    token = cursor.name("a convert function")
    function = token.text.lower()
    if function not in FUNCTIONS:
        raise UnknownError(f"unknown convert function '{token.text[:60]}'", token.span, nearest(function, FUNCTIONS))
    cursor.need_op("(", f"after {function}")
    field = cursor.name().text
    closing = cursor.need_op(")", "behind the field")
    name = cursor.name("a name after AS").text if cursor.accept_word("as") else None
    if name is not None and "*" in field and name.count("*") != field.count("*"):
        raise CompileError("both names need the same number of wildcards", token.span.to(closing.span))
    return Conversion(function, field, name, span=token.span.to(closing.span))


def compile_convert(session: Session, before: Relation, node: Convert) -> Relation:
    scope = session.scope(before)
    spared = {
        field for item in node.conversions if item.function == "none" for field in matching(item.field, before.columns)
    }
    new: dict[str, Expr] = {}
    for item in node.conversions:
        for field in matching(item.field, before.columns):
            value = scope.field(field)
            if value.kind is Kind.NULL or (field in spared and item.name is None):
                continue
            target = field if item.name is None else renamed(field, item.field, item.name)
            new[target] = FUNCTIONS[item.function](scope, value, node.timeformat, item.name is None)
    return session.extend(before, new)


# --- functions: (scope, value, timeformat, whether the value is replaced) -> expression -----------------
Build = Callable[["Scope", Expr, str, bool], Expr]


def _ctime(scope: Scope, value: Expr, timeformat: str, in_place: bool) -> Expr:
    return _or_old(formatted(scope, value, _literal(scope, timeformat)), value)


def _mktime(scope: Scope, value: Expr, timeformat: str, in_place: bool) -> Expr:
    found = apply(scope, EVAL["strptime"], [value, _literal(scope, timeformat)])
    return _or_old(found, value) if in_place else found


def _literal(scope: Scope, value: str) -> Expr:
    return Expr(scope.session.bind(value), Kind.TEXT, value)


def _or_old(new: Expr, old: Expr) -> Expr:
    sqls, kind = unify([new, old])
    return Expr(f"coalesce({', '.join(sqls)})", kind)


def _each(convert: Callable[[str], float | str | None], removes: bool = False) -> Build:
    """A function of one value, in Python."""

    def python(value: str | None) -> str | None:
        found = None if value is None else convert(value)
        return _shown(found) if isinstance(found, float) else found

    row = EvalRow(f"convert_{convert.__name__.strip('_')}", "T", udf=python)

    def build(scope: Scope, value: Expr, timeformat: str, in_place: bool) -> Expr:
        found = apply(scope, row, [value])
        return _or_old(found, value) if in_place and not removes else found

    return build


def _auto(scope: Scope, value: Expr, timeformat: str, in_place: bool) -> Expr:
    """All values of the field or none of them."""
    found = _num(scope, value, timeformat, in_place)
    sqls, kind = unify([found, value])
    all_read = f"count({sqls[0]}) OVER () = count({sqls[1]}) OVER ()"
    return Expr(f"CASE WHEN {all_read} THEN {sqls[0]} ELSE {sqls[1]} END", kind)


def _none(scope: Scope, value: Expr, timeformat: str, in_place: bool) -> Expr:
    return value


def _shown(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _number(text: str) -> float | None:
    plain = text.strip().replace(",", "")
    return float(plain) if re.fullmatch(r"[-+]?(\d{1,300}\.?\d*|\.\d+)([eE][-+]?\d{1,2})?", plain) else None


def _dur2sec(text: str) -> float | None:
    match = re.fullmatch(r"\s*(?:(\d{1,9})\+)?(\d{1,9}):(\d\d):(\d\d(?:\.\d+)?)\s*", text)
    if match is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


def _mstime(text: str) -> float | None:
    match = re.fullmatch(r"\s*(?:(\d{1,9}):)?(\d{1,9}(?:\.\d+)?)\s*", text)
    return None if match is None else float(match.group(1) or 0) * 60 + float(match.group(2))


def _memk(text: str) -> float | None:
    match = re.fullmatch(r"\s*(\d{1,300}(?:\.\d+)?)\s*([kmgKMG]?)\s*", text)
    return None if match is None else float(match.group(1)) * UNITS[match.group(2).lower()]


def _best(text: str) -> float | None:
    """The first reading that takes all of the text."""
    return next((found for read in (_number, _dur2sec, _mstime, _memk) if (found := read(text)) is not None), None)


def _rmcomma(text: str) -> str:
    return text.replace(",", "")


def _rmunit(text: str) -> str | None:
    match = re.match(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)", text)
    return match.group(1) if match else None


_num = _each(_best, removes=True)

FUNCTIONS: dict[str, Build] = {
    "auto": _auto,
    "ctime": _ctime,
    "dur2sec": _each(_dur2sec),
    "memk": _each(_memk),
    "mktime": _mktime,
    "mstime": _each(_mstime),
    "none": _none,
    "num": _num,
    "rmcomma": _each(_rmcomma),
    "rmunit": _each(_rmunit),
}


def reads_convert(node: Convert) -> Reads:
    return reads(item.field for item in node.conversions)


ROWS = (
    CommandRow(
        "convert",
        parse,
        compile_convert,
        reads_convert,
        example='convert timeformat="%Y-%m-%dT%H:%M:%S" ctime(firstTime)',
    ),
)

"""Conversion functions of eval.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/conversion-functions
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from splreplay.functions.json import array_to_list, dump, is_object, list_to_array, load
from splreplay.functions.printf import printf
from splreplay.spl import ast
from splreplay.spl.errors import CompileError
from splreplay.sql.calls import apply
from splreplay.sql.expr import Expr, boolean, text
from splreplay.sql.relation import Kind
from splreplay.sql.rows import EvalRow
from splreplay.sql.scope import Scope

MAX_SAFE = 2**53 - 1


def _ipmask(mask: str, ip: str) -> str | None:
    try:
        return str(ipaddress.IPv4Address(int(ipaddress.IPv4Address(mask)) & int(ipaddress.IPv4Address(ip))))
    except ValueError:
        return None


# --- to numbers ---------------------------------------------------------------------------------------------
def to_number(value: str, base: float = 10) -> float | None:
    """A text without blanks around it, to a base of 2 to 36."""
    if base == 10:
        decimal = re.fullmatch(r"[-+]?(\d{1,300}\.?\d*|\.\d+)([eE][-+]?\d{1,2})?", value, re.ASCII)
        return float(value) if decimal else None
    if not re.fullmatch(r"[-+]?[0-9a-zA-Z]{1,300}", value) or base not in range(2, 37):
        return None
    try:
        return float(int(value, int(base)))
    except (ValueError, OverflowError):
        return None


def _tonumber(sql: str) -> Callable[[Scope, ast.Call], Expr]:
    """`sql` says what becomes of the number; a text in the search that is none is a mistake of its author."""

    def build(scope: Scope, node: ast.Call) -> Expr:
        value = scope.value(node.args[0])
        bases = [scope.value(arg) for arg in node.args[1:]]
        if value.kind is Kind.NUM:
            return Expr(sql.format(value.sql), Kind.NUM)
        written, base = value.literal, bases[0].literal if bases else 10.0
        if isinstance(written, str) and isinstance(base, float) and to_number(written, base) is None:
            message = f"{node.name}() cannot read {written[:40]!r} as a number"
            raise CompileError(message, node.args[0].span, "a field is written without quotes")
        return Expr(sql.format(apply(scope, READ_NUMBER if bases else READ_DECIMAL, [value, *bases]).sql), Kind.NUM)

    return build


READ_NUMBER = EvalRow("read_number", "TN", Kind.NUM, udf=to_number)
READ_DECIMAL = EvalRow("read_number", "T", Kind.NUM, sql="spl_decimal({0})")


def _tobool(scope: Scope, node: ast.Call) -> Expr:
    expr = scope.compile(node.args[0])
    if expr.kind in (Kind.BOOL, Kind.NULL):
        return Expr(boolean(expr), Kind.BOOL)
    if expr.kind is Kind.NUM:
        return Expr(f"({expr.sql} <> 0)", Kind.BOOL)
    return apply(scope, READ_BOOL, [expr])


def _read_bool(value: str) -> bool | None:
    found = to_number(value)
    return {"true": True, "True": True, "false": False, "False": False}.get(value) if found is None else found != 0


READ_BOOL = EvalRow("read_bool", "T", Kind.BOOL, udf=_read_bool)


# --- to texts -----------------------------------------------------------------------------------------------
def _tostring(scope: Scope, node: ast.Call) -> Expr:
    """Without a format also of a Boolean and of null(), which become words."""
    expr = scope.compile(node.args[0])
    if expr.kind is Kind.NULL and isinstance(node.args[0], ast.Call):
        return Expr("'Null'", Kind.TEXT, string=True)
    if len(node.args) == 1 or expr.kind is Kind.BOOL:
        return expr if expr.kind is Kind.MULTI else Expr(text(expr), Kind.TEXT, string=True)
    style = scope.value(node.args[1])
    if isinstance(style.literal, str) and style.literal not in STYLES:
        raise CompileError(f"tostring() has no format {style.literal[:40]!r}", node.args[1].span,
                           f"formats: {', '.join(sorted(STYLES))}")  # fmt: skip
    return apply(scope, FORMAT, [Expr(text(expr), Kind.TEXT), style])


def _format(value: str, style: str) -> str | None:
    """A number in one of STYLES; what is no number stays as it is."""
    found = to_number(value)
    return value if found is None or style not in STYLES else STYLES[style](found)


def _binary(value: float) -> str | None:
    return format(int(value), "b") if 0 <= value <= MAX_SAFE else None


def _hex(value: float) -> str | None:
    return f"0x{int(value):X}" if 0 <= value <= MAX_SAFE else None


def _commas(value: float) -> str:
    return f"{int(value):,}" if value.is_integer() else f"{value:,.2f}"


def _duration(value: float) -> str:
    """HH:MM:SS, with days before a plus sign and microseconds behind a point where there are any."""
    micros = round(abs(value) * 1_000_000)
    seconds, micros = divmod(micros, 1_000_000)
    days, seconds = divmod(seconds, 86400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{'-' if value < 0 else ''}{f'{days}+' if days else ''}{clock}{f'.{micros:06}' if micros else ''}"


STYLES: dict[str, Callable[[float], str | None]] = {
    "binary": _binary, "commas": _commas, "duration": _duration, "hex": _hex,
}  # fmt: skip
FORMAT = EvalRow("format_number", "TT", udf=_format)


# --- to lists and documents ---------------------------------------------------------------------------------
def _toarray(scope: Scope, node: ast.Call) -> Expr:
    expr = scope.value(node.args[0])
    return apply(scope, LIST_TO_ARRAY if expr.kind is Kind.MULTI else TEXT_TO_ARRAY, [expr])


def _text_to_array(value: str) -> str | None:
    found = load(value)
    return dump(found) if isinstance(found, list) else None


LIST_TO_ARRAY = EvalRow("list_to_array", "M", udf=lambda values: list_to_array(values, True))
TEXT_TO_ARRAY = EvalRow("text_to_array", "T", udf=_text_to_array)


def _tomv(scope: Scope, node: ast.Call) -> Expr:
    expr = scope.value(node.args[0])
    return expr if expr.kind is Kind.MULTI else apply(scope, ARRAY_TO_LIST, [expr])


ARRAY_TO_LIST = EvalRow("array_to_list", "T", Kind.MULTI, udf=lambda value: array_to_list(value, True))


def _toobject(value: str) -> str | None:
    return dump(load(value)) if is_object(value) else None


ROWS = (
    EvalRow("ipmask", "TT", udf=_ipmask, example='ipmask("255.255.255.0", src_ip)'),
    EvalRow("printf", "TT*", udf=printf, example='printf("%.2f of %s", ratio, user)'),
    EvalRow("toarray", "A", build=_toarray, example='toarray(split("1,2", ","))'),
    EvalRow("tobool", "A", build=_tobool, example="tobool(mfaAuthenticated)"),
    EvalRow("todouble", "TN?", build=_tonumber("{0}"), example="todouble(ratio)"),
    EvalRow("toint", "TN?", build=_tonumber("floor({0})"), example="toint(3.14)"),
    EvalRow("tomv", "A", build=_tomv, example='tomv("[1, 2]")'),
    EvalRow("tonumber", "TN?", build=_tonumber("{0}"), example='tonumber("0A4", 16)'),
    EvalRow("toobject", "T", udf=_toobject, example="toobject(_raw)"),
    EvalRow("tostring", "AT?", build=_tostring, example='tostring(bytes, "commas")'),
)

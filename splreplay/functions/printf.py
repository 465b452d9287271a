"""printf(): formats as C's sprintf has them, with `'` for thousands and `*` for widths given as arguments.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/conversion-functions
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

MAX_WIDTH = 10_000
_SPECIFIER = re.compile(r"%(?P<flags>[-+ 0#']*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?(?P<kind>[a-zA-Z%])")


def printf(values: list[str | None]) -> str | None:
    """The format and its arguments; null where an argument is missing or is not what its specifier takes."""
    written, arguments = values[0], iter(values[1:])
    if written is None:
        return None
    try:
        return _SPECIFIER.sub(lambda match: _one(match, arguments), written)
    except (StopIteration, ValueError, TypeError, OverflowError):
        return None


def _one(match: re.Match[str], arguments: Iterator[str | None]) -> str:
    kind = match["kind"]
    if kind == "%":
        return "%"
    flags = match["flags"]
    width, precision = _size(match["width"], arguments), _size(match["precision"], arguments)
    if width is not None and width < 0:
        flags, width = flags + "-", -width
    value = next(arguments)
    if value is None or max(width or 0, precision or 0) > MAX_WIDTH:
        raise ValueError("null, or a width beyond reason")
    return _padded(_KINDS[kind](value, kind, flags, precision), flags, width or 0, kind)


def _size(written: str | None, arguments: Iterator[str | None]) -> int | None:
    if written == "*":
        return int(float(next(arguments) or "0"))
    return None if written is None else int(written[:9] or "0")


def _padded(shown: str, flags: str, width: int, kind: str) -> str:
    if "-" in flags:
        return shown.ljust(width)
    if "0" in flags and kind not in "szc":
        sign = re.match(r"[-+ ]?(?:0[xX])?", shown)
        start = sign.end() if sign else 0
        return shown[:start] + shown[start:].rjust(width - start, "0")
    return shown.rjust(width)


def _signed(shown: str, flags: str) -> str:
    if shown.startswith("-"):
        return shown
    return ("+" if "+" in flags else " " if " " in flags else "") + shown


def _integer(value: str, kind: str, flags: str, precision: int | None) -> str:
    number = math.trunc(float(value)) if not re.fullmatch(r"[-+]?\d{1,18}", value) else int(value)
    digits = str(abs(number)).rjust(precision or 0, "0")
    if "'" in flags:
        digits = f"{int(digits):,}"
    if precision == 0 and number == 0:
        digits = ""
    return _signed(("-" if number < 0 else "") + digits, flags)


def _unsigned(value: str, kind: str, flags: str, precision: int | None) -> str:
    number = math.trunc(float(value)) & 0xFFFF_FFFF_FFFF_FFFF
    base = {"o": "o", "u": "d", "x": "x", "X": "X", "p": "X"}[kind]
    digits = format(number, base).rjust(precision or 0, "0")
    if "#" in flags and number:
        digits = {"o": "0", "u": "", "p": "0X"}.get(kind, f"0{kind}") + digits
    return f"{number:,}" if kind == "u" and "'" in flags else digits


def _float(value: str, kind: str, flags: str, precision: int | None) -> str:
    comma = "," if "'" in flags and kind in "fFgG" else ""
    sharp = "#" if "#" in flags else ""
    return _signed(format(float(value), f"{sharp}{comma}.{6 if precision is None else precision}{kind}"), flags)


def _hexadecimal(value: str, kind: str, flags: str, precision: int | None) -> str:
    """C's %a: one digit before the point, the rest rounded to `precision` digits of base 16."""
    mantissa, exponent = math.frexp(abs(float(value)))
    digits = 13 if precision is None else min(precision, 13)
    scaled = round(math.ldexp(mantissa * 2, 4 * digits)) if mantissa else 0
    whole, rest = divmod(scaled, 16**digits)
    fraction = format(rest, "x").rjust(digits, "0") if digits else ""
    if precision is None:
        fraction = fraction.rstrip("0")
    point = "." if fraction or "#" in flags else ""
    sign = "-" if float(value) < 0 else ""
    shown = f"{sign}0x{whole:x}{point}{fraction}p{exponent - 1 if mantissa else 0:+d}"
    return _signed(shown.upper() if kind == "A" else shown, flags)


def _string(value: str, kind: str, flags: str, precision: int | None) -> str:
    return value if precision is None else value[:precision]


def _character(value: str, kind: str, flags: str, precision: int | None) -> str:
    return chr(int(value)) if value.isdecimal() and int(value) < 0xD800 else value[:1]


Formatter = Callable[[str, str, str, int | None], str]
_KINDS: dict[str, Formatter] = {
    **dict.fromkeys("di", _integer),
    **dict.fromkeys("ouxXp", _unsigned),
    **dict.fromkeys("eEfFgG", _float),
    **dict.fromkeys("aA", _hexadecimal),
    **dict.fromkeys("sz", _string),
    "c": _character,
}

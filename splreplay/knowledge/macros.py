"""Macros in backquotes become their definitions, and every character still knows where it was written.

https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/search-macros
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from splreplay.knowledge.app import Macro
from splreplay.spl.errors import CompileError, MissingMacroError, ParseError, Span, nearest
from splreplay.spl.text import Origin, Piece, Text

MAX_DEPTH = 30
MAX_LENGTH = 2_000_000
_TOKEN = re.compile(r"```.*?```|\"(?:[^\"\\]|\\.)*\"|`", re.DOTALL)
_CALL = re.compile(r"\s*([^\s(`\"]+)\s*(?:\((.*)\)\s*)?", re.DOTALL)

Evaluate = Callable[[str, Span], str | bool | None]  # the value of an eval expression over no fields
Macros = Mapping[tuple[str, int], Macro]


def expand(source: Text, macros: Macros, evaluate: Evaluate) -> Text:
    """The search with comments (```...```) blanked and every macro replaced by its text."""
    with source.located():
        builder = _Builder()
        _expand(source, macros, evaluate, builder, 0)
        return builder.source()


class _Builder:
    """Collects text and remembers where each part came from."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.pieces: list[Piece] = []
        self.length = 0

    def add(self, text: str, origin: Origin, offset: int, fixed: bool = False) -> None:
        if not text:
            return
        self.pieces.append(Piece(self.length, origin, offset, fixed))
        self.parts.append(text)
        self.length += len(text)
        if self.length > MAX_LENGTH:
            raise CompileError(f"the search is longer than {MAX_LENGTH:,} characters once its macros are expanded")

    def source(self) -> Text:
        return Text("".join(self.parts), tuple(self.pieces))


def _expand(source: Text, macros: Macros, evaluate: Evaluate, out: _Builder, depth: int) -> None:
    text, at = source.text, 0
    for start, end, call in _calls(text):
        _copy(source, at, start, out)
        at = end
        if call is not None:
            with source.located():
                body = _body(call, macros, evaluate, Span(start, end), depth)
            body = _under(body, source, start).labelled(call.partition("(")[0].strip())
            _expand(body, macros, evaluate, out, depth + 1)
    _copy(source, at, len(text), out)


def _copy(source: Text, start: int, end: int, out: _Builder) -> None:
    """Text as it is, each part with its own origin."""
    edges = [piece.start for piece in source.pieces if start < piece.start < end]
    for left, right in zip([start, *edges], [*edges, end], strict=True):
        origin, offset = source.locate(left)
        out.add(source.text[left:right], origin, offset)


def _under(body: Text, source: Text, start: int) -> Text:
    """A macro that was computed, not written, stands where it was called."""
    if body.pieces:
        return body
    origin, offset = source.locate(start)
    return Text(body.text, (Piece(0, origin, offset, True),))


def _calls(text: str) -> list[tuple[int, int, str | None]]:
    """Start, end and inside of each macro call; a comment has no inside. Backquotes in strings are text."""
    found: list[tuple[int, int, str | None]] = []
    at = 0
    while (match := _TOKEN.search(text, at)) is not None:
        at = match.end()
        if match.group().startswith("```"):
            found.append((match.start(), at, None))
        elif match.group() == "`":
            at = _end_of_call(text, match.start())
            found.append((match.start(), at, text[match.end() : at - 1]))
    return found


def _end_of_call(text: str, start: int) -> int:
    quoted = re.compile(r'"(?:[^"\\]|\\.)*"|`', re.DOTALL)
    for match in quoted.finditer(text, start + 1):
        if match.group() == "`":
            return match.end()
    raise ParseError("this macro's ` is never closed", Span(start, start + 1), "write `name` or `name(argument)`")


def _body(call: str, macros: Macros, evaluate: Evaluate, span: Span, depth: int) -> Text:
    if depth >= MAX_DEPTH:
        raise CompileError(f"macros nest deeper than {MAX_DEPTH}", span, "does a macro call itself?")
    match = _CALL.fullmatch(call)
    if match is None:
        raise ParseError("this is no macro call", span, "write `name` or `name(argument, ...)`")
    name, inside = match.group(1), match.group(2)
    args = split_arguments(inside) if inside is not None and inside.strip() else []
    macro = macros.get((name, len(args)))
    if macro is None:
        raise MissingMacroError(name, len(args), span, _advice(name, macros))
    values = _values(macro, args, span)
    _validate(macro, values, evaluate, span)
    body = _substitute(macro.definition.source(), values)
    return _computed(macro, body.text, evaluate, span) if macro.iseval.truth() else body


def _computed(macro: Macro, formula: str, evaluate: Evaluate, span: Span) -> Text:
    """The text that the expression of an `iseval` macro gives; macros.conf.spec wants a string."""
    value = evaluate(formula, span)
    if isinstance(value, str):
        return Text(value)
    given = "null" if value is None else str(value).lower()
    advice = f"its expression is {formula[:100]}; for text as it stands, take iseval out of macros.conf"
    raise CompileError(f"macro '{macro.name}' must give a string, and its eval expression gives {given}", span, advice)


def _advice(name: str, macros: Macros) -> str:
    counts = sorted(count for known, count in macros if known == name)
    if counts:
        return f"'{name}' exists with {' or '.join(map(str, counts))} arguments"
    return nearest(name, {known for known, _ in macros}) or "define it in macros.conf, or name the app with --app"


def split_arguments(text: str) -> list[str]:
    """Arguments between commas outside quotes and brackets; the quotes around a whole argument go."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[(),]', text):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if match.group() == "," and depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [_bare(part.strip()) for part in [*parts, text[start:]]]


def _bare(text: str) -> str:
    return text[1:-1] if re.fullmatch(r'"(?:[^"\\]|\\.)*"', text) else text


def _values(macro: Macro, args: list[str], span: Span) -> dict[str, str]:
    """By position, or by name where written `name=value`."""
    values = dict(zip(macro.args, args, strict=False))
    for arg in args:
        key, equals, value = arg.partition("=")
        if equals and key.strip() in macro.args and all(a.partition("=")[0].strip() in macro.args for a in args):
            values[key.strip()] = _bare(value.strip())
    return values


def _validate(macro: Macro, values: Mapping[str, str], evaluate: Evaluate, span: Span) -> None:
    """`validation`: true or NULL is fine; false gives errormsg; a text is the message."""
    if macro.validation is None:
        return
    result = evaluate(_substitute(macro.validation.source(), values).text, span)
    if result is False or result == "False":
        raise CompileError(f"macro '{macro.name}': {macro.errormsg or 'its arguments are not valid'}", span)
    if isinstance(result, str) and result != "True":
        raise CompileError(f"macro '{macro.name}': {result}", span)


def _substitute(source: Text, values: Mapping[str, str]) -> Text:
    """`$arg$` replaced, also within quotes."""
    if not values:
        return source
    out, at = _Builder(), 0
    for match in re.finditer(r"\$(" + "|".join(map(re.escape, values)) + r")\$", source.text):
        _copy(source, at, match.start(), out)
        origin, offset = source.locate(match.start())
        out.add(values[match.group(1)], origin, offset, fixed=True)
        at = match.end()
    _copy(source, at, len(source.text), out)
    return out.source()

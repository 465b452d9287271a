"""The part of sed that `rex mode=sed` has: `s/expression/replacement/flags` and `y/abc/xyz/`, one or several.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/rex
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from splreplay.spl.errors import CompileError, Span
from splreplay.values.regexes import Pattern, pattern

_OPENING = re.compile(r"([sy])([^\w\s\\])")
ADVICE = "write s/expression/replacement/g or y/abc/xyz/"


@dataclass(frozen=True)
class Substitute:
    """`place` is that of the only match to replace, from 1; 0: every match."""

    expression: Pattern
    replacement: str
    place: int


@dataclass(frozen=True)
class Transliterate:
    table: dict[int, int]


Step = Substitute | Transliterate


def parse(script: str, span: Span) -> tuple[Step, ...]:
    """The steps of a script, separated by spaces or semicolons."""
    steps: list[Step] = []
    at = _behind_space(script, 0)
    while at < len(script):
        match = _OPENING.match(script, at)
        if match is None:
            raise CompileError(f"'{script[at : at + 60]}' is no sed expression", span, ADVICE)
        step, at = READERS[match.group(1)](script, match.end(), match.group(2), span)
        steps.append(step)
        at = _behind_space(script, at)
    if not steps:
        raise CompileError("the sed expression is empty", span, ADVICE)
    return tuple(steps)


def _behind_space(script: str, at: int) -> int:
    return at + len(script[at:]) - len(script[at:].lstrip(" ;\t\n"))


def _part(script: str, at: int, mark: str, span: Span) -> tuple[str, int]:
    """The text up to the next mark that has no backslash before it, and the place behind that mark."""
    match = re.compile(rf"((?:[^\\{re.escape(mark)}]|\\.)*){re.escape(mark)}", re.DOTALL).match(script, at)
    if match is None:
        raise CompileError(f"the sed expression does not end with {mark}", span, ADVICE)
    return match.group(1).replace("\\" + mark, mark), match.end()


def _substitute(script: str, at: int, mark: str, span: Span) -> tuple[Step, int]:
    expression, at = _part(script, at, mark, span)
    replacement, at = _part(script, at, mark, span)
    flags = re.compile(r"(g|[1-9]\d{0,5})?(?=[\s;]|$)").match(script, at)
    if flags is None:
        raise CompileError(
            f"'{script[at : at + 20]}' is no flag of s",
            span,
            "g replaces every match, a number only that one",
        )
    flag = flags.group(1) or "1"
    place = 0 if flag == "g" else int(flag)
    return Substitute(pattern(expression, span), replacement, place), flags.end()


def _letters(script: str, at: int, mark: str, span: Span) -> tuple[Step, int]:
    old, at = _part(script, at, mark, span)
    new, at = _part(script, at, mark, span)
    if len(old) != len(new):
        raise CompileError("both halves of y need the same number of characters", span, ADVICE)
    return Transliterate(str.maketrans(old, new)), at


READERS = {"s": _substitute, "y": _letters}


def apply(steps: tuple[Step, ...], value: str) -> str:
    for step in steps:
        if isinstance(step, Transliterate):
            value = value.translate(step.table)
        elif step.place:
            value = _one(step, value)
        else:
            value = step.expression.replace(value, step.replacement)
    return value


def _one(step: Substitute, value: str) -> str:
    """Only the match in the step's place replaced; the matches before it are left alone."""
    if step.place == 1:
        return step.expression.replace(value, step.replacement, 1)
    for place, match in enumerate(step.expression.finditer(value), 1):
        if place == step.place:
            return value[: match.start()] + step.expression.fill(match, step.replacement) + value[match.end() :]
    return value

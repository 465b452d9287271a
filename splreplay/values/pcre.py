r"""PCRE, as Splunk has it, in the words of two other engines.

`read` gives the pattern for the `regex` package, which backtracks as PCRE does, and where possible for RE2,
which DuckDB runs in linear time. RE2 gets only what means the same there: no look-around, no
back-reference, nothing possessive, no large repeats. `$` and `\Z` stand before a final newline in PCRE and
not in RE2, so there they eat it: right for a test, and for nothing else (`Translation.ends` tells).

A pattern is cut into tokens; each has one writer, by the name of its group in `_TOKEN`, that writes it for both:

>>> read(r"\Qa.b\E(?<x>\h+)$").python     # quoted, name, escape, repeat, other, end
'a\\.b(?P<x>[ \\t\\xa0]+)$'
>>> read(r"\Qa.b\E(?<x>\h+)$").re2
'a\\.b(?P<x>[ \\t\\x{a0}]+)(?:\\n?\\z)'
>>> read(r"(a)\1").re2 is None          # a back-reference: RE2 is given up, the other engine runs it
True
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

MAX_RE2 = 4000  # characters; a longer pattern may not fit into RE2's memory
MAX_REPEATS = 500  # the product of all counted repeats
HORIZONTAL, VERTICAL = r" \t\xa0", r"\n\x0b\f\r"
WORD, SPACE = "A-Za-z0-9_", r" \t\n\x0b\f\r"

_TOKEN = re.compile(
    r"""(?P<quoted>\\Q(?P<inner>.*?)(?:\\E|\Z))
      | \\x\{(?P<hex>[0-9a-fA-F]{1,6})\}
      | \\c(?P<control>[A-Za-z])
      | \\(?P<octal>0[0-7]{0,2})
      | \\(?P<number>[1-9]\d?)
      | \\g(?P<relative>-?\d+|\{-?\d+\})
      | \\(?:g\{|k\{|k<|k')(?P<named>[A-Za-z_]\w*)[}>']
      | \\(?P<property>[pP](?:\{\^?\w+\}|\w))
      | \\(?P<escape>.)
      | (?P<set>\[(?:\^?\]|\^(?!\])|(?![\^\]]))(?:\\Q.*?\\E|\\.|\[:\^?\w+:\]|[^\]\\])*\])
      | (?P<unclosed>\[.*)
      | (?P<comment>\(\?\#[^)]*\))
      | \(\?(?:P?<|')(?P<name>\w+)[>']
      | \(\?(?P<flags>[a-zA-Z]*(?:-[a-zA-Z]+)?)(?P<scope>[:)])
      | (?P<special>\((?:\?|\*))
      | (?P<repeat>\{\d+(?:,\d*)?\}|[*+?])(?P<mode>[+?]?)
      | (?P<end>\$)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_MEMBER = re.compile(r"(?P<quoted>\\Q(?P<inner>.*?)\\E)|\\x\{(?P<hex>[0-9a-fA-F]{1,6})\}|\\(?P<escape>.)"
                     r"|(?P<posix>\[:\^?\w+:\])|(?P<other>.)", re.DOTALL)  # fmt: skip


@dataclass(frozen=True)
class Translation:
    """`re2` is None where only the backtracking engine can run the pattern; `places` maps an offset in
    `python` to one in the text as written."""

    python: str
    re2: str | None
    ends: bool
    scoped: bool
    places: tuple[tuple[int, int], ...]

    def place(self, offset: int) -> int:
        return max((before for after, before in self.places if after <= offset), default=0)


@dataclass
class _Output:
    """What is written so far. `refuse` gives RE2 up; `at_end`: the last token was `$`."""

    python: str = ""
    re2: str = ""
    possible: bool = True
    repeats: int = 1
    groups: int = 0
    at_end: bool = False
    ends: bool = False
    scoped: bool = False

    def add(self, python: str, re2: str | None = None) -> None:
        self.python += python
        self.re2 += python if re2 is None else re2

    def refuse(self, python: str) -> None:
        self.python += python
        self.possible = False


@lru_cache(maxsize=256)
def read(pattern: str) -> Translation:
    """Both forms of a PCRE pattern. What is no pattern at all is found by compiling `python`."""
    out, places = _Output(), []
    for token in _TOKEN.finditer(pattern):
        places.append((len(out.python), token.start()))
        kind = next(kind for kind in _WRITERS if token.group(kind) is not None)
        behind_end, out.at_end = out.at_end, False
        _WRITERS[kind](out, token)
        out.possible = out.possible and not (behind_end and token.group() not in (")", "|"))
    possible = out.possible and len(pattern) <= MAX_RE2 and out.repeats <= MAX_REPEATS
    return Translation(out.python, out.re2 if possible else None, out.ends, out.scoped, tuple(places))


def _char(char: str) -> str:
    return re.escape(char) if char.isascii() else char


def _code(out: _Output, value: int) -> None:
    if 0xD800 <= value < 0xE000 or value > 0x10FFFF:
        return out.refuse("(?!)")
    return out.add(_char(chr(value)))


def _quoted(out: _Output, token: re.Match[str]) -> None:
    out.add("".join(map(_char, token["inner"])))


def _hex(out: _Output, token: re.Match[str]) -> None:
    _code(out, int(token["hex"], 16))


def _control(out: _Output, token: re.Match[str]) -> None:
    _code(out, ord(token["control"].upper()) ^ 64)


def _octal(out: _Output, token: re.Match[str]) -> None:
    _code(out, int(token["octal"], 8))


def _number(out: _Output, token: re.Match[str]) -> None:
    out.refuse(f"(?:\\{token['number']})")


def _relative(out: _Output, token: re.Match[str]) -> None:
    number = int(token["relative"].strip("{}"))
    out.refuse(f"(?:\\g<{number if number > 0 else out.groups + 1 + number}>)")


def _named(out: _Output, token: re.Match[str]) -> None:
    out.refuse(f"(?P={token['named']})")


def _property(out: _Output, token: re.Match[str]) -> None:
    text = token.group()
    if re.fullmatch(r"\\[pP](?:[LMNPSZC]|\{(?:L[ulmo]?|N[dlo]?|P|S|Z|M|C)\})", text):
        out.add(text)
    else:
        out.refuse(text)


# What `\x` means outside of brackets, for the regex package and for RE2. Classes are ASCII, as in PCRE.
_EDGE = f"(?:(?<=[{WORD}])(?![{WORD}])|(?<![{WORD}])(?=[{WORD}]))"
_ESCAPES: dict[str, tuple[str, str]] = {
    **{char: (f"\\{char}", f"\\{char}") for char in "Atnrfx"},
    "d": ("[0-9]", r"\d"),
    "D": ("[^0-9]", r"\D"),
    "w": (f"[{WORD}]", r"\w"),
    "W": (f"[^{WORD}]", r"\W"),
    "s": (f"[{SPACE}]", r"[\s\x0b]"),
    "S": (f"[^{SPACE}]", r"[^\s\x0b]"),
    "b": (_EDGE, r"\b"),
    "B": (f"(?!{_EDGE})", r"\B"),
    "N": (r"[^\n]", r"[^\n]"),
    "h": (f"[{HORIZONTAL}]", r"[ \t\x{a0}]"),
    "H": (f"[^{HORIZONTAL}]", r"[^ \t\x{a0}]"),
    "v": (f"[{VERTICAL}]", f"[{VERTICAL}]"),
    "V": (f"[^{VERTICAL}]", f"[^{VERTICAL}]"),
    "R": (rf"(?:\r\n|[{VERTICAL}])", rf"(?:\r\n|[{VERTICAL}])"),
    "e": (r"\x1b", r"\x1b"),
    "a": (r"\x07", r"\x07"),
    "z": (r"\Z", r"\z"),
    "E": ("", ""),
}
_ONLY_PYTHON = {"G": r"\G", "K": r"\K", "X": r"\X"}


def _escape(out: _Output, token: re.Match[str]) -> None:
    char = token["escape"]
    if char in _ESCAPES:
        out.add(*_ESCAPES[char])
    elif char == "Z":
        _at_end(out, r"(?=\n?\Z)")
    elif char in _ONLY_PYTHON:
        out.refuse(_ONLY_PYTHON[char])
    else:
        out.add(_char(char))


def _set(out: _Output, token: re.Match[str]) -> None:
    text = token["set"]
    start = 2 if text.startswith("[^") else 1
    python, re2, possible = text[:start], text[:start], True
    for member in _MEMBER.finditer(text, start, len(text) - 1):
        ours, theirs = _member(member, member.start() == start)
        python, re2 = python + ours, re2 + (theirs or "")
        possible = possible and theirs is not None
    if possible and not _differs(text):
        out.add(python + "]", re2 + "]")
    else:
        out.refuse(python + "]")


def _unclosed(out: _Output, token: re.Match[str]) -> None:
    """Alone, since a bracket of a later escape would close it."""
    out.add("[")


def _differs(text: str) -> bool:
    r"""A class next to a range, which RE2 refuses; `\S` alone, which differs in the vertical tab."""
    alone = r"\S" in text and r"\s" not in text
    return alone or re.search(r"\\[dDwWsS]-[^\]]|-\\[dDwWsS]", text) is not None


_IN_SETS: dict[str, tuple[str, str | None]] = {
    **{char: (f"\\{char}", f"\\{char}") for char in "DWtnrfx"},
    "d": ("0-9", r"\d"),
    "w": (WORD, r"\w"),
    "s": (SPACE, r"\s\x0b"),
    "S": (r"\S", r"\S"),
    "h": (HORIZONTAL, r" \t\x{a0}"),
    "v": (VERTICAL, VERTICAL),
    "b": (r"\x08", r"\x08"),
    "e": (r"\x1b", r"\x1b"),
    "a": (r"\x07", r"\x07"),
    "p": (r"\p", None),
    "P": (r"\P", None),
}
_POSIX = {
    "alpha": "A-Za-z", "digit": "0-9", "alnum": "A-Za-z0-9", "upper": "A-Z", "lower": "a-z", "word": WORD,
    "space": SPACE, "blank": r" \t", "xdigit": "0-9A-Fa-f", "punct": r"!-/:-@\[-`{-\~",
    "cntrl": r"\x00-\x1f\x7f", "print": r" -\~", "graph": r"!-\~", "ascii": r"\x00-\x7f",
}  # fmt: skip


def _member(member: re.Match[str], first: bool) -> tuple[str, str | None]:
    """One item of a bracket expression in both forms; None where RE2 has none."""
    if member["quoted"] is not None:
        text = "".join(map(_char, member["inner"]))
        return text, text
    if member["hex"] is not None:
        code = int(member["hex"], 16)
        known = code <= 0x10FFFF and not 0xD800 <= code < 0xE000
        return (_char(chr(code)) if known else "", None)
    if member["escape"] is not None:
        char = member["escape"]
        return _IN_SETS.get(char, (_char(char), None if char.isdigit() else _char(char)))
    if member["posix"] is not None:
        name = member["posix"].strip("[:]")
        return _POSIX.get(name, member["posix"]), member["posix"] if name in _POSIX else None
    char = member["other"]
    shown = _char(char) if char in "[]&~|" and not (first and char == "]") else char
    return (_char(char), _char(char)) if first and char == "]" else (shown, shown)


def _comment(out: _Output, token: re.Match[str]) -> None:
    """Says nothing to an engine."""


def _name(out: _Output, token: re.Match[str]) -> None:
    out.groups += 1
    out.add(f"(?P<{token['name']}>")


def _flags(out: _Output, token: re.Match[str]) -> None:
    flags, scope = token["flags"], token["scope"]
    out.scoped = out.scoped or (scope == ")" and bool(out.python))
    if set(flags) <= set("is"):
        out.add(f"(?{flags}{scope}")
    else:
        out.refuse(f"(?{flags}{scope}")


def _special(out: _Output, token: re.Match[str]) -> None:
    out.refuse(token["special"])


def _repeat(out: _Output, token: re.Match[str]) -> None:
    counts = [int(count[:6]) for count in re.findall(r"\d+", token["repeat"])]
    out.repeats *= max([1, *counts])
    if token["mode"] == "+":
        out.refuse(token.group())
    else:
        out.add(token.group())


def _end(out: _Output, token: re.Match[str]) -> None:
    _at_end(out, "$")


def _at_end(out: _Output, python: str) -> None:
    out.ends = out.at_end = True
    out.add(python, r"(?:\n?\z)")


def _other(out: _Output, token: re.Match[str]) -> None:
    char = token["other"]
    if char == "(":
        out.groups += 1
    out.add(r"\{" if char == "{" else char)


_WRITERS: dict[str, Callable[[_Output, re.Match[str]], None]] = {
    "quoted": _quoted, "hex": _hex, "control": _control, "octal": _octal, "number": _number,
    "relative": _relative, "named": _named, "property": _property, "escape": _escape, "set": _set,
    "unclosed": _unclosed, "comment": _comment, "name": _name, "flags": _flags, "special": _special, "repeat": _repeat,
    "end": _end, "other": _other,
}  # fmt: skip

"""Characters to tokens, in the two alphabets of SPL.

`words` serves `search` and the arguments of most commands: a word is nearly anything without a space
(`a{}.b`, `aws:cloudtrail`, `*bucket*`). `formula` serves `eval` and `where`: names, numbers, operators.
Both are linear in the length of the text and keep every token's place.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from splreplay.spl.errors import ParseError, Span


class TokenKind(Enum):
    WORD = "word"
    STRING = "string"
    FIELD = "quoted field"
    NUMBER = "number"
    OP = "operator"
    SUBSEARCH = "subsearch"
    END = "end"


class Token(NamedTuple):
    """`text` is the value: quotes removed and escapes resolved for STRING and FIELD."""

    kind: TokenKind
    text: str
    span: Span

    def is_op(self, *texts: str) -> bool:
        return self.kind is TokenKind.OP and self.text in texts

    def is_word(self, *texts: str) -> bool:
        return self.kind is TokenKind.WORD and self.text.lower() in texts


_WORDS = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<op>!=|<=|>=|==|=|<|>|[(),])
      | (?P<word>(?:[^\s"=<>!(),\[\]|\\]|\\\S|\\(?=\s|\Z)|!(?!=))+)""",
    re.VERBOSE | re.DOTALL,
)
_FORMULA = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<field>'(?:[^'\\]|\\.)*')
      | (?P<number>(?:\d+(?:\.\d+)?|(?<![\w.'")])\.\d+)(?:[eE][-+]?\d+)?(?![\w]))
      | (?P<word>(?:[A-Za-z_$@]|[^\0-\x7f]|\{[^{}\s]+\})(?:[\w$@{}]|[^\0-\x7f])*|\d+\w+|\*)
      | (?P<op>!=|<=|>=|==|=|<|>|[(),+\-/%.!])""",
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    "string": TokenKind.STRING,
    "field": TokenKind.FIELD,
    "number": TokenKind.NUMBER,
    "op": TokenKind.OP,
    "word": TokenKind.WORD,
}


def words(text: str, span: Span) -> list[Token]:
    """Tokens of the search alphabet within `span` of `text`; `[...]` is one SUBSEARCH token."""
    return _tokens(text, span, _WORDS)


def formula(text: str, span: Span) -> list[Token]:
    """Tokens of the eval alphabet within `span` of `text`."""
    return _tokens(text, span, _FORMULA)


def _tokens(text: str, span: Span, alphabet: re.Pattern[str]) -> list[Token]:
    tokens: list[Token] = []
    at = span.start
    while at < span.end:
        match = alphabet.match(text, at, span.end)
        if match is None:
            tokens.append(_bracketed(text, Span(at, span.end)))
        elif match.lastgroup != "space":
            tokens.append(Token(*_value(match), Span(*match.span())))
        at = match.end() if match else tokens[-1].span.end
    tokens.append(Token(TokenKind.END, "", Span(span.end, span.end)))
    return tokens


def _value(match: re.Match[str]) -> tuple[TokenKind, str]:
    kind, text = _KINDS[match.lastgroup or ""], match.group()
    if kind is TokenKind.STRING:
        return kind, unquote(text)
    if kind is TokenKind.FIELD:
        return kind, re.sub(r"\\(['\\])", r"\1", text[1:-1])
    if text == "*" and match.re is _FORMULA:
        return TokenKind.OP, text
    return kind, "=" if text == "==" else text


def unquote(text: str) -> str:
    r"""Remove the quotes; `\"` and `\\` lose a backslash, any other backslash stays (a regex keeps `\d`)."""
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def unescape(word: str) -> str:
    r"""What a word of `search` means: `\\`, `\"` and `\|` lose a backslash, any other backslash stays, also before `*`.

    https://help.splunk.com/splunk-enterprise/search/search-manual/9.4/search-primer/backslashes
    """
    return re.sub(r'\\(["\\|])', r"\1", word)


def _bracketed(text: str, span: Span) -> Token:
    char = text[span.start]
    if char == "[":
        end = closing(text, span)
        return Token(TokenKind.SUBSEARCH, text[span.start + 1 : end - 1], Span(span.start, end))
    if char in "\"'":
        advice = 'close it, or write \\" for a quote inside a string'
        raise ParseError(f"this {char} is never closed", Span(span.start, span.end), advice)
    if text.startswith('\\"', span.start, span.end):
        raise ParseError('a quote that is escaped (\\")', Span(span.start, span.start + 2), "write a plain quote")
    raise ParseError(f"unexpected {char!r}", Span(span.start, span.start + 1), "put it in double quotes if it is text")


def closing(text: str, span: Span) -> int:
    """Where the subsearch that opens at `span.start` ends (behind its bracket)."""
    depth = 0
    for match in _BRACKETS.finditer(text, span.start, span.end):
        depth += {"[": 1, "]": -1}.get(match.group(), 0)
        if depth == 0:
            return match.end()
    raise ParseError("this [ is never closed", Span(span.start, span.start + 1), "end the subsearch with ]")


_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|\[|\]', re.DOTALL)
_PIPES = re.compile(r'"(?:[^"\\]|\\.)*"|\[|\]|\||\\.', re.DOTALL)


def stages(text: str, span: Span) -> list[Span]:
    """Cut `span` at its pipes; those in quotes and in subsearches do not count."""
    cuts, depth = [], 0
    for match in _PIPES.finditer(text, span.start, span.end):
        depth += {"[": 1, "]": -1}.get(match.group(), 0)
        if match.group() == "|" and depth <= 0:
            cuts.append(match.start())
    edges = [span.start - 1, *cuts, span.end]
    return [Span(left + 1, right) for left, right in pairwise(edges)]

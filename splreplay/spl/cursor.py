"""A reading position in a list of tokens, with the few moves that every SPL parser makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from splreplay.spl import ast
from splreplay.spl.booleans import truth
from splreplay.spl.errors import ParseError, Span, nearest
from splreplay.spl.lexer import Token, TokenKind

MAX_DEPTH = 100  # nested brackets; deeper ones would exhaust Python's own stack

Converter = Callable[[str], object]
SubsearchParser = Callable[[Token], ast.Subsearch]


class Cursor:
    """`text` is the whole expanded search that the tokens' spans point into."""

    def __init__(self, text: str, tokens: list[Token], subsearch: SubsearchParser | None = None) -> None:
        self.text, self.tokens, self.index, self.depth = text, tokens, 0, 0
        self.subsearch = subsearch

    @property
    def now(self) -> Token:
        return self.tokens[self.index]

    def ahead(self, steps: int = 1) -> Token:
        return self.tokens[min(self.index + steps, len(self.tokens) - 1)]

    @property
    def done(self) -> bool:
        return self.now.kind is TokenKind.END

    def take(self) -> Token:
        token = self.now
        if not self.done:
            self.index += 1
        return token

    def accept_op(self, *texts: str) -> Token | None:
        return self.take() if self.now.is_op(*texts) else None

    def accept_word(self, *texts: str) -> Token | None:
        """The next token if it is one of these words, whatever their case."""
        return self.take() if self.now.is_word(*texts) else None

    def need_op(self, text: str, where: str) -> Token:
        found = self.accept_op(text)
        if found is None:
            raise self.wrong(f"expected '{text}' {where}")
        return found

    def wrong(self, message: str, advice: str = "") -> ParseError:
        shown = "the end of the command" if self.done else repr(self.now.text[:60])
        return ParseError(f"{message}, found {shown}", self.now.span, advice)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ParseError(f"brackets nest deeper than {MAX_DEPTH}", self.now.span, "split the expression")

    def name(self, what: str = "a field name") -> Token:
        """A word or a quoted string, as field names are written outside eval."""
        if self.now.kind not in (TokenKind.WORD, TokenKind.STRING):
            raise self.wrong(f"expected {what}")
        return self.take()

    def names(self, *stops: str) -> tuple[str, ...]:
        """Names separated by spaces or commas, up to the end or one of the stop words."""
        found: list[str] = []
        while not self.done and not self.now.is_word(*stops):
            if not self.accept_op(","):
                found.append(self.name().text)
        return tuple(found)

    def some_names(self, command: str, *stops: str) -> tuple[str, ...]:
        found = self.names(*stops)
        if not found:
            raise self.wrong(f"'{command}' needs at least one field")
        return found

    def options(self, known: Mapping[str, Converter]) -> dict[str, object]:
        """All `key=value` at this place; keys are checked against the table, values converted by it."""
        found: dict[str, object] = {}
        while (option := self.option(known)) is not None:
            found[option[0]] = option[1]
        return found

    def option(self, known: Mapping[str, Converter]) -> tuple[str, object] | None:
        if self.now.kind is not TokenKind.WORD or not self.ahead().is_op("="):
            return None
        key = self.take()
        self.take()
        if key.text.lower() not in known:
            raise ParseError(f"unknown option '{key.text[:60]}'", key.span, self._options_advice(key.text, known))
        return key.text.lower(), self.value(key.text, known[key.text.lower()])

    def value(self, key: str, convert: Converter) -> object:
        token = self.now
        if token.kind not in (TokenKind.WORD, TokenKind.STRING):
            raise self.wrong(f"'{key}=' needs a value")
        self.take()
        try:
            return convert(token.text)
        except ValueError as error:
            raise ParseError(f"{key}={token.text[:60]}: {error}", token.span) from None

    @staticmethod
    def _options_advice(key: str, known: Mapping[str, Converter]) -> str:
        return nearest(key, known) or f"known options: {', '.join(sorted(known)) or 'none'}"

    def finish(self, command: str) -> None:
        """Refuse whatever is left: a dropped clause would be a silent lie."""
        if not self.done:
            raise self.wrong(f"'{command}' does not understand the rest")

    def group(self, opening: Token) -> Span:
        """The span inside brackets whose opening one was just taken; ends behind the closing one."""
        depth = 1
        while depth:
            if self.done:
                raise ParseError("this ( is never closed", opening.span, "end it with )")
            token = self.take()
            depth += 1 if token.is_op("(") else -1 if token.is_op(")") else 0
        return Span(opening.span.end, token.span.start)


# --- what an option's value may be ---------------------------------------------------------------
def boolean(text: str) -> bool:
    return truth(text)


def whole(text: str) -> int:
    if not text.lstrip("-").isdecimal() or len(text) > 15:
        raise ValueError("expected a whole number")
    return int(text)


def one_of(*words: str) -> Converter:
    def convert(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return text.lower()

    return convert

"""The expression of `search`: implicit AND, OR before AND, wildcards, bare terms, subsearches.

Precedence by Splunk's Search Manual, "Boolean expressions": parentheses, NOT, OR, AND.
https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.4/search-overview/boolean-expressions-with-logical-operators
"""

from __future__ import annotations

from splreplay.spl import ast
from splreplay.spl.bounds import plain
from splreplay.spl.cursor import Cursor, SubsearchParser
from splreplay.spl.errors import ParseError, Span
from splreplay.spl.lexer import Token, TokenKind, unescape, unquote, words

COMPARISONS = ("=", "!=", "<", ">", "<=", ">=")
INDEX_BOUNDS = {"_index_earliest", "_index_latest"}
TIME_BOUNDS = {"earliest", "latest", *INDEX_BOUNDS}
DIRECTIVES = {"case", "term"}


def parse_search(text: str, span: Span, subsearch: SubsearchParser) -> ast.Node:
    """The filter in `span`; an empty one is `And(())`, which keeps everything."""
    cursor = Cursor(text, words(text, span))
    node = _SearchParser(cursor, subsearch).conjunction()
    cursor.finish("search")
    return node


def searched(node: ast.Call) -> ast.Node:
    """The expression that `searchmatch("...")` of eval spells out."""
    text = node.args[0] if len(node.args) == 1 else node
    if not isinstance(text, ast.Literal) or not isinstance(text.value, str):
        advice = 'for example searchmatch("user=root error")'
        raise ParseError("searchmatch() takes one search in double quotes", node.span, advice)
    try:
        return plain(parse_search(text.value, Span(0, len(text.value)), _no_subsearch))
    except ParseError as error:
        raise ParseError(f"within searchmatch(): {error.message}", text.span, error.advice) from None


def _no_subsearch(token: Token) -> ast.Subsearch:
    raise ParseError("searchmatch() takes no subsearch")


def term(token: Token) -> ast.Term:
    """A word or a phrase by itself."""
    return ast.Term(_meant(token), token.kind is TokenKind.STRING, span=token.span)


def _meant(token: Token) -> str:
    """A value or a term without what only SPL needs: the lexer does that for strings, and words mean more elsewhere."""
    return token.text if token.kind is TokenKind.STRING else unescape(token.text)


class _SearchParser:
    def __init__(self, cursor: Cursor, subsearch: SubsearchParser) -> None:
        self.cursor, self.subsearch = cursor, subsearch

    def conjunction(self) -> ast.Node:
        start = self.cursor.now.span
        items: list[ast.Node] = []
        while not self.cursor.done and not self.cursor.now.is_op(")"):
            if items and self._accept("AND"):
                continue
            items.append(self.disjunction())
        return items[0] if len(items) == 1 else ast.And(tuple(items), span=start.to(self.cursor.now.span))

    def disjunction(self) -> ast.Node:
        items = [self.negation()]
        while self._accept("OR"):
            items.append(self.negation())
        return items[0] if len(items) == 1 else ast.Or(tuple(items), span=items[0].span.to(items[-1].span))

    def negation(self) -> ast.Node:
        start = self.cursor.now.span
        negated = False
        while self._accept("NOT"):
            negated = not negated
        item = self.primary()
        return ast.Not(item, span=start.to(item.span)) if negated else item

    def primary(self) -> ast.Node:
        token = self.cursor.now
        if token.is_op("("):
            return self._bracket()
        if token.kind is TokenKind.SUBSEARCH:
            return self.subsearch(self.cursor.take())
        if token.kind not in (TokenKind.WORD, TokenKind.STRING) or self._at("AND", "OR"):
            raise self.cursor.wrong("expected a term or field=value")
        self.cursor.take()
        if self.cursor.now.is_op(*COMPARISONS):
            return self._comparison(token)
        if self._at("IN") and self.cursor.ahead().is_op("("):
            return self._in_list(token)
        if token.text.lower() in DIRECTIVES and token.kind is TokenKind.WORD and self.cursor.now.is_op("("):
            return self._directive(token)
        return term(token)

    def _bracket(self) -> ast.Node:
        self.cursor.take()
        self.cursor.deeper()
        node = self.conjunction()
        self.cursor.need_op(")", "to close the bracket")
        self.cursor.depth -= 1
        return node

    def _comparison(self, field: Token) -> ast.Node:
        op = self.cursor.take().text
        value = self.cursor.now
        if value.kind is TokenKind.SUBSEARCH:
            found = self.subsearch(self.cursor.take())
            return ast.CompareSubsearch(field.text, op, found, span=field.span.to(found.span))
        if value.kind not in (TokenKind.WORD, TokenKind.STRING):
            raise self.cursor.wrong(f"'{field.text[:60]}{op}' needs a value", 'for an empty value write ""')
        self.cursor.take()
        span = field.span.to(value.span)
        if field.text.lower() in TIME_BOUNDS and op == "=":
            return ast.TimeBound(field.text.lower(), value.text, span=span)
        if field.text.lower() in INDEX_BOUNDS:
            raise ParseError(f"'{field.text}' bounds the index time by = only", span, f"write {field.text}=-24h")
        if value.text.lower() in DIRECTIVES and value.kind is TokenKind.WORD and self.cursor.now.is_op("("):
            term = self._directive(value)
            exact = term.mode == "CASE"
            return ast.Compare(field.text, op, term.text, term.quoted, exact, span=field.span.to(term.span))
        if value.kind is TokenKind.WORD and self.cursor.now.is_op("(") and self.cursor.now.span.start == value.span.end:
            end = self.cursor.group(self.cursor.take()).end + 1
            text = unescape(self.cursor.text[value.span.start : end])
            return ast.Compare(field.text, op, text, span=Span(field.span.start, end))
        return ast.Compare(field.text, op, _meant(value), value.kind is TokenKind.STRING, span=span)

    def _in_list(self, field: Token) -> ast.Node:
        self.cursor.take()
        self.cursor.take()
        values = []
        while not self.cursor.accept_op(")"):
            if not self.cursor.accept_op(","):
                values.append(_meant(self.cursor.name("a value or ) in the list of IN")))
        return ast.InList(field.text, tuple(values), span=field.span.to(self.cursor.now.span))

    def _directive(self, mode: Token) -> ast.Term:
        """What stands in the brackets is one term, with every character that is in it."""
        inside = self.cursor.group(self.cursor.take())
        written = self.cursor.text[inside.start : inside.end].strip()
        quoted = written[:1] == '"' and written[-1:] == '"' and len(written) > 1
        if not written:
            raise self.cursor.wrong(f"{mode.text.upper()}() needs a term")
        text = unquote(written) if quoted else unescape(written)
        return ast.Term(text, quoted, mode.text.upper(), span=mode.span.to(inside))

    def _at(self, *operators: str) -> bool:
        """Boolean operators count in capitals only: https://help.splunk.com, "Boolean expressions"."""
        return self.cursor.now.kind is TokenKind.WORD and self.cursor.now.text in operators

    def _accept(self, operator: str) -> bool:
        if not self._at(operator):
            return False
        self.cursor.take()
        return True

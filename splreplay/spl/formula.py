"""The expressions of `eval` and `where`: precedence climbing over one table of operators.

Order by Splunk's Search Reference, "where": parentheses, NOT, arithmetic and comparison, AND, OR, XOR.
"""

from __future__ import annotations

from splreplay.spl import ast
from splreplay.spl.cursor import Cursor, SubsearchParser
from splreplay.spl.errors import ParseError, Span
from splreplay.spl.lexer import Token, TokenKind, formula

# operator -> binding power; all of them associate to the left
BINDING = {
    "XOR": 1, "OR": 2, "AND": 3,
    "=": 5, "!=": 5, "<": 5, ">": 5, "<=": 5, ">=": 5, "LIKE": 5, "IN": 5,
    "+": 6, "-": 6, ".": 6,
    "*": 7, "/": 7, "%": 7,
}  # fmt: skip
NOT_BINDING = 4
MAX_CHAIN = 150  # a + b + ...: each makes the tree one deeper


def parse_formula(text: str, span: Span, subsearch: SubsearchParser | None = None) -> ast.Node:
    """One expression that fills `span`; without `subsearch` it may hold none."""
    cursor = Cursor(text, formula(text, span), subsearch)
    node = expression(cursor)
    cursor.finish("the expression")
    return node


def parse_assignments(
    text: str, span: Span, subsearch: SubsearchParser | None = None
) -> tuple[tuple[Token, ast.Node], ...]:
    """`a=1, 'b c'=a.\"x\"` as pairs of target and expression."""
    cursor = Cursor(text, formula(text, span), subsearch)
    pairs = [_assignment(cursor)]
    while cursor.accept_op(","):
        pairs.append(_assignment(cursor))
    cursor.finish("eval")
    return tuple(pairs)


def _assignment(cursor: Cursor) -> tuple[Token, ast.Node]:
    if cursor.now.kind not in (TokenKind.WORD, TokenKind.FIELD, TokenKind.STRING):
        raise cursor.wrong("expected the name of the field to set", "write eval field=expression")
    target = _target(cursor)
    cursor.need_op("=", f"after '{target.text[:60]}'")
    return target, expression(cursor)


def _target(cursor: Cursor) -> Token:
    """The field to set. Before `=` only a name can be meant, so `a.b` and `low-user` need no quotes."""
    first = cursor.take()
    last = first
    while first.kind is TokenKind.WORD and _joined(last, cursor):
        last = cursor.take()
    span = first.span.to(last.span)
    return first if first is last else Token(TokenKind.WORD, cursor.text[span.start : span.end], span)


def _joined(last: Token, cursor: Cursor) -> bool:
    return not cursor.done and cursor.now.span.start == last.span.end and not cursor.now.is_op("=", ",")


def expression(cursor: Cursor, floor: int = 0) -> ast.Node:
    cursor.deeper()
    left = _prefix(cursor)
    chained = 0
    while (op := _operator(cursor.now)) is not None and BINDING[op] > floor:
        chained += 1
        if chained > MAX_CHAIN:
            raise ParseError(f"more than {MAX_CHAIN} operators in a row", cursor.now.span, "split the expression")
        cursor.take()
        left = _in_list(cursor, left) if op == "IN" else _infix(cursor, left, op)
    cursor.depth -= 1
    return left


def _operator(token: Token) -> str | None:
    text = token.text.upper() if token.kind is TokenKind.WORD else token.text if token.kind is TokenKind.OP else ""
    return text if text in BINDING else None


def _infix(cursor: Cursor, left: ast.Node, op: str) -> ast.Node:
    items = [left, expression(cursor, BINDING[op])]
    joined = {"AND": ast.And, "OR": ast.Or}.get(op)
    if joined is None:
        return ast.Binary(op, left, items[1], span=left.span.to(items[1].span))
    while _operator(cursor.now) == op:
        cursor.take()
        items.append(expression(cursor, BINDING[op]))
    return joined(tuple(items), span=left.span.to(items[-1].span))


def _in_list(cursor: Cursor, left: ast.Node) -> ast.Node:
    opening = cursor.need_op("(", "after IN")
    args = _arguments(cursor, opening)
    return ast.Call("in", (left, *args), span=left.span.to(cursor.tokens[cursor.index - 1].span))


def _prefix(cursor: Cursor) -> ast.Node:
    token = cursor.now
    if token.is_word("not") or token.is_op("!"):
        cursor.take()
        item = expression(cursor, NOT_BINDING)
        return ast.Not(item, span=token.span.to(item.span))
    if token.is_op("-"):
        cursor.take()
        item = expression(cursor, BINDING["*"])
        return ast.Negative(item, span=token.span.to(item.span))
    if token.is_op("+"):
        cursor.take()
        return expression(cursor, BINDING["*"])
    if token.is_op("("):
        cursor.take()
        node = expression(cursor)
        cursor.need_op(")", "to close the bracket")
        return node
    return _atom(cursor)


def _atom(cursor: Cursor) -> ast.Node:
    token = cursor.now
    if token.kind is TokenKind.SUBSEARCH and cursor.subsearch is not None:
        return cursor.subsearch(cursor.take())
    if token.kind in (TokenKind.END, TokenKind.OP, TokenKind.SUBSEARCH):
        raise cursor.wrong("expected a value, a field or a function")
    cursor.take()
    if token.kind is TokenKind.NUMBER:
        return ast.Literal(float(token.text), token.text, span=token.span)
    if token.kind is TokenKind.STRING:
        return ast.Literal(token.text, token.text, span=token.span)
    if token.kind is TokenKind.FIELD:
        return ast.FieldRef(token.text, True, span=token.span)
    if cursor.now.is_op("("):
        args = _arguments(cursor, cursor.take())
        span = token.span.to(cursor.tokens[cursor.index - 1].span)
        return ast.Call(token.text.lower(), args, span=span)
    if token.text[0].isdigit():
        raise ParseError(f"'{token.text[:60]}' is neither a number nor a name", token.span,
                         "put a text in double quotes, a field name in single quotes")  # fmt: skip
    return ast.FieldRef(token.text, span=token.span)


def _arguments(cursor: Cursor, opening: Token) -> tuple[ast.Node, ...]:
    if cursor.accept_op(")"):
        return ()
    args = [expression(cursor)]
    while cursor.accept_op(","):
        args.append(expression(cursor))
    if not cursor.accept_op(")"):
        raise ParseError(
            "this ( is never closed", opening.span, f"arguments end with ), found {cursor.now.text[:40]!r}"
        )
    return tuple(args)

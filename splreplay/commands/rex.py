"""Regular expressions over fields: `rex` takes values out or rewrites them, `regex` filters rows.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/rex
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, Cursor, one_of, whole
from splreplay.spl.errors import CompileError, ParseError, Span
from splreplay.spl.lexer import TokenKind
from splreplay.sql.derive import derive
from splreplay.sql.expr import multi
from splreplay.sql.relation import Kind, Relation
from splreplay.values import sed
from splreplay.values.regexes import Pattern, pattern

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

OPTIONS: dict[str, Converter] = {"field": str, "max_match": whole, "offset_field": str, "mode": one_of("sed")}


@dataclass(frozen=True)
class Rex(ast.Node):
    """`max_match` 0: every match, each a value of a list."""

    field: str
    expression: str
    max_match: int
    offset_field: str | None


@dataclass(frozen=True)
class Sed(ast.Node):
    field: str
    script: tuple[sed.Step, ...]


@dataclass(frozen=True)
class Regex(ast.Node):
    field: str
    expression: str
    keep: bool


def parse_rex(parser: PipelineParser, span: Span) -> Rex | Sed:
    cursor = parser.cursor(span)
    options, names = _rex_arguments(cursor)
    if len(names) != 1:
        raise cursor.wrong(f"'rex' takes one expression, not {len(names)}", 'write rex field=arn "user/(?<user>.+)"')
    field = str(options.get("field", "_raw"))
    if "mode" in options:
        return Sed(field, sed.parse(names[0], span), span=span)
    found = pattern(names[0], span)
    if not found.names:
        raise CompileError(
            "the expression has no named group, so it extracts nothing", span, "name one: (?<user>[^/]+)"
        )
    offsets = options.get("offset_field")
    return Rex(
        field,
        names[0],
        int(str(options.get("max_match", 1))),
        None if offsets is None else str(offsets),
        span=span,
    )


def _rex_arguments(cursor: Cursor) -> tuple[dict[str, object], list[str]]:
    """Options and the expression; one that is not quoted reaches to the next option or the end."""
    options = cursor.options(OPTIONS)
    if cursor.now.kind is TokenKind.STRING:
        more, names = mixed(cursor, OPTIONS)
        return options | more, names
    refuse_escaped_quotes(cursor)
    start = cursor.now.span.start
    while not cursor.done and not (cursor.ahead().is_op("=") and cursor.now.text.lower() in OPTIONS):
        cursor.take()
    text = cursor.text[start : cursor.now.span.start].strip()
    return options | cursor.options(OPTIONS), [text] if text else []


def refuse_escaped_quotes(cursor: Cursor) -> None:
    """A search copied out of JSON: Splunk refuses it too (https://github.com/splunk/security_content/issues/3039)."""
    if cursor.now.text.startswith('\\"'):
        advice = 'write plain quotes around it: "(?<user>[^/]+)"'
        raise ParseError('the quotes around the expression are escaped (\\")', cursor.now.span, advice)


def compile_rex(session: Session, before: Relation, node: Rex | Sed) -> Relation:
    field = session.scope(before).field(node.field)
    if field.kind is Kind.NULL:
        return before
    if isinstance(node, Sed):
        script = node.script
        return derive(
            session,
            before,
            [multi(field)],
            lambda values: {node.field: [sed.apply(script, value) for value in values or ()]},
        )
    found = pattern(node.expression, node.span)
    return derive(session, before, [multi(field)], lambda values: _extracted(node, found, values))


def _extracted(node: Rex, expression: Pattern, values: list[str] | None) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for value in values or ():
        for match in _matches(node, expression, value):
            for name in expression.names:
                if match.group(name) is not None:
                    fields.setdefault(name, []).append(match.group(name))
            if node.offset_field is not None:
                fields.setdefault(node.offset_field, []).append(_offsets(expression, match))
    return fields


def _matches(node: Rex, expression: Pattern, value: str) -> Iterator[Any]:
    if node.max_match != 1:
        return islice(expression.finditer(value), node.max_match or None)
    first = expression.search(value)
    return iter([] if first is None else [first])


def _offsets(expression: Pattern, match: Any) -> str:
    """First and last place of each group, from 0: `user=5-8`."""
    return "&".join(
        f"{name}={match.start(name)}-{match.end(name) - 1}" for name in expression.names if match.group(name)
    )


def parse_regex(parser: PipelineParser, span: Span) -> Regex:
    cursor = parser.cursor(span)
    refuse_escaped_quotes(cursor)
    first = cursor.name("an expression or field=expression")
    operator = cursor.accept_op("=", "!=")
    if operator is not None:
        refuse_escaped_quotes(cursor)
    field, expression = ("_raw", first) if operator is None else (first.text, cursor.name("an expression"))
    cursor.finish("regex")
    pattern(expression.text, expression.span)
    return Regex(
        field if isinstance(field, str) else field.text,
        expression.text,
        operator is None or operator.text == "=",
        span=span,
    )


def compile_regex(session: Session, before: Relation, node: Regex) -> Relation:
    field = session.scope(before).field(node.field)
    found, mark = pattern(node.expression, node.span), "\0match"
    tested = derive(session, before, [multi(field)], lambda values: _mark(mark, found, values))
    column = tested.columns.get(mark)
    test = "FALSE" if column is None else f"{column.sql} IS NOT NULL"
    kept = session.step(tested, f"SELECT * FROM {{prev}} WHERE {'' if node.keep else 'NOT '}({test})")
    return kept.show(name for name in kept.columns if name != mark)


def _mark(mark: str, expression: Pattern, values: list[str] | None) -> dict[str, str]:
    return {mark: "1"} if any(expression.search(value) for value in values or ()) else {}


def reads_rex(node: Rex | Sed | Regex) -> Reads:
    return reads([node.field])


ROWS = (
    CommandRow("rex", parse_rex, compile_rex, reads_rex, example='rex field=userIdentity.arn "user/(?<user>.+)"'),
    CommandRow("regex", parse_regex, compile_regex, reads_rex, keeps=True, example='regex src_ip!="^10\\."'),
)

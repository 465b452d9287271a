"""`foreach`: a piece of pipeline for each field, each value of a list, or each element of a JSON array.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/foreach
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.evals import Eval
from splreplay.commands.parts.arguments import subsearch_token
from splreplay.commands.row import CommandRow
from splreplay.spl import ast
from splreplay.spl.cursor import Cursor, one_of
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.lexer import TokenKind
from splreplay.spl.names import field_name
from splreplay.spl.text import Piece, Text
from splreplay.sql.derive import derive, present
from splreplay.sql.expr import Expr, multi, text, unify
from splreplay.sql.relation import Kind, Relation
from splreplay.values import jsonpath, wildcards

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

MODES = ("multifield", "multivalue", "json_array", "auto_collections")
MOST_ITEMS = 10_000
TOKENS = {
    "fieldstr": "<<FIELD>>",
    "matchstr": "<<MATCHSTR>>",
    "matchseg1": "<<MATCHSEG1>>",
    "matchseg2": "<<MATCHSEG2>>",
    "matchseg3": "<<MATCHSEG3>>",
    "itemstr": "<<ITEM>>",
    "iterstr": "<<ITER>>",
}
ITEM, ITER, LIST = "\0item", "\0iter", "\0list"


@dataclass(frozen=True)
class Foreach(ast.Node):
    """`template` is where the piece of pipeline stands in the search; `tokens` what it calls its parts."""

    mode: str
    names: tuple[str, ...]
    template: Span
    tokens: Mapping[str, str]
    custom: frozenset[str]


def parse(parser: PipelineParser, span: Span) -> Foreach:
    cursor = parser.cursor(span)
    options, names = _arguments(cursor)
    token = subsearch_token(cursor, "foreach")
    options |= _arguments(cursor)[0]
    cursor.finish("foreach")
    mode = str(options.pop("mode", "multifield"))
    if not names or (mode != "multifield" and len(names) != 1):
        raise CompileError(
            f"foreach mode={mode} needs {'a field' if mode != 'multifield' else 'fields'}",
            span,
            "write foreach bytes_* [eval total = total + '<<FIELD>>']",
        )
    tokens = {**TOKENS, **{key: str(value) for key, value in options.items()}}
    return Foreach(mode, tuple(names), Span(token.span.start + 1, token.span.end - 1), tokens, parser.custom, span=span)


def _arguments(cursor: Cursor) -> tuple[dict[str, object], list[str]]:
    """Options and names; a token such as itemstr=<<NUMBER>> reaches to the next space."""
    options: dict[str, object] = {}
    names: list[str] = []
    while not cursor.done and cursor.now.kind is not TokenKind.SUBSEARCH:
        if cursor.now.is_word(*TOKENS) and cursor.ahead().is_op("="):
            key = cursor.take().text.lower()
            start = cursor.take().span.end
            while cursor.now.span.start == cursor.tokens[cursor.index - 1].span.end and not cursor.done:
                cursor.take()
            options[key] = cursor.text[start : cursor.tokens[cursor.index - 1].span.end].strip('"')
            continue
        found = cursor.option({"mode": one_of(*MODES)})
        if found is not None:
            options[found[0]] = found[1]
        elif not cursor.accept_op(","):
            names.append(field_name(cursor))
    return options, names


def compile_foreach(session: Session, before: Relation, node: Foreach) -> Relation:
    return _over_fields(session, before, node) if node.mode == "multifield" else _over_items(session, before, node)


# --- over fields ------------------------------------------------------------------------------------
def _over_fields(session: Session, before: Relation, node: Foreach) -> Relation:
    relation, known = present(session, before)
    for values in _matches(node, known):
        relation = session.pipeline(_pipeline(session, node, values), relation)
    return relation


def _matches(node: Foreach, known: list[str]) -> Iterator[dict[str, str]]:
    """Each field that a name matches, with what the tokens stand for."""
    for name in node.names:
        expression = wildcards.regex(name)
        hidden = name.startswith("_") or "*" not in name
        for field in known if "*" in name else [name]:
            match = expression.fullmatch(field)
            if match is not None and (hidden or not field.startswith("_")):
                parts = [*match.groups(), "", "", ""]
                values = dict(zip(("matchseg1", "matchseg2", "matchseg3"), parts, strict=False))
                yield {**values, "fieldstr": field, "matchstr": parts[0]}


def _pipeline(session: Session, node: Foreach, values: Mapping[str, str]) -> ast.Pipeline:
    """The template with its tokens replaced."""
    by_token = {node.tokens[key]: value for key, value in values.items()}
    wanted = re.compile("|".join(map(re.escape, sorted(by_token, key=len, reverse=True))))
    return _parse(session, node, wanted.sub(lambda match: by_token[match.group()], _body(session, node)))


def _body(session: Session, node: Foreach) -> str:
    return session.text.text[node.template.start : node.template.end]


def _parse(session: Session, node: Foreach, replaced: str) -> ast.Pipeline:
    """A replaced template; its errors point at where it was written."""
    from splreplay.spl.pipeline import PipelineParser

    origin, offset = session.text.locate(node.template.start)
    source = Text(replaced, (Piece(0, origin, offset, fixed=True),))
    with source.located():
        return PipelineParser(replaced, node.custom, depth=1).pipeline(Span(0, len(replaced)))


# --- over the values of one field ---------------------------------------------------------------------
def _over_items(session: Session, before: Relation, node: Foreach) -> Relation:
    """Each round sets the item and evaluates the template in the rows that still have one."""
    assignments = _assignments(session, node)
    field = session.scope(before).field(node.names[0])
    if field.kind is Kind.NULL:
        return before
    relation = derive(session, before, [multi(field)], lambda values: {LIST: _elements(node.mode, values)})
    relation = session.materialise(relation)
    for place in range(1, _longest(session, relation, node) + 1):
        relation = _round(session, relation, assignments, place)
    return relation.show(name for name in relation.columns if name not in (ITEM, ITER, LIST))


def _assignments(session: Session, node: Foreach) -> tuple[tuple[str, ast.Node], ...]:
    """The template's eval, with the item as a field: a value never becomes part of the text."""
    names = {node.tokens["itemstr"]: f"'{ITEM}'", node.tokens["iterstr"]: f"'{ITER}'"}
    tokens = "|".join(map(re.escape, names))

    def field(match: re.Match[str]) -> str:
        found = match.group()
        if found[0] != '"' or found in names:
            return names.get(found, found)
        parts = re.split(f"({tokens})", found[1:-1])
        return ".".join(names.get(part, f'"{part}"') for part in parts if part or len(parts) == 1)

    body = re.sub(rf'"(?:[^"\\]|\\.)*"|{tokens}', field, _body(session, node))
    commands = _parse(session, node, body).commands
    if len(commands) != 1 or not isinstance(commands[0].args, Eval):
        raise CompileError(f"mode={node.mode} takes a single eval", node.template)
    return commands[0].args.assignments


def _elements(mode: str, values: list[str] | None) -> list[str]:
    if values and mode != "multivalue":
        found = [element for value in values for element in jsonpath.find(value, "{}")]
        if found or mode == "json_array":
            return found
    return values or []


def _longest(session: Session, relation: Relation, node: Foreach) -> int:
    column = relation.columns[LIST].sql if LIST in relation.columns else "NULL::VARCHAR[]"
    [(found,)] = session.execute(f"SELECT max(len({column})) FROM {relation.name}").fetchall()
    longest = int(found or 0)
    if longest > MOST_ITEMS:
        raise CompileError(f"foreach runs over at most {MOST_ITEMS:,} values, not {longest:,}", node.span)
    return longest


def _round(session: Session, relation: Relation, assignments: tuple[tuple[str, ast.Node], ...], place: int) -> Relation:
    values = relation.columns[LIST]
    item = Expr(f"{values.sql}[{place}]" if values.kind is Kind.MULTI else values.sql, Kind.TEXT)
    relation = session.extend(relation, {ITEM: item, ITER: Expr(session.bind(float(place - 1)), Kind.NUM)})
    for target, expression in assignments:
        scope = session.scope(relation)
        sqls, kind = unify([scope.value(expression), scope.field(target)])
        test = f"{text(scope.field(ITEM))} IS NOT NULL"
        relation = session.extend(relation, {target: Expr(f"CASE WHEN {test} THEN {sqls[0]} ELSE {sqls[1]} END", kind)})
    return relation


ROWS = (CommandRow("foreach", parse, compile_foreach, example="foreach bytes_* [eval total = total + '<<FIELD>>']"),)

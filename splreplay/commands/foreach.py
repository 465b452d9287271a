r"""`foreach`: a piece of pipeline for each field, each value of a list, or each element of a JSON array.

The bracket is text until the fields are known, so that parse keeps its place only:

    eval n=0 | foreach bytes_* [eval n = n + '<<FIELD>>']     with rows that have bytes_in and bytes_out
    parse          names (bytes_*), template: the span of " eval n = n + '<<FIELD>>'" in the text
    _matches       {fieldstr: bytes_in, matchstr: in}, {fieldstr: bytes_out, matchstr: out}
    _pipeline      eval n = n + 'bytes_in', then eval n = n + 'bytes_out': text again, since a name is no value
    walk.pipeline  each over the rows of the one before

Over the values of one field nothing is substituted, since a value must never become text of the search:

    foreach mode=multivalue ips [eval n = n + len("<<ITEM>>")]    with ips = (a, bb)
    _assignments   n = n + len('\0item'), a field that no search can name
    _over_items    \0list = [a, bb]; round 1 sets \0item = a, round 2 bb, each where there is one

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
    from splreplay.commands.walk import Walk
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
    return Foreach(mode, tuple(names), Span(token.span.start + 1, token.span.end - 1), tokens, span=span)


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


def compile_foreach(walk: Walk, before: Relation, node: Foreach) -> Relation:
    return _over_fields(walk, before, node) if node.mode == "multifield" else _over_items(walk, before, node)


# --- over fields ------------------------------------------------------------------------------------
def _over_fields(walk: Walk, before: Relation, node: Foreach) -> Relation:
    relation, known = present(walk, before)
    for values in _matches(node, known):
        relation = walk.pipeline(_pipeline(walk, node, values), relation)
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


def _pipeline(walk: Walk, node: Foreach, values: Mapping[str, str]) -> ast.Pipeline:
    """The template with its tokens replaced."""
    by_token = {node.tokens[key]: value for key, value in values.items()}
    wanted = re.compile("|".join(map(re.escape, sorted(by_token, key=len, reverse=True))))
    return _parse(walk, node, wanted.sub(lambda match: by_token[match.group()], _body(walk, node)))


def _body(walk: Walk, node: Foreach) -> str:
    return walk.text.text[node.template.start : node.template.end]


def _parse(walk: Walk, node: Foreach, replaced: str) -> ast.Pipeline:
    """A replaced template; its errors point at where it was written."""
    origin, offset = walk.text.locate(node.template.start)
    source = Text(replaced, (Piece(0, origin, offset, fixed=True),))
    with source.located():
        return walk.parser(replaced).pipeline(Span(0, len(replaced)))


# --- over the values of one field ---------------------------------------------------------------------
def _over_items(walk: Walk, before: Relation, node: Foreach) -> Relation:
    """Each round sets the item and evaluates the template in the rows that still have one."""
    assignments = _assignments(walk, node)
    field = walk.scope(before).field(node.names[0])
    if field.kind is Kind.NULL:
        return before
    relation = derive(walk, before, [multi(field)], lambda values: {LIST: _elements(node.mode, values)})
    relation = walk.materialise(relation)
    for place in range(1, _longest(walk, relation, node) + 1):
        relation = _round(walk, relation, assignments, place)
    return relation.show(name for name in relation.columns if name not in (ITEM, ITER, LIST))


def _assignments(walk: Walk, node: Foreach) -> tuple[tuple[str, ast.Node], ...]:
    """The template's eval, with the item as a field: a value never becomes part of the text."""
    names = {node.tokens["itemstr"]: f"'{ITEM}'", node.tokens["iterstr"]: f"'{ITER}'"}
    tokens = "|".join(map(re.escape, names))

    def field(match: re.Match[str]) -> str:
        found = match.group()
        if found[0] != '"' or found in names:
            return names.get(found, found)
        parts = re.split(f"({tokens})", found[1:-1])
        return ".".join(names.get(part, f'"{part}"') for part in parts if part or len(parts) == 1)

    body = re.sub(rf'"(?:[^"\\]|\\.)*"|{tokens}', field, _body(walk, node))
    commands = _parse(walk, node, body).commands
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

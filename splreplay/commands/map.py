"""`map`: runs a search for each row, with the row's values in the place of $field$.

A value is data and never becomes SPL: it stands in the search as a number, or within quotes with what would end them
escaped. Macros are expanded before. So `$field$` may be a value or a field's name, never a command or an operator.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/map
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.row import EVERYTHING, CommandRow, Reads, reads
from splreplay.knowledge.conf import Value
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, whole
from splreplay.spl.errors import CompileError, ParseError, RunError, Span, SplError
from splreplay.spl.lexer import Token, TokenKind, formula, stages, words
from splreplay.spl.text import Text
from splreplay.sql.relation import Relation
from splreplay.sql.tables import load_rows

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser

OPTIONS: dict[str, Converter] = {"search": str, "maxsearches": whole}
SERIAL = "_serial_id"  # by the page: counts the searches, from 0
DEEPEST = 4  # map in the search of a map
_MARK = "\0map"
_TOKEN = re.compile(r"\$([\w.{}:@-]+)\$")
# The parts of a search that matter here: texts in double quotes, names in single ones, words that hold a $field$.
_PART = re.compile(
    r"""(?P<escape>\\[^$])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<name>'(?:[^'\\]|\\.)*')|(?P<word>[^\s"'=<>!(),\[\]|]*\$[\w.{}:@-]+\$[^\s"'=<>!(),\[\]|]*)""",
    re.DOTALL,
)
_NUMBER = re.compile(r"-?\d{1,300}(\.\d{1,300})?")
_WORD = re.compile(r"[\w.:@/-]+")
# What stands before a text that is read as a search once more.
_SPL_BEFORE = re.compile(r"\b(?:search|startswith|endswith)\s*=\s*$|\bsearchmatch\s*\(\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Map(ast.Node):
    """Either the text of a search or the name of a saved one."""

    search: str | None
    saved: str
    maxsearches: int


def parse(parser: PipelineParser, span: Span) -> Map:
    cursor = parser.cursor(span)
    options, names = mixed(cursor, OPTIONS)
    if len(names) + ("search" in options) != 1:
        advice = 'write map search="search user=$user$ | stats count", or map name_of_a_saved_search'
        raise ParseError("map runs one search", span, advice)
    search = str(options["search"]) if "search" in options else None
    return Map(search, names[0] if names else "", max(int(str(options.get("maxsearches", 10))), 0), span=span)


def compile_map(walk: Walk, before: Relation, node: Map) -> Relation:
    if walk.opened.count(_MARK) >= DEEPEST:
        raise CompileError(f"map runs in the search of a map more than {DEEPEST} deep", node.span)
    template = _template(walk, node)
    rows = walk.rows(walk.step(before, f"SELECT * FROM {{prev}} ORDER BY o LIMIT {node.maxsearches + 1}"))
    if len(rows) > node.maxsearches:
        walk.warn(
            f"map ran its search for the first {node.maxsearches:,} rows and not for the others: maxsearches= says how"
            " many",
            node.span,
        )
    found = [_run(walk, node, template, row, number) for number, row in enumerate(rows[: node.maxsearches])]
    return walk.union(found) if found else load_rows(walk, [])


def _template(walk: Walk, node: Map) -> str:
    """The search with its macros expanded, before any value is in it."""
    search = walk.app.saved_search(node.saved).search if node.search is None else Value(node.search, "search of map")
    return walk.expanded(search).text


def _run(walk: Walk, node: Map, template: str, row: Mapping[str, Any], number: int) -> Relation:
    text = Text.of(substituted(template, {SERIAL: str(number), **row}, node.span), f"search {number + 1} of map")
    inner = walk.within(text, _MARK)
    with text.located():
        return inner.materialise(inner.pipeline(inner.parsed()))


def substituted(template: str, row: Mapping[str, Any], span: Span | None = None) -> str:
    """The template with the values of a row; where each stands decides how it is written, never what it says."""
    values = {name: _value(row.get(name), name, span) for name in _TOKEN.findall(template)}
    found = _filled(template, values, span)
    harmless = {name: _NUMBER.sub(_ones, value) if _NUMBER.fullmatch(value) else "x" for name, value in values.items()}
    if structure(found) != structure(_filled(template, harmless, span)):
        raise RunError("map: a value would change what its search says", span, "put $field$ within double quotes")
    return found


def _value(found: object, name: str, span: Span | None) -> str:
    if found is None:
        advice = f"give it one before map, for example by fillnull value=none {name}"
        raise RunError(f"map: a row has no value for ${name}$", span, advice)
    return " ".join(found) if isinstance(found, list) else str(found)


def _ones(number: re.Match[str]) -> str:
    return re.sub(r"\d+", "1", number[0])


def _filled(template: str, values: Mapping[str, str], span: Span | None) -> str:
    def part(match: re.Match[str]) -> str:
        tokens = [values[name] for name in _TOKEN.findall(match[0])]
        if match["text"]:
            if _SPL_BEFORE.search(template, 0, match.start()):
                _only_words(tokens, "a text that is a search itself", span)
            return _TOKEN.sub(lambda token: _escaped(values[token[1]]), match[0])
        if match["name"]:
            _only_words(tokens, "a name in single quotes", span)
            return _TOKEN.sub(lambda token: values[token[1]], match[0])
        if match["escape"] or all(map(_NUMBER.fullmatch, tokens)):
            return _TOKEN.sub(lambda token: values[token[1]], match[0])
        return '"' + _TOKEN.sub(lambda token: _escaped(values[token[1]]), match[0]) + '"'

    return _PART.sub(part, template)


def _only_words(values: list[str], place: str, span: Span | None) -> None:
    for value in values:
        if not _WORD.fullmatch(value) or value in ("AND", "OR", "NOT"):
            raise RunError(f"map: a value in {place} must be one word, and {value[:60]!r} is none", span)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def structure(text: str) -> list[object]:
    """How a search falls into stages, subsearches and tokens, whatever these say."""
    try:
        cut = stages(text, Span(0, len(text)))
    except SplError:
        return ["?"]
    return [kinds for stage in cut for kinds in (_kinds(words, text, stage), _kinds(formula, text, stage))]


def _kinds(read: Callable[[str, Span], list[Token]], text: str, stage: Span) -> list[object]:
    try:
        tokens = read(text, stage)
    except SplError:
        return ["?"]
    return [structure(token.text) if token.kind is TokenKind.SUBSEARCH else token.kind.value for token in tokens]


def _names(node: Map) -> Iterator[str]:
    yield from (name for name in _TOKEN.findall(node.search or "") if name != SERIAL)


def reads_map(node: Map) -> Reads:
    """Macros and saved searches may name any field."""
    if node.search is None or "`" in node.search:
        return EVERYTHING
    return reads(_names(node), closes=True)


ROWS = (
    CommandRow(
        "map",
        parse,
        compile_map,
        reads_map,
        example='map search="search user=$user$ eventName=Delete* | head 5" maxsearches=20',
    ),
)

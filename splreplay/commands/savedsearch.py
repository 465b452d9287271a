"""`savedsearch`: the rows of a search that the app has saved.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/savedsearch
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow
from splreplay.knowledge.conf import Value
from splreplay.spl import ast
from splreplay.spl.cursor import boolean
from splreplay.spl.errors import CompileError, Span
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser


@dataclass(frozen=True)
class Savedsearch(ast.Node):
    """`arguments` stand for $name$ in the search, unless `substitute` is off."""

    name: str
    arguments: tuple[tuple[str, str], ...]
    substitute: bool


def parse(parser: PipelineParser, span: Span) -> Savedsearch:
    cursor = parser.cursor(span)
    substitute = (
        not cursor.options({"nosubstitution": boolean}).get("nosubstitution") if _has_option(parser, span) else True
    )
    name = cursor.name("the name of a saved search").text
    arguments = []
    while not cursor.done:
        key = cursor.name("name=value").text
        cursor.need_op("=", f"after '{key[:60]}'")
        arguments.append((key, cursor.name("a value").text))
    return Savedsearch(name, tuple(arguments), substitute, span=span)


def _has_option(parser: PipelineParser, span: Span) -> bool:
    return bool(re.match(r"\s*nosubstitution\s*=", parser.text[span.start : span.end], re.IGNORECASE))


def compile_savedsearch(walk: Walk, before: Relation, node: Savedsearch) -> Relation:
    if node.name in walk.opened:
        raise CompileError(f"saved search '{node.name[:60]}' runs itself", node.span)
    search = _substituted(walk.app.saved_search(node.name).search, node)
    inner = walk.within(walk.expanded(search), node.name)
    with inner.text.located():
        return inner.materialise(inner.pipeline(inner.parsed()))


def _substituted(search: Value, node: Savedsearch) -> Value:
    """Positions in the file hold as long as nothing is substituted."""
    values = dict(node.arguments) if node.substitute else {}
    if not values:
        return search
    wanted = re.compile(r"\$(" + "|".join(map(re.escape, values)) + r")\$")
    return Value(wanted.sub(lambda match: values[match.group(1)], search.text), search.file, search.line)


ROWS = (
    CommandRow(
        "savedsearch",
        parse,
        compile_savedsearch,
        generates=True,
        example='| savedsearch "Threat - AWS Exfiltration via Batch Service - Rule"',
    ),
)

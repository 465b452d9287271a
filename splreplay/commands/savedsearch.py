"""`savedsearch`: the rows of a search that the app has saved.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/savedsearch
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.row import CommandRow
from splreplay.knowledge.conf import Value
from splreplay.knowledge.macros import expand
from splreplay.spl import ast
from splreplay.spl.cursor import boolean
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.text import Text
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session


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


def compile_savedsearch(session: Session, before: Relation, node: Savedsearch) -> Relation:
    from splreplay.spl.pipeline import parse as parse_pipeline

    if node.name in session.opened:
        raise CompileError(f"saved search '{node.name[:60]}' runs itself", node.span)
    search = session.app.saved_search(node.name).search
    text = expand(_substituted(search, node), session.app.macros, session.constant)
    outer, session.text = session.text, text
    session.opened.append(node.name)
    try:
        with text.located():
            return session.materialise(session.pipeline(parse_pipeline(text, frozenset(session.app.commands))))
    finally:
        session.opened.pop()
        session.text = outer


def _substituted(search: Value, node: Savedsearch) -> Text:
    """Positions in the file hold as long as nothing is substituted."""
    values = dict(node.arguments) if node.substitute else {}
    if not values:
        return search.source()
    wanted = re.compile(r"\$(" + "|".join(map(re.escape, values)) + r")\$")
    return Value(wanted.sub(lambda match: values[match.group(1)], search.text), search.file, search.line).source()


ROWS = (
    CommandRow(
        "savedsearch",
        parse,
        compile_savedsearch,
        generates=True,
        example='| savedsearch "Threat - AWS Exfiltration via Batch Service - Rule"',
    ),
)

"""Values out of structured text, under the names that it has for them: fromjson and xmlkv.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/fromjson
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/xmlkv
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.arguments import mixed, one_name
from splreplay.commands.row import CommandRow, reads
from splreplay.spl import ast
from splreplay.spl.cursor import whole
from splreplay.spl.errors import Span
from splreplay.sql.derive import derive
from splreplay.sql.expr import multi
from splreplay.sql.relation import Kind, Relation
from splreplay.values import jsonpath

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

Read = Callable[[str], Mapping[str, list[str]]]
# An element that holds no other: its name, its text.
_ELEMENT = re.compile(r"<([^\s<>/!?][^\s<>/]*)(?:\s[^<>]*)?>([^<>]*)</\1\s*>")


@dataclass(frozen=True)
class Unpack(ast.Node):
    field: str
    prefix: str = ""


def parse_fromjson(parser: PipelineParser, span: Span) -> Unpack:
    options, field = one_name(parser.cursor(span), {"prefix": str}, "fromjson")
    return Unpack(field, str(options.get("prefix", "")), span=span)


def parse_xmlkv(parser: PipelineParser, span: Span) -> Unpack:
    """`maxinputs` is how many rows Splunk hands over at a time; the rows are the same."""
    cursor = parser.cursor(span)
    _, names = mixed(cursor, {"maxinputs": whole})
    if len(names) > 1:
        raise cursor.wrong(f"'xmlkv' works on one field, not {len(names)}", "write xmlkv field")
    return Unpack(names[0] if names else "_raw", span=span)


def elements(document: str) -> dict[str, list[str]]:
    """The texts of the innermost elements by their names."""
    found: dict[str, list[str]] = {}
    for name, text in _ELEMENT.findall(document):
        if text.strip():
            found.setdefault(name, []).append(text.strip())
    return found


def _compiler(read: Read) -> Callable[[Session, Relation, Unpack], Relation]:
    def compile_(session: Session, before: Relation, node: Unpack) -> Relation:
        field = session.scope(before).field(node.field)
        if field.kind is Kind.NULL:
            return before
        return derive(session, before, [multi(field)], lambda texts: _unpacked(read, texts, node.prefix))

    return compile_


def _unpacked(read: Read, texts: list[str] | None, prefix: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts or ():
        for name, values in read(text).items():
            found.setdefault(prefix + name, []).extend(values)
    return found


ROWS = (
    CommandRow(
        "fromjson",
        parse_fromjson,
        _compiler(jsonpath.members),
        lambda node: reads([node.field]),
        example="fromjson policy prefix=policy_",
    ),
    CommandRow("xmlkv", parse_xmlkv, _compiler(elements), lambda node: reads([node.field]), example="xmlkv details"),
)

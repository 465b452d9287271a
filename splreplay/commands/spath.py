"""`spath`: values out of JSON and XML text, by a path or all of them.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/spath
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, ParseError, Span
from splreplay.sql.derive import derive
from splreplay.sql.expr import multi
from splreplay.sql.relation import Kind, Relation
from splreplay.values import jsonpath, xmlpath

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

CUTOFF = 5_000  # limits.conf [spath] extraction_cutoff: Splunk extracts all fields of this many characters


@dataclass(frozen=True)
class Spath(ast.Node):
    """No path: every field of the text, under its own name."""

    input: str
    path: str | None
    output: str | None


def parse(parser: PipelineParser, span: Span) -> Spath:
    options, names = mixed(parser.cursor(span), {"input": str, "output": str, "path": str})
    paths = [*names, *([str(options["path"])] if "path" in options else [])]
    if len(paths) > 1:
        raise ParseError("spath takes one path", span, "write spath output=field path=a.b{}.c")
    if "output" in options and not paths:
        raise ParseError("output= needs a path", span, "write spath output=field path=a.b{}.c")
    path = paths[0] if paths else None
    if path is not None and jsonpath.parse_path(path) is None:
        raise ParseError(f"'{path[:60]}' is no path", span, "write a.b, a{}.b for every element, a{0}.b for the first")
    return Spath(str(options.get("input", "_raw")), path, _text(options.get("output", path)), span=span)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def compile_spath(session: Session, before: Relation, node: Spath) -> Relation:
    field = session.scope(before).field(node.input)
    if field.kind is Kind.NULL:
        return before
    documents = [multi(field)]
    if node.path is None or node.output is None:
        return derive(session, before, documents, lambda texts: _all(session, texts))
    path, output = node.path, node.output
    if "{@" in path and not path.endswith("}"):
        raise CompileError("an attribute ends a path", node.span, "write a.b{@name}")
    return derive(session, before, documents, lambda texts: {output: _values(texts, path)})


def _values(documents: list[str] | None, path: str) -> list[str]:
    return [value for document in documents or () for value in _module(document).find(document, path)]


def _all(session: Session, documents: list[str] | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for document in documents or ():
        if len(document) > CUTOFF:
            session.warn(f"spath reads texts beyond {CUTOFF:,} characters to their end; Splunk stops there by default")
        for name, value in _module(document).fields(document).items():
            values = value if isinstance(value, list) else [value]
            found.setdefault(name, []).extend(values)
    return found


def _module(document: str) -> Any:
    return xmlpath if document.lstrip().startswith("<") else jsonpath


def reads_spath(node: Spath) -> Reads:
    return reads([node.input])


ROWS = (
    CommandRow(
        "spath",
        parse,
        compile_spath,
        reads_spath,
        example="spath input=policy output=effect path=Statement{}.Effect",
    ),
)

"""`extract` (also `kv`): field=value pairs out of _raw, found by themselves, by delimiters or by transforms.conf.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/extract
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from splreplay.commands.parts.arguments import mixed
from splreplay.commands.row import CommandRow, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean, whole
from splreplay.spl.errors import CompileError, Span, nearest
from splreplay.sql.derive import derive
from splreplay.sql.expr import Expr, multi
from splreplay.sql.relation import Kind, Relation
from splreplay.values.regexes import Pattern, pattern

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session

OPTIONS: dict[str, Converter] = {
    "auto": boolean,
    "clean_keys": boolean,
    "kvdelim": str,
    "limit": whole,
    "maxchars": whole,
    "mv_add": boolean,
    "pairdelim": str,
    "reload": boolean,
    "segment": boolean,
}
# A pair by itself begins a word; its value is quoted, or ends with the word.
_AUTO = re.compile(
    r"""(?<![^\s,;|&(\[{])"?([A-Za-z_][\w.:{}-]{0,200})"?\s?=\s?(?:"((?:[^"\\]|\\.)*)"|([^\s,;|&)\]}"]+))""", re.DOTALL
)
_UNCLEAN = re.compile(r"[^A-Za-z0-9_]")
_FORMAT = re.compile(r"\s*\$(\d)::\$(\d)\s*")
_NEW = "\0kv "  # before the name of a field that is to be joined with one of that name
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Extract(ast.Node):
    """`stanzas` of transforms.conf; `auto`: pairs are also found without delimiters."""

    stanzas: tuple[str, ...]
    auto: bool
    pairdelim: str
    kvdelim: str
    limit: int
    maxchars: int
    mv_add: bool
    clean_keys: bool


def parse(parser: PipelineParser, span: Span) -> Extract:
    options, names = mixed(parser.cursor(span), OPTIONS)
    pairs, values = (_delimiters(str(options.get(name, ""))) for name in ("pairdelim", "kvdelim"))
    return Extract(
        tuple(names),
        bool(options.get("auto", True)),
        pairs or (" \t\n,;" if values else ""),
        values or ("=" if pairs else ""),
        int(str(options.get("limit", 50))),
        int(str(options.get("maxchars", 10_240))),
        bool(options.get("mv_add")),
        bool(options.get("clean_keys", True)),
        span=span,
    )


def _delimiters(text: str) -> str:
    """Each character delimits; \\n and \\t are what they stand for."""
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")


def compile_extract(walk: Walk, before: Relation, node: Extract) -> Relation:
    readers = [_transform(walk, name, node) for name in node.stanzas]
    raw = walk.scope(before).field("_raw")
    if raw.kind is Kind.NULL:
        return before

    def extracted(texts: list[str] | None) -> dict[str, list[str]]:
        text = "\n".join(texts or ())[: node.maxchars]
        pairs = [pair for reader in readers for pair in reader(text)]
        pairs += _delimited(text, node) if node.pairdelim else ()
        pairs += islice(_automatic(text), node.limit) if node.auto and not node.stanzas else ()
        return _collected(pairs, node)

    if not node.mv_add:
        return derive(walk, before, [multi(raw)], extracted, overwrite=False)
    found = derive(
        walk, before, [multi(raw)], lambda texts: {_NEW + name: values for name, values in extracted(texts).items()}
    )
    return _appended(walk, found)


def _collected(pairs: Pairs, node: Extract) -> dict[str, list[str]]:
    """Without mv_add the first value counts."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        name = _UNCLEAN.sub("_", key).lstrip("_0123456789") if node.clean_keys else key
        if name and value and (node.mv_add or name not in found):
            found.setdefault(name, []).append(value)
    return found


def _automatic(text: str) -> Iterator[tuple[str, str]]:
    for key, quoted, plain in _AUTO.findall(text):
        yield key, plain or re.sub(r'\\(["\\])', r"\1", quoted)


def _delimited(text: str, node: Extract) -> Iterator[tuple[str, str]]:
    """A value that holds a delimiter itself is not extracted, unless it is quoted."""
    pieces, values = (f"[{re.escape(marks)}]" for marks in (node.pairdelim, node.kvdelim))
    for part in re.findall(rf'(?:"(?:[^"\\]|\\.)*"|(?!{pieces}).)+', text, re.DOTALL):
        key, *rest = re.split(rf'{values}(?=(?:[^"]*"[^"]*")*[^"]*$)', part.strip(), maxsplit=2)
        if len(rest) == 1:
            yield key.strip().strip('"'), rest[0].strip().strip('"')


def _transform(walk: Walk, name: str, node: Extract) -> _Transform:
    known = {stanza: keys for app in (walk.addon, walk.app) for stanza, keys in app.transforms.items()}
    keys = known.get(name)
    if keys is None:
        raise CompileError(f"transforms.conf has no stanza '{name[:60]}'", node.span, nearest(name, known))
    if "REGEX" not in keys:
        raise CompileError(f"the stanza '{name[:60]}' of transforms.conf has no REGEX", node.span)
    with keys["REGEX"].source().located():
        expression = pattern(keys["REGEX"].text, Span(0, len(keys["REGEX"].text)))
    text = keys["FORMAT"].text if "FORMAT" in keys else ""
    return _Transform(expression, text)


@dataclass(frozen=True)
class _Transform:
    """REGEX and FORMAT of a stanza: `$1::$2` takes the names of the fields from the text too."""

    expression: Pattern
    format: str

    def __call__(self, text: str) -> Iterator[tuple[str, str]]:
        both = _FORMAT.fullmatch(self.format)
        numbered = re.findall(r"([\w.{}]+)::\$(\d{1,2})", self.format)
        for match in self.expression.finditer(text):
            if both:
                yield match.group(int(both[1])) or "", match.group(int(both[2])) or ""
                continue
            yield from ((name, match.group(int(group)) or "") for name, group in numbered)
            yield from ((name, match.group(name) or "") for name in self.expression.names)
            return


def _appended(session: Session, found: Relation) -> Relation:
    """The new values behind those that the rows had."""
    scope = session.scope(found)
    names = [name for name in found.columns if name.startswith(_NEW)]
    both = {
        name.removeprefix(_NEW): Expr(
            f"list_concat({multi(scope.field(name.removeprefix(_NEW)))}, {multi(scope.field(name))})", Kind.MULTI
        )
        for name in names
    }
    relation = session.extend(found, both)
    return relation.show(name for name in relation.columns if name not in names)


_ROW = CommandRow(
    "extract", parse, compile_extract, lambda node: reads(["_raw"]), example='extract pairdelim=";" kvdelim=":"'
)
ROWS = (_ROW, replace(_ROW, name="kv"))

"""`eventtype=` and `tag=` in a search, by eventtypes.conf and tags.conf of the app and the add-on.

https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/event-types
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.knowledge.app import App
from splreplay.knowledge.conf import Stanza, Value
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.search import parse_search
from splreplay.spl.text import Text
from splreplay.values import wildcards

if TYPE_CHECKING:
    from splreplay.spl.lexer import Token


@dataclass(frozen=True)
class Knowledge:
    """Event types and tags of some apps; `expand` gives the text of a setting, its macros expanded."""

    apps: Sequence[App]
    expand: Callable[[Value], Text]

    def resolve(self, node: ast.Node, outer: tuple[str, ...] = ()) -> ast.Node:
        """The expression with `eventtype=name` and `tag=name` replaced by what they stand for."""
        if isinstance(node, ast.Compare) and node.op == "=" and node.field in _MEANINGS:
            found = list(_MEANINGS[node.field](self, node, outer))
            return ast.Or((node, *found), span=node.span) if found else node
        return ast.mapped(node, lambda part: self.resolve(part, outer))

    def _event_types(self, node: ast.Compare, outer: tuple[str, ...]) -> Iterator[ast.Node]:
        """The searches of the event types of that name; the field itself where there are none."""
        for name, stanza in self._named("eventtypes", node.value):
            yield self._search(name, stanza, node, outer)

    def _tagged(self, node: ast.Compare, outer: tuple[str, ...]) -> Iterator[ast.Node]:
        """The field=value pairs that carry the tag; the field itself where none does."""
        for stanza, keys in self._named("tags", "*"):
            field, _, value = stanza.partition("=")
            enabled = {name.lower() for name, setting in keys.items() if setting.text.strip() == "enabled"}
            if node.value.lower() in enabled:
                pair = ast.Compare(field.strip(), "=", value.strip(), True, span=node.span)
                yield self.resolve(pair, outer)

    def _named(self, conf: str, name: str) -> Iterator[tuple[str, Stanza]]:
        wanted = wildcards.regex(name, ignore_case=True)
        for app in self.apps:
            yield from ((stanza, keys) for stanza, keys in app.conf(conf).items() if wanted.fullmatch(stanza))

    def _search(self, name: str, stanza: Stanza, node: ast.Compare, outer: tuple[str, ...]) -> ast.Node:
        if name in outer:
            raise CompileError(f"event type '{name[:60]}' means itself", node.span)
        if "search" not in stanza:
            return ast.Or((), span=node.span)
        text = self.expand(stanza["search"])
        with text.located():
            found = parse_search(text.text, Span(0, len(text.text)), _refuse)
        return self.resolve(found, (*outer, name))


def _refuse(token: Token) -> ast.Subsearch:
    raise CompileError("an event type holds no subsearch", token.span)


_MEANINGS = {"eventtype": Knowledge._event_types, "tag": Knowledge._tagged}

"""`eventtype=` and `tag=` in a search, by eventtypes.conf and tags.conf of the app and the add-on.

https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/event-types
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from splreplay.knowledge.conf import Stanza
from splreplay.knowledge.macros import expand
from splreplay.spl import ast
from splreplay.spl.errors import CompileError, Span
from splreplay.spl.search import parse_search
from splreplay.values import wildcards

if TYPE_CHECKING:
    from splreplay.spl.lexer import Token
    from splreplay.sql.session import Session


def eventtype(session: Session, node: ast.Compare, outer: tuple[str, ...] = ()) -> ast.Node:
    """The searches of the event types of that name; the field itself where there are none."""
    found = [_search(session, name, stanza, node, outer) for name, stanza in _named(session, "eventtypes", node.value)]
    return ast.Or((node, *found), span=node.span) if found else node


def _named(session: Session, conf: str, name: str) -> Iterator[tuple[str, Stanza]]:
    wanted = wildcards.regex(name, ignore_case=True)
    for app in (session.app, session.addon):
        yield from ((stanza, keys) for stanza, keys in app.conf(conf).items() if wanted.fullmatch(stanza))


def _search(session: Session, name: str, stanza: Stanza, node: ast.Compare, outer: tuple[str, ...]) -> ast.Node:
    if name in outer:
        raise CompileError(f"event type '{name[:60]}' means itself", node.span)
    if "search" not in stanza:
        return ast.Or((), span=node.span)
    source = expand(stanza["search"].source(), session.app.macros, session.constant)
    with source.located():
        found = parse_search(source.text, Span(0, len(source.text)), _refuse)
    return _resolved(session, found, (*outer, name))


def _resolved(session: Session, node: ast.Node, outer: tuple[str, ...]) -> ast.Node:
    if isinstance(node, ast.And | ast.Or):
        return type(node)(tuple(_resolved(session, item, outer) for item in node.items), span=node.span)
    if isinstance(node, ast.Not):
        return ast.Not(_resolved(session, node.item, outer), span=node.span)
    if isinstance(node, ast.Compare) and node.op == "=" and node.field in KNOWLEDGE:
        return KNOWLEDGE[node.field](session, node, outer)
    return node


def _refuse(token: Token) -> ast.Subsearch:
    raise CompileError("an event type holds no subsearch", token.span)


def tag(session: Session, node: ast.Compare, outer: tuple[str, ...] = ()) -> ast.Node:
    """The field=value pairs that carry the tag; the field itself where none does."""
    found = []
    for stanza, keys in _named(session, "tags", "*"):
        field, _, value = stanza.partition("=")
        enabled = {name.lower() for name, setting in keys.items() if setting.text.strip() == "enabled"}
        if node.value.lower() in enabled:
            pair = ast.Compare(field.strip(), "=", value.strip(), True, span=node.span)
            found.append(_resolved(session, pair, outer))
    return ast.Or((node, *found), span=node.span) if found else node


KNOWLEDGE: dict[str, Callable[..., ast.Node]] = {"eventtype": eventtype, "tag": tag}

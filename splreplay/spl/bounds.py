"""The time range of a search: the bounds that it names itself, and those that it is run with.

`earliest` and `latest` bound the time of an event, `_index_earliest` and `_index_latest` the time at which it was
indexed; each end that a search names takes the place of the same end of the range around it.
https://help.splunk.com/en/splunk-enterprise/spl-search-reference/9.4/time-format-variables-and-modifiers/time-modifiers
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from splreplay.spl import ast
from splreplay.spl.times import modifier

_WRITTEN = re.compile(r"\b(earliest|latest)\s*=\s*\"?([^\s\"()\]]+(?:\(\))?)")


def bounded(node: ast.Node, given: Mapping[str, float | None], now: float, tz: str) -> ast.Node:
    """The first expression of a search with its whole time range in it, in epoch seconds.

    `given` are the bounds that it is run with, by the names that they have in a search.
    """
    named = {bound.name for bound in named_bounds(node)}
    rest = [ast.TimeBound(name, float(at)) for name, at in given.items() if at is not None and name not in named]
    resolved = _resolved(node, now, tz)
    return ast.And((resolved, *rest), span=node.span) if rest else resolved


def named_bounds(node: ast.Node) -> Iterator[ast.TimeBound]:
    """The bounds that a search names itself. Behind NOT they are conditions like any other."""
    return (part for part in ast.affirmed(node) if isinstance(part, ast.TimeBound))


def written_bounds(text: str) -> dict[str, str]:
    """The first `earliest` and `latest` that stand in the text of a search, for a person: it is not parsed."""
    return dict(reversed(_WRITTEN.findall(text)))


def widest(node: ast.Node, name: str) -> float | None:
    """The bound of this name that every event of the expression keeps; None where there is none to be had."""
    if isinstance(node, ast.And):
        found = [at for at in (widest(item, name) for item in node.items) if at is not None]
        narrowest = max if name.endswith("earliest") else min
        return narrowest(found) if found else None
    return (
        node.value if isinstance(node, ast.TimeBound) and isinstance(node.value, float) and node.name == name else None
    )


def epoch(bound: ast.TimeBound, now: float, tz: str) -> float:
    """The bound in epoch seconds; CompileError where it is no time."""
    return float(modifier(bound.value, now, tz, bound.span)) if isinstance(bound.value, str) else bound.value


def plain(node: ast.Node) -> ast.Node:
    """A filter behind a pipe: bounds of index time choose what is read of an index, and there they are plain fields."""
    if isinstance(node, ast.TimeBound) and node.field == "_indextime":
        return ast.Compare(node.name, "=", str(node.value), span=node.span)
    return ast.mapped(node, plain)


def _resolved(node: ast.Node, now: float, tz: str) -> ast.Node:
    if isinstance(node, ast.TimeBound):
        return ast.TimeBound(node.name, epoch(node, now, tz), span=node.span)
    return ast.mapped(node, lambda part: _resolved(part, now, tz))

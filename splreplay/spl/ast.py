"""What a search is, once read: frozen nodes, each with its place in the text.

Two expression languages live in SPL. `search` compares fields with text, wildcards and case folding
(`Compare`, `InList`, `Term`, ...); `eval` and `where` compute (`Literal`, `FieldRef`, `Call`, ...).
`And`, `Or` and `Not` serve both. A command's own node is defined beside its parser in `commands/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from splreplay.spl.errors import Span

NOWHERE = Span(0, 0)


@dataclass(frozen=True, kw_only=True)
class Node:
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# --- shared -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class And(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Or(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Node):
    item: Node


# --- the search command ---------------------------------------------------------------------------
@dataclass(frozen=True)
class Compare(Node):
    """`field op value`; op is one of = != < > <= >=; `*` in value is a wildcard, quoted or not.

    exact: the value was written CASE(value), so letters must match as they are.
    """

    field: str
    op: str
    value: str
    quoted: bool = False
    exact: bool = False


@dataclass(frozen=True)
class CompareSubsearch(Node):
    """`field=[search ... | return $value]`: the subsearch gives the value."""

    field: str
    op: str
    subsearch: Subsearch


@dataclass(frozen=True)
class InList(Node):
    """`field IN (a, b*)`: true where any of the values would be by `=`."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Term(Node):
    """A bare word or "quoted phrase" looked for in _raw; `mode` is plain, CASE or TERM."""

    text: str
    quoted: bool = False
    mode: str = "plain"


@dataclass(frozen=True)
class TimeBound(Node):
    """`earliest=-1h` or `latest=now` inside a search; name is earliest, latest, _index_earliest, ...

    The value is a time as written, or epoch seconds once it is known when the search runs.
    """

    name: str
    value: str | float

    @property
    def field(self) -> str:
        """The time of the event that it bounds."""
        return "_indextime" if self.name.startswith("_index") else "_time"

    @property
    def op(self) -> str:
        return ">=" if self.name.endswith("earliest") else "<"


@dataclass(frozen=True)
class Subsearch(Node):
    """`[search ... | fields x]`: replaced by the expression that its rows make."""

    pipeline: Pipeline


# --- eval and where --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Literal(Node):
    """A number (float, as written in `text`), a string, or a Boolean."""

    value: float | str | bool
    text: str = ""


@dataclass(frozen=True)
class FieldRef(Node):
    name: str
    quoted: bool = False


@dataclass(frozen=True)
class Call(Node):
    """`name(args)`; names are kept in lower case."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True)
class Binary(Node):
    """Arithmetic, concatenation and comparison; op is one of + - * / % . = != < > <= >= LIKE XOR."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Negative(Node):
    item: Node


# --- pipelines -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Command(Node):
    """One stage. `name` is a row of COMMANDS, `args` the node that its parser made."""

    name: str
    args: Node


@dataclass(frozen=True)
class Pipeline(Node):
    commands: tuple[Command, ...]


# --- walks over an expression ------------------------------------------------------------------------
N = TypeVar("N", bound=Node)


def parts(node: Node) -> Iterator[Node]:
    """The expressions directly within an expression, in order; the pipeline of a subsearch is none."""
    for found in _within(node).values():
        yield from found if isinstance(found, tuple) else (found,)


def walk(node: Node) -> Iterator[Node]:
    """An expression and all that it is made of."""
    yield node
    for part in parts(node):
        yield from walk(part)


def affirmed(node: Node) -> Iterator[Node]:
    """The conditions that an expression puts together by AND and OR; NOT makes one of what stands behind it."""
    if isinstance(node, And | Or):
        for item in node.items:
            yield from affirmed(item)
    else:
        yield node


def mapped(node: N, change: Callable[[Node], Node]) -> N:
    """The expression with each of its direct parts changed."""
    new: dict[str, Any] = {
        name: tuple(map(change, found)) if isinstance(found, tuple) else change(found)
        for name, found in _within(node).items()
    }
    return replace(node, **new) if new else node


def _within(node: Node) -> dict[str, Node | tuple[Node, ...]]:
    """The attributes that hold an expression or several."""
    found = {part.name: getattr(node, part.name) for part in fields(node)}
    return {name: value for name, value in found.items() if _is_expression(value)}


def _is_expression(value: object) -> bool:
    first = value[0] if isinstance(value, tuple) and value else value
    return isinstance(first, Node) and not isinstance(first, Pipeline | Command)

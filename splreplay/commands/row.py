"""The form of the command table, and what a command says about the fields it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from splreplay.spl import ast
from splreplay.spl.errors import Span

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.relation import Relation


@dataclass(frozen=True)
class Reads:
    """Fields a command reads. `all`: also any other; `closes`: later commands see no other event field."""

    names: frozenset[str] = frozenset()
    all: bool = False
    closes: bool = False


EVERYTHING = Reads(all=True)


def reads(names: Iterable[str], closes: bool = False) -> Reads:
    """The fields by name; a wildcard among them may be any field."""
    found = frozenset(names)
    return Reads(found, any("*" in name for name in found), closes)


@dataclass(frozen=True)
class CommandRow:
    """One command of SPL.

    parse:     reads the arguments within a span into the command's own frozen node.
    compile:   the relation behind the command; `before` is None only for `generates`.
    reads:     which event fields it needs, so that the scan extracts no others.
    keeps:     it takes rows away or orders them, and leaves each as it is.
    first:     how many rows it keeps, where those are the first ones, whatever they are; else None.
    generates: it may stand first behind a leading pipe.
    example:   one line for the page of the supported language.
    """

    name: str
    parse: Callable[[PipelineParser, Span], ast.Node]
    compile: Callable[[Walk, Relation, Any], Relation]
    reads: Callable[[Any], Reads] = lambda node: EVERYTHING
    first: Callable[[Any], int | None] = lambda node: None
    generates: bool = False
    keeps: bool = False
    example: str = ""

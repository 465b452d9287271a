"""Fields from an add-on's props.conf, in Splunk's order: aliases, then calculated fields.

Aliases see the extracted fields; calculated fields see those and the aliases, not each other. Only what a
search reads is computed. A setting that derives fields in another way is named in a warning.
https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/search-time-operations-sequence
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from splreplay import ast
from splreplay.compiler.expr import Expr, unify
from splreplay.conf import Stanza, Value
from splreplay.defaults import DATES, META
from splreplay.errors import Span
from splreplay.parser.formula import parse_formula
from splreplay.plan import formula_fields

if TYPE_CHECKING:
    from splreplay.relation import Relation
    from splreplay.run import Run

_NAME = r'"[^"]*"|\'[^\']*\'|\S+'
_UNKNOWN = ("EXTRACT", "REPORT", "LOOKUP")
SOURCETYPE = "_sourcetype"  # a field of our own while a batch is loaded: records may have a `sourcetype` too
_ALIAS = re.compile(rf"({_NAME})\s+(AS|ASNEW)\s+({_NAME})", re.IGNORECASE)


@dataclass(frozen=True)
class Alias:
    """`name` stands for `field`; with `keep` only where it has no value of its own."""

    name: str
    field: str
    keep: bool


@dataclass(frozen=True)
class Rules:
    """What one stanza of props.conf derives."""

    aliases: tuple[Alias, ...] = ()
    formulas: Mapping[str, Value] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def rules_of(run: Run) -> dict[str, Rules]:
    """Source type to its rules."""
    stanzas = run.addon.conf("props")
    return {name: _rules(keys) for name, keys in stanzas.items() if "::" not in name and name != "default"}


def _rules(keys: Stanza) -> Rules:
    kinds: dict[str, dict[str, Value]] = {}
    for key, value in keys.items():
        kind, _, name = key.partition("-")
        kinds.setdefault(kind.upper(), {})[name] = value
    aliases = tuple(alias for value in kinds.get("FIELDALIAS", {}).values() for alias in _aliases(value.text))
    others = tuple(f"{kind}-{name}" for kind in _UNKNOWN for name in kinds.get(kind, {}))
    return Rules(aliases, kinds.get("EVAL", {}), others)


def _aliases(text: str) -> Iterator[Alias]:
    for source, word, name in _ALIAS.findall(text):
        yield Alias(name.strip("\"'"), source.strip("\"'"), word.upper() == "ASNEW")


def inputs(run: Run, wanted: frozenset[str] | None) -> frozenset[str] | None:
    """The fields to read from the records so that the wanted ones can be derived. None: all."""
    if wanted is None:
        return None
    found = set(wanted)
    for rules in rules_of(run).values():
        found |= _read_by(rules, wanted)
    return frozenset(found)


def is_raw(run: Run, name: str) -> bool:
    """Whether a field's values stand in the record itself: no rule of any source type derives them."""
    return not any(
        name in rules.formulas or name in (alias.name for alias in rules.aliases)
        for rules in rules_of(run).values()
    )


def _read_by(rules: Rules, wanted: Iterable[str]) -> set[str]:
    formulas = [_parsed(rules.formulas[name]) for name in wanted if name in rules.formulas]
    found = {*wanted, *(name for node in formulas for name in formula_fields(node))}
    return found | {alias.field for alias in rules.aliases if alias.name in found}


def _parsed(value: Value) -> ast.Node:
    source = value.source()
    with source.located():
        return parse_formula(source.text, Span(0, len(source.text)))


def is_written(run: Run, name: str) -> bool:
    """Whether a field's values stand in the record itself: extracted, or an alias of what is extracted."""
    if name in (*META, *DATES) or name.startswith("_"):
        return False
    rules = rules_of(run).values()
    sources = {alias.field for rule in rules for alias in rule.aliases if alias.name == name}
    calculated = any(name in rule.formulas for rule in rules)
    return not calculated and not sources & {*META, *DATES}


def add_fields(run: Run, events: Relation, wanted: frozenset[str] | None) -> Relation:
    """The events with what their source types derive."""
    rules = rules_of(run)
    if not rules or SOURCETYPE not in events.columns:
        return events
    present = _source_types(run, events)
    for name in present:
        if name in rules:
            test = None if len(present) == 1 else f"{events.columns[SOURCETYPE].sql} = {run.bind(name)}"
            events = _derived(run, events, rules[name], wanted, test)
            _warn(run, name, rules[name])
    return events


def _source_types(run: Run, events: Relation) -> list[str]:
    column = events.columns[SOURCETYPE].sql
    rows = run.execute(f"{events.prelude}SELECT DISTINCT {column} FROM {events.name} ORDER BY ALL").fetchall()
    return [row[0] for row in rows if row[0] is not None]


def _derived(
    run: Run, events: Relation, rules: Rules, wanted: frozenset[str] | None, test: str | None
) -> Relation:
    needed = None if wanted is None else _read_by(rules, wanted)
    aliases = [alias for alias in rules.aliases if needed is None or alias.name in needed]
    events = run.extend(events, {alias.name: _aliased(run, events, alias, test) for alias in aliases})
    formulas = {name: value for name, value in rules.formulas.items() if wanted is None or name in wanted}
    return run.extend(
        events, {name: _calculated(run, events, name, value, test) for name, value in formulas.items()}
    )


def _aliased(run: Run, events: Relation, alias: Alias, test: str | None) -> Expr:
    scope = run.scope(events)
    new, old = scope.field(alias.field), scope.field(alias.name)
    if not alias.keep:
        return _where(test, new, old)
    (new_sql, old_sql), kind = unify([new, old])
    return _where(test, Expr(f"coalesce({old_sql}, {new_sql})", kind), old)


def _calculated(run: Run, events: Relation, name: str, formula: Value, test: str | None) -> Expr:
    scope = run.scope(events)
    with formula.source().located():
        return _where(test, scope.value(_parsed(formula)), scope.field(name))


def _where(test: str | None, new: Expr, old: Expr) -> Expr:
    if test is None:
        return new
    (new_sql, old_sql), kind = unify([new, old])
    return Expr(f"CASE WHEN {test} THEN {new_sql} ELSE {old_sql} END", kind)


def _warn(run: Run, sourcetype: str, rules: Rules) -> None:
    if rules.unknown:
        run.warn(f"props.conf [{sourcetype}]: fields of {', '.join(rules.unknown)} are not derived")

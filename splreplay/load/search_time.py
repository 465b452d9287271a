"""Search-time fields of an add-on's props.conf, in Splunk's order: extractions, aliases, calculated fields, lookups.

Aliases see the extracted fields; calculated fields see those and the aliases, not each other; lookups see
all. Only what a search reads is computed. A setting that derives fields otherwise is named in a warning.
https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/search-time-operations-sequence
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from splreplay.commands.lookup import look_up
from splreplay.commands.parts.lookup import Lookup, parse_lookup
from splreplay.knowledge.conf import Value
from splreplay.knowledge.props import Alias, Extraction, Rules
from splreplay.load.defaults import DATES, LINECOUNT, META
from splreplay.spl import ast
from splreplay.spl.cursor import Cursor
from splreplay.spl.errors import RunError, Span
from splreplay.spl.fields import formula_fields
from splreplay.spl.formula import parse_formula
from splreplay.spl.lexer import words
from splreplay.sql.derive import derive
from splreplay.sql.expr import Expr, multi, unify
from splreplay.values.regexes import pattern

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.sql.relation import Relation
    from splreplay.sql.session import Session

RulesByType = Mapping[str, Rules]  # source type to its rules
SOURCETYPE = "_sourcetype"  # a field of our own while a batch is loaded: records may have a `sourcetype` too


@dataclass(frozen=True)
class Needed:
    """The rules that a search needs, and all fields that must be there before the first of them."""

    extractions: tuple[Extraction, ...]
    aliases: tuple[Alias, ...]
    formulas: Mapping[str, Value]
    lookups: tuple[Lookup, ...]
    reads: frozenset[str]


def inputs(rules: RulesByType, wanted: frozenset[str] | None) -> frozenset[str] | None:
    """The fields to read from the records so that the wanted ones can be derived. None: all."""
    if wanted is None:
        return None
    return wanted.union(*(needed(each, wanted).reads for each in rules.values()))


def needed(rules: Rules, wanted: frozenset[str] | None) -> Needed:
    """From the last step to the first: what each gives that is wanted, and what it reads in its turn."""
    lookups = tuple(lookup for lookup in map(_lookup, rules.lookups) if _gives(lookup, wanted))
    names = set(wanted or ()) | {name for lookup in lookups for _, name in lookup.keys}
    formulas = {name: value for name, value in rules.formulas.items() if wanted is None or name in names}
    names = names.union(*map(_formula_reads, formulas.values()))
    aliases = tuple(alias for alias in rules.aliases if wanted is None or alias.name in names)
    names |= {alias.field for alias in aliases}
    extractions = tuple(item for item in rules.extractions if wanted is None or names & item.groups.keys())
    names |= {item.source for item in extractions}
    return Needed(extractions, aliases, formulas, lookups, frozenset(names))


def _gives(lookup: Lookup, wanted: frozenset[str] | None) -> bool:
    """A lookup without OUTPUT gives all fields of its table."""
    return wanted is None or not lookup.outputs or any(name in wanted for _, name in lookup.outputs)


def derived(rules: RulesByType) -> frozenset[str] | None:
    """Every field that the rules may give; None: they may give any."""
    if any(_open(each) for each in rules.values()):
        return None
    aliases = (alias.name for each in rules.values() for alias in each.aliases)
    return frozenset(aliases).union(*map(_derived_names, rules.values()))


def is_written(rules: RulesByType, name: str) -> bool:
    """Whether a field's values stand in the record itself: extracted, or an alias of what is extracted."""
    if name in (*META, *DATES, LINECOUNT) or name.startswith("_"):
        return False
    sources = {alias.field for each in rules.values() for alias in each.aliases if alias.name == name}
    derived = any(name in _derived_names(each) or _open(each) for each in rules.values())
    return not derived and not sources & {*META, *DATES}


def _derived_names(rules: Rules) -> set[str]:
    found = {name for item in rules.extractions for name in item.groups}
    found |= {name for value in rules.lookups for _, name in _lookup(value).outputs}
    return found | rules.formulas.keys()


def _open(rules: Rules) -> bool:
    """A lookup without OUTPUT may set any field."""
    return any(not _lookup(value).outputs for value in rules.lookups)


@lru_cache(maxsize=1_000)  # each search would read those of the add-on several times
def _formula(value: Value) -> ast.Node:
    source = value.source()
    with source.located():
        return parse_formula(source.text, Span(0, len(source.text)))


@lru_cache(maxsize=1_000)
def _formula_reads(value: Value) -> frozenset[str]:
    return frozenset(formula_fields(_formula(value)))


@lru_cache(maxsize=1_000)
def _lookup(value: Value) -> Lookup:
    source = value.source()
    with source.located():
        cursor = Cursor(source.text, words(source.text, Span(0, len(source.text))))
        found = parse_lookup(cursor)
        cursor.finish("the lookup")
        return found


# --- application ------------------------------------------------------------------------------------------
def add_fields(walk: Walk, events: Relation, wanted: frozenset[str] | None) -> Relation:
    """The events with what their source types derive."""
    rules = walk.addon.field_rules
    if not rules or SOURCETYPE not in events.columns:
        return events
    present = _source_types(walk, events)
    for name in present:
        if name in rules:
            test = None if len(present) == 1 else f"{events.columns[SOURCETYPE].sql} = {walk.bind(name)}"
            events = _applied(walk, events, needed(rules[name], wanted), test)
            _warn(walk, name, rules[name])
    return events


def _source_types(session: Session, events: Relation) -> list[str]:
    column = events.columns[SOURCETYPE].sql
    rows = session.execute(f"{events.prelude}SELECT DISTINCT {column} FROM {events.name} ORDER BY ALL").fetchall()
    return [row[0] for row in rows if row[0] is not None]


def _applied(walk: Walk, events: Relation, rules: Needed, test: str | None) -> Relation:
    for extraction in rules.extractions:
        events = _extracted(walk, events, extraction, test)
    events = walk.extend(events, {alias.name: _aliased(walk, events, alias, test) for alias in rules.aliases})
    formulas = {name: _calculated(walk, events, name, value, test) for name, value in rules.formulas.items()}
    events = walk.extend(events, formulas)
    for lookup in rules.lookups:
        events = _looked_up(walk, events, lookup, test)
    return events


def _extracted(session: Session, events: Relation, extraction: Extraction, test: str | None) -> Relation:
    with extraction.expression.source().located():
        found = pattern(extraction.expression.text)

    def fields(values: list[str] | None) -> dict[str, list[Any]]:
        matches = [match for value in values or () for match in found.finditer(value)]
        kept = matches if extraction.every else matches[:1]
        return {name: [match.group(group) for match in kept if match.group(group) is not None]
                for name, group in extraction.groups.items()}  # fmt: skip

    source = multi(session.scope(events).field(extraction.source))
    return derive(session, events, [_only(test, source)], fields)


def _only(test: str | None, sql: str) -> str:
    return sql if test is None else f"CASE WHEN {test} THEN {sql} END"


def _aliased(session: Session, events: Relation, alias: Alias, test: str | None) -> Expr:
    scope = session.scope(events)
    new, old = scope.field(alias.field), scope.field(alias.name)
    if not alias.keep:
        return _where(test, new, old)
    (new_sql, old_sql), kind = unify([new, old])
    return _where(test, Expr(f"coalesce({old_sql}, {new_sql})", kind), old)


def _calculated(session: Session, events: Relation, name: str, formula: Value, test: str | None) -> Expr:
    scope = session.scope(events)
    with formula.source().located():
        return _where(test, scope.value(_formula(formula)), scope.field(name))


def _looked_up(walk: Walk, events: Relation, lookup: Lookup, test: str | None) -> Relation:
    """A lookup that is not there is named in a message and costs only its own fields, as in Splunk."""
    narrow: Callable[[str], str] = lambda sql: _only(test, sql)  # noqa: E731
    try:
        return look_up(walk, events, lookup, narrow)
    except RunError as error:
        walk.warn(f"props.conf: {error.message}")
        return events


def _where(test: str | None, new: Expr, old: Expr) -> Expr:
    if test is None:
        return new
    (new_sql, old_sql), kind = unify([new, old])
    return Expr(f"CASE WHEN {test} THEN {new_sql} ELSE {old_sql} END", kind)


def _warn(session: Session, sourcetype: str, rules: Rules) -> None:
    if rules.unknown:
        session.warn(f"props.conf [{sourcetype}]: fields of {', '.join(rules.unknown)} are not derived")

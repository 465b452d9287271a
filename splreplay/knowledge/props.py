"""The field rules of props.conf and transforms.conf as data, one set a source type.

https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/search-time-operations-sequence
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from splreplay.knowledge.conf import NOT_SET, Stanza, Value

_NAME = r'"[^"]*"|\'[^\']*\'|\S+'
_ALIAS = re.compile(rf"({_NAME})\s+(AS|ASNEW)\s+({_NAME})", re.IGNORECASE)
_IN_FIELD = re.compile(r"(.*\S)\s+in\s+([A-Za-z_][\w.{}]*)", re.DOTALL)
_FORMAT = re.compile(r"([\w.{}]+)::\$(\d{1,2})")
_GROUP = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")


@dataclass(frozen=True)
class Extraction:
    """A regular expression over the field `source`; `groups` maps fields to names or numbers of groups."""

    expression: Value
    source: str
    groups: Mapping[str, str | int]
    every: bool = False  # every match, not only the first


@dataclass(frozen=True)
class Alias:
    """`name` stands for `field`; with `keep` only where it has no value of its own."""

    name: str
    field: str
    keep: bool


@dataclass(frozen=True)
class Rules:
    """What one stanza of props.conf derives, each kind in the order in which it is applied."""

    extractions: tuple[Extraction, ...] = ()
    aliases: tuple[Alias, ...] = ()
    formulas: Mapping[str, Value] = field(default_factory=dict)
    lookups: tuple[Value, ...] = ()
    unknown: tuple[str, ...] = ()


def read_rules(props: Mapping[str, Stanza], transforms: Mapping[str, Stanza]) -> dict[str, Rules]:
    """Source type to its rules. Stanzas for a source or a host do not say which records are meant here."""
    return {name: _rules(keys, transforms) for name, keys in props.items() if "::" not in name}


def _rules(keys: Stanza, transforms: Mapping[str, Stanza]) -> Rules:
    kinds: dict[str, dict[str, Value]] = {}
    for key, value in keys.items():
        kind, _, name = key.partition("-")
        kinds.setdefault(kind.upper(), {})[name] = value
    extractions = [_extraction(value) for _, value in sorted(kinds.get("EXTRACT", {}).items())]
    unknown = []
    for name, value in sorted(kinds.get("REPORT", {}).items()):
        found = list(_reports(value, transforms))
        extractions += [extraction for extraction in found if extraction is not None]
        unknown += [f"REPORT-{name}"] if None in found else []
    return Rules(
        tuple(extractions),
        tuple(alias for value in kinds.get("FIELDALIAS", {}).values() for alias in _aliases(value.text)),
        kinds.get("EVAL", {}),
        tuple(value for _, value in sorted(kinds.get("LOOKUP", {}).items())),
        tuple(unknown),
    )


def _extraction(value: Value) -> Extraction:
    """`expression` or `expression in field`."""
    match = _IN_FIELD.fullmatch(value.text)
    text, source = match.groups() if match else (value.text, "_raw")
    return Extraction(Value(text, value.file, value.line, value.column), source, _named(text))


def _named(expression: str) -> dict[str, str | int]:
    return {name: name for name in _GROUP.findall(expression)}


def _reports(value: Value, transforms: Mapping[str, Stanza]) -> Iterator[Extraction | None]:
    """The transforms that a REPORT names; None for one whose fields are not known beforehand."""
    for name in value.text.split(","):
        stanza = transforms.get(name.strip(), {})
        if "REGEX" not in stanza:
            yield None
            continue
        text = {key: setting.text for key, setting in stanza.items()}
        numbered = {field: int(group) for field, group in _FORMAT.findall(text.get("FORMAT", ""))}
        groups = {**_named(text["REGEX"]), **numbered}
        every = stanza.get("MV_ADD", NOT_SET).truth()
        yield Extraction(stanza["REGEX"], text.get("SOURCE_KEY", "_raw"), groups, every) if groups else None


def _aliases(text: str) -> Iterator[Alias]:
    for source, word, name in _ALIAS.findall(text):
        yield Alias(name.strip("\"'"), source.strip("\"'"), word.upper() == "ASNEW")

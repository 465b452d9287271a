"""Lookup tables: found by name, read once, matched as transforms.conf says, written for one search only.

A name means, in this order: what the search itself wrote, a table given by the caller, a stanza of
transforms.conf in the app or the add-on, a CSV file in their lookups folders. No name leads out of those
folders, and no search writes to disk, but for a KV store that is given: what outputlookup writes is kept there.
https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/configure-and-manage-lookups
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from splreplay.knowledge import kvstore
from splreplay.knowledge.conf import NOT_SET, Stanza
from splreplay.spl.errors import CompileError, MissingLookupError, RunError, Span, nearest
from splreplay.values.rows import Row

if TYPE_CHECKING:
    from splreplay.knowledge.app import App
    from splreplay.knowledge.kvstore import KVStore

MOST_MATCHES = 1000
_FILE = re.compile(r"\w[\w.-]{0,200}\.csv(\.gz)?", re.ASCII)
_RULE = re.compile(r"(EXACT|WILDCARD|CIDR)\s*\(\s*([^)\s]+)\s*\)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """Rows of text or lists of text; an empty cell is no value."""

    fields: tuple[str, ...]
    rows: Sequence[Row]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]], fields: Iterable[str] = ()) -> Table:
        kept = [{name: _cell(value) for name, value in row.items() if value not in (None, "", [])} for row in rows]
        return cls(tuple(dict.fromkeys([*fields, *(name for row in kept for name in row)])), kept)


@dataclass(frozen=True)
class Definition:
    """How a table is matched: a stanza of transforms.conf, or Splunk's defaults for a bare file."""

    name: str
    file: str | None = None
    collection: str = ""  # of the KV store, in this app
    app: str = ""
    fields: tuple[str, ...] = ()
    case_sensitive: bool = True
    max_matches: int = 100
    min_matches: int = 0
    default_match: str = ""
    kinds: Mapping[str, str] | None = None  # lookup field -> WILDCARD or CIDR


@dataclass(frozen=True)
class Shelf:
    """The tables that one search sees: those of the apps, the nearest first, those given, those it wrote itself."""

    apps: Sequence[App] = ()
    given: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    warn: Callable[[str], None] = lambda message: None
    kv: KVStore | None = None
    _tables: dict[str, Table] = field(default_factory=dict)

    def definition(self, name: str, span: Span | None = None) -> Definition:
        """The stanza of that name, or the defaults."""
        for app in self.apps:
            stanza = app.transforms.get(name)
            if stanza is not None and ("filename" in stanza or "external_type" in stanza or "external_cmd" in stanza):
                return _definition(name, stanza, app.origin("transforms", name), span, self.warn)
        return Definition(name, name if _FILE.fullmatch(name) else None)

    def table(self, name: str, span: Span | None = None) -> tuple[Definition, Table]:
        """The table that a search means; RunError with the names that exist."""
        found = self.definition(name, span)
        key = _key(found)
        if key not in self._tables:
            rows = self._given(name)
            self._tables[key] = Table.of(rows) if rows is not None else self._stored(found, span)
        return found, self._tables[key]

    def write(self, name: str, rows: Sequence[Row], fields: Sequence[str]) -> bool:
        """The table that later stages of this search see under that name; whether it is kept beyond the search."""
        found = self.definition(name)
        self._tables[_key(found)] = Table.of(rows, fields)
        if not found.collection or self.kv is None:
            return False
        with _told(found):
            documents = [kvstore.typed(row, self._collection(found)) for row in rows]
            self.kv.save(kvstore.Place(found.app, found.collection), documents, alone=True)
        return True

    def _collection(self, found: Definition) -> Mapping[str, str]:
        """The settings of a collection in collections.conf."""
        stanzas = (app.conf("collections").get(found.collection) for app in self.apps)
        return {key: value.text for stanza in stanzas if stanza for key, value in stanza.items()}

    def _given(self, name: str) -> Sequence[Mapping[str, Any]] | None:
        for spelling in (name, f"{name}.csv", name.removesuffix(".csv")):
            if spelling in self.given:
                return self.given[spelling]
        return None

    def _stored(self, found: Definition, span: Span | None) -> Table:
        if found.collection and self.kv is not None:
            with _told(found):
                documents = self.kv.documents(kvstore.Place(found.app, found.collection))
            wanted = {*found.fields, kvstore.KEY} if found.fields else None
            rows = [{name: _plain(value) for name, value in row.items() if not wanted or name in wanted}
                    for row in documents]  # fmt: skip
            return Table.of(rows, found.fields)
        if found.collection:
            self.warn(f"lookup '{found.name}' is a KV store collection: it begins empty here")
            return Table(found.fields, ())
        for app in self.apps:
            path = app.lookup_files.get(found.file) if found.file and _FILE.fullmatch(found.file) else None
            if path is not None:
                return read_csv(path)
        raise MissingLookupError(found.name, span, self._advice(found))

    def _advice(self, found: Definition) -> str:
        name = found.name
        if found.file and found.file != name:
            return f"its stanza in transforms.conf names '{found.file[:60]}': put that file into the app's lookups/"
        known = {*self._tables, *self.given}
        for app in self.apps:
            known |= {stanza for stanza, keys in app.transforms.items() if "filename" in keys}
            known |= {file for file in app.lookup_files if file.endswith(".csv")}
        return nearest(name, known) or (
            "put a CSV file of that name into the app's lookups/, or define it in transforms.conf"
        )


@contextmanager
def _told(found: Definition) -> Iterator[None]:
    """What the KV store refuses, as a search says it."""
    try:
        yield
    except (kvstore.UnavailableError, kvstore.InvalidError) as error:
        raise RunError(f"the lookup '{found.name[:100]}' is not available: {error}") from None


def _plain(value: Any) -> Any:
    """A document's value as a lookup gives it: whole numbers without a point, objects as their JSON."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | bool | None) else json.dumps(value)


def _definition(name: str, stanza: Stanza, app: str, span: Span | None, warn: Callable[[str], None]) -> Definition:
    text = {key: value.text for key, value in stanza.items()}
    if "external_cmd" in text or text.get("external_type", "kvstore") != "kvstore":
        raise CompileError(
            f"lookup '{name}' runs a script, which this tool does not", span, "give its rows as a CSV file"
        )
    if "time_field" in text:
        raise CompileError(f"lookup '{name}' is bound to time (time_field), which is not supported", span)
    rules = text.get("match_type", "")
    kinds = {field: kind.upper() for kind, field in _RULE.findall(rules)}
    if odd := _RULE.sub("", rules).strip(", \n"):
        warn(f"lookup '{name}': match_type knows WILDCARD(field) and CIDR(field), so '{odd[:60]}' matches exactly")
    fields = tuple(field.strip() for field in text.get("fields_list", "").split(",") if field.strip())
    return Definition(
        name,
        text.get("filename"),
        "" if "filename" in text else text.get("collection", name),
        app,
        fields,
        stanza.get("case_sensitive_match", NOT_SET).truth(empty=True),
        min(max(_number(text.get("max_matches"), 100), 1), MOST_MATCHES),
        _number(text.get("min_matches"), 0),
        text.get("default_match", ""),
        kinds,
    )


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else default


def _key(found: Definition) -> str:
    """One table may be named by its stanza and by its file."""
    return found.file or found.name


def read_csv(path: Path) -> Table:
    """A CSV file, also gzipped; the first line that is not blank names the fields.

    As Splunk's own lookups are written and matched: blanks behind a comma belong to no value, blank lines are no rows.
    """
    place = ""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
        csv.field_size_limit(2**31 - 1)  # one limit for the whole process: a long cell is read, whoever came first
        lines = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
        try:
            header, *rows = [line for line in lines if line not in ([], [""])] or [[]]
        finally:
            place = f", line {lines.line_num}"
        return Table.of((_named(header, line) for line in rows), filter(None, header))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise RunError(
            f"cannot read lookup {path.name}{place}: {error}", advice="a lookup is CSV in UTF-8 with a header"
        ) from error


def _named(header: Sequence[str], line: Sequence[str]) -> Row:
    """A column without a name, such as one behind a comma that ends the line, is no field."""
    return {name: value for name, value in zip(header, line, strict=False) if name}


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return _text(value)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)

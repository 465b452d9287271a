"""`iplocation`: where an address is, from a MaxMind database that the user names.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/iplocation
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from splreplay.commands.parts.arguments import one_name
from splreplay.commands.row import CommandRow, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean
from splreplay.spl.errors import CompileError, RunError, Span, installing
from splreplay.sql.derive import derive
from splreplay.sql.expr import text
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.commands.walk import Walk
    from splreplay.spl.pipeline import PipelineParser

ADVICE = "name a City database: --maxmind GeoLite2-City.mmdb"
# Field -> keys into a record of the database; {lang} is filled in.
FIELDS = {
    "City": ("city", "names", "{lang}"),
    "Country": ("country", "names", "{lang}"),
    "Region": ("subdivisions", 0, "names", "{lang}"),
    "lat": ("location", "latitude"),
    "lon": ("location", "longitude"),
}
MORE_FIELDS = {
    "Continent": ("continent", "names", "{lang}"),
    "MetroCode": ("location", "metro_code"),
    "Timezone": ("location", "time_zone"),
}


@dataclass(frozen=True)
class Iplocation(ast.Node):
    field: str
    prefix: str
    allfields: bool
    lang: str


def parse(parser: PipelineParser, span: Span) -> Iplocation:
    known: dict[str, Converter] = {"prefix": str, "allfields": boolean, "lang": str}
    options, field = one_name(parser.cursor(span), known, "iplocation")
    return Iplocation(
        field,
        str(options.get("prefix", "")),
        bool(options.get("allfields")),
        str(options.get("lang", "en")),
        span=span,
    )


def compile_iplocation(walk: Walk, before: Relation, node: Iplocation) -> Relation:
    get = _reader(walk, node)
    fields = {**FIELDS, **(MORE_FIELDS if node.allfields else {})}

    def locate(address: str | None) -> dict[str, str]:
        record = get(address) if address is not None else None
        if record is None:
            return {}
        return {node.prefix + name: _value(record, keys, node.lang) for name, keys in fields.items()}

    return derive(walk, before, [text(walk.scope(before).field(node.field))], locate)


def _reader(walk: Walk, node: Iplocation) -> Callable[[str], Any]:
    if walk.maxmind is None:
        raise CompileError("'iplocation' needs a database of addresses, and none was named", node.span, ADVICE)
    try:
        import maxminddb

        reader = maxminddb.open_database(walk.maxmind)
    except ImportError:
        advice = installing("maxminddb")
        raise CompileError("'iplocation' needs the package maxminddb", node.span, advice) from None
    except (OSError, ValueError) as error:
        raise RunError(f"cannot read the MaxMind database: {error}", node.span, ADVICE) from None

    def get(address: str) -> Any:
        try:
            return reader.get(ipaddress.ip_address(address.strip()))
        except ValueError:
            return None

    return get


def _value(record: Any, keys: tuple[str | int, ...], lang: str) -> str:
    """The value under the keys; Splunk writes an empty text where the database has none."""
    for key in keys:
        try:
            record = record[lang if key == "{lang}" else key]
        except (KeyError, IndexError, TypeError):
            return ""
    return str(record)


ROWS = (
    CommandRow("iplocation", parse, compile_iplocation, lambda node: reads([node.field]), example="iplocation src_ip"),
)

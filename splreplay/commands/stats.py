"""`stats`: aggregates over groups.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/stats
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from splreplay.commands.parts.aggregates import Aggregate, parse_terms
from splreplay.commands.parts.aggregates_sql import (
    Setting,
    columns_for,
    cut_lists,
    expand,
    grouped,
    key_of,
    split_groups,
)
from splreplay.commands.row import CommandRow, Reads, reads
from splreplay.spl import ast
from splreplay.spl.cursor import Converter, boolean, whole
from splreplay.spl.errors import Span
from splreplay.sql.derive import for_wildcards
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.spl.pipeline import PipelineParser
    from splreplay.sql.session import Session


@dataclass(frozen=True)
class Stats(ast.Node):
    """`dedup` is dedup_splitvals; `delim` is what `nomv` puts between the values of values() and list()."""

    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]
    allnum: bool = False
    dedup: bool = False
    delim: str = " "


def prestats(text: str) -> object:
    raise ValueError("partial results of one indexer for another have no use here; leave it out")


# `partitions` only says how many threads Splunk may use.
OPTIONS: dict[str, Converter] = {
    "allnum": boolean,
    "delim": str,
    "partitions": whole,
    "dedup_splitvals": boolean,
    "dedup_splitval": boolean,
    "prestats": prestats,
}


def parse(parser: PipelineParser, span: Span) -> Stats:
    terms = parse_terms(parser.cursor(span), OPTIONS)
    options = terms.options
    dedup = bool(options.get("dedup_splitvals", options.get("dedup_splitval", False)))
    return Stats(
        terms.aggregates,
        terms.by,
        bool(options.get("allnum", False)),
        dedup,
        str(options.get("delim", " ")),
        span=span,
    )


def compile_stats(session: Session, before: Relation, node: Stats) -> Relation:
    before = for_wildcards(session, before, (field for item in node.aggregates for field in item.fields))
    relation = split_groups(session, before, node.by, node.dedup)
    setting = Setting(session.scope(relation), allnum=node.allnum)
    items = expand(session, node.aggregates, relation.columns, node.by)
    keys = {name: key_of(setting.scope, name) for name in node.by}
    return cut_lists(session, grouped(session, relation, keys, columns_for(session, setting, items, node.delim)), items)


def reads_stats(node: Stats) -> Reads:
    return reads([*node.by, *(field for item in node.aggregates for field in item.fields)], closes=True)


ROWS = (CommandRow("stats", parse, compile_stats, reads_stats, example="stats count values(src_ip) by user"),)

"""What a pipeline can do: one row a command, defined beside its parser and its SQL.

A new command is a row in a file of this package, its name in MODULES, and a case in tests/cases/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from splreplay.commands.refused import REFUSED
from splreplay.commands.row import CommandRow
from splreplay.knowledge.commands import CommandFile
from splreplay.spl.pipeline import Grammar

# file -> the commands that its ROWS define
MODULES = {
    "accum": "accum autoregress delta uniq",
    "append": "append appendcols appendpipe multisearch union",
    "bin": "bin bucket discretize",
    "chart": "chart",
    "convert": "convert",
    "custom": "custom",
    "dedup": "dedup",
    "evals": "eval fieldformat where",
    "eventstats": "eventstats",
    "extract": "extract kv",
    "fields": "fields table",
    "fieldsummary": "fieldsummary",
    "foreach": "foreach",
    "format": "format return",
    "indexes": "eventcount metadata",
    "inputlookup": "inputlookup outputlookup",
    "iplocation": "iplocation",
    "join": "join",
    "labels": "rangemap strcat",
    "lookup": "lookup",
    "makecontinuous": "makecontinuous",
    "makeresults": "addinfo makeresults",
    "map": "map",
    "multivalue": "makemv mvcombine mvexpand nomv",
    "nulls": "filldown fillnull",
    "rename": "rename",
    "replace": "replace",
    "reshape": "transpose untable xyseries",
    "rex": "regex rex",
    "rows": "head reverse tail",
    "savedsearch": "savedsearch",
    "search": "search",
    "sort": "sort",
    "spath": "spath",
    "stats": "stats",
    "streamstats": "streamstats",
    "timechart": "timechart",
    "top": "rare top",
    "totals": "addcoltotals addtotals",
    "transaction": "transaction",
    "tstats": "tstats",
    "unpack": "fromjson xmlkv",
}


class Commands(Mapping[str, CommandRow]):
    """The rows by name. A search has a few of them, and only their files are imported: start-up is felt."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._files = {name: file for file, names in modules.items() for name in names.split()}
        self._rows: dict[str, CommandRow] = {}

    def __getitem__(self, name: str) -> CommandRow:
        if name not in self._rows:
            module = import_module(f"{__name__}.{self._files[name]}")
            self._rows.update({row.name: row for row in module.ROWS})
        return self._rows[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


COMMANDS = Commands(MODULES)


def grammar(custom: Mapping[str, CommandFile] | None = None) -> Grammar:
    """The language, with an app's own commands; those that do not run here are refused by name."""
    known = custom or {}
    refused = {name: command.problem for name, command in known.items() if command.problem}
    return Grammar(COMMANDS, {**REFUSED, **refused}, frozenset(known) - frozenset(refused))


__all__ = ["COMMANDS", "MODULES", "REFUSED", "CommandRow", "grammar"]

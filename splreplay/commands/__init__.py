"""What a pipeline can do: one row a command, defined beside its parser and its SQL.

A new command is a row in a file of this package and a case in tests/cases/.
"""

from __future__ import annotations

from splreplay.commands import (
    append,
    bin,
    chart,
    convert,
    custom,
    dedup,
    evals,
    eventstats,
    fields,
    foreach,
    format,
    inputlookup,
    iplocation,
    join,
    labels,
    lookup,
    makeresults,
    multivalue,
    nulls,
    rename,
    replace,
    reshape,
    rex,
    rows,
    running,
    savedsearch,
    search,
    sort,
    spath,
    stats,
    streamstats,
    timechart,
    top,
    totals,
    transaction,
    tstats,
)
from splreplay.commands.refused import REFUSED
from splreplay.commands.row import CommandRow

_FILES = (
    search,
    evals,
    fields,
    rows,
    sort,
    dedup,
    stats,
    eventstats,
    streamstats,
    bin,
    chart,
    timechart,
    top,
    transaction,
    append,
    convert,
    foreach,
    format,
    inputlookup,
    iplocation,
    join,
    lookup,
    makeresults,
    multivalue,
    nulls,
    rename,
    replace,
    rex,
    savedsearch,
    spath,
    tstats,
    labels,
    reshape,
    running,
    totals,
    custom,
)

COMMANDS: dict[str, CommandRow] = {row.name: row for file in _FILES for row in file.ROWS}

__all__ = ["COMMANDS", "REFUSED", "CommandRow"]

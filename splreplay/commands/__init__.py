"""What a pipeline can do: one row a command, defined beside its parser and its SQL.

A new command is a row in a file of this package and a case in tests/cases/.
"""

from __future__ import annotations

from splreplay.commands import (
    append,
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
    lookup,
    makeresults,
    multivalue,
    nulls,
    rename,
    replace,
    rex,
    rows,
    savedsearch,
    search,
    sort,
    spath,
    stats,
    streamstats,
    tstats,
)
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
    custom,
)

COMMANDS: dict[str, CommandRow] = {row.name: row for file in _FILES for row in file.ROWS}

# Real commands that cannot work without what only a Splunk deployment has.
REFUSED = {
    "anomalies": "it scores how unexpected a row is by a model that Splunk does not document",
    "anomalydetection": "its statistical model is not documented closely enough to give the same rows",
    "anomalousvalue": "its statistical model is not documented closely enough to give the same rows",
    "apply": "it needs a model that was trained in Splunk's Machine Learning Toolkit",
    "cluster": "its measure of likeness is not documented closely enough to give the same rows",
    "collect": "it writes to a summary index, and there is none here",
    "datamodel": "it reads an accelerated data model; write the search over the events",
    "dbxquery": "it needs a database connection of Splunk DB Connect",
    "delete": "it removes events from an index",
    "dump": "it writes files on a search head",
    "fit": "it needs Splunk's Machine Learning Toolkit",
    "from": "it reads a dataset or data model of a search head; write the search over the events",
    "inputcsv": "it reads a search head's dispatch folder; use inputlookup",
    "kmeans": "it begins from random numbers, so no two runs agree",
    "loadjob": "it needs the stored rows of an earlier job; use savedsearch",
    "map": "it runs a search for every row; use a subsearch, join or lookup",
    "mcollect": "it writes to a metric index, and there is none here",
    "metadata": "it reads an index's own files; use | tstats count by sourcetype",
    "mstats": "it reads a metric index, and there is none here",
    "outputcsv": "it writes a search head's dispatch folder; choose --format csv",
    "pivot": "it reads a data model; write the search over the events",
    "predict": "its forecasting models are not documented closely enough to give the same rows",
    "rest": "it asks a running Splunk for its own state",
    "script": "it runs a program from a search head; define the command in commands.conf",
    "sendalert": "it runs an alert action of a search head",
    "sendemail": "it sends mail from a search head",
}

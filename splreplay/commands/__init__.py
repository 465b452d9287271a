"""What a pipeline can do: one row a command, defined beside its parser and its SQL.

A new command is a row in a file of this package and a case in tests/cases/.
"""

from __future__ import annotations

from splreplay.commands import custom, evals, fields, rows, search, stats
from splreplay.commands.row import CommandRow

_FILES = (search, evals, fields, rows, stats, custom)

COMMANDS: dict[str, CommandRow] = {row.name: row for file in _FILES for row in file.ROWS}

# Real commands that cannot work without what only a Splunk deployment has.
REFUSED = {
    "apply": "it needs a model that was trained in Splunk's Machine Learning Toolkit",
    "fit": "it needs Splunk's Machine Learning Toolkit",
    "anomalydetection": "its statistical model is not documented closely enough to give the same rows",
}

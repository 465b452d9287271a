"""What an alert action is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from splreplay.serve.state.jobs import Job
from splreplay.values.rows import Row


@dataclass(frozen=True)
class Firing:
    """A saved search, its settings, the job that ran it, and the rows that its alert is about."""

    name: str
    app: str
    values: Mapping[str, str]
    job: Job
    rows: Sequence[Row]


Said = list[tuple[str, str]]  # messages for the job: kind and text

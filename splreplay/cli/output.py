"""Rows and findings as text: tables for people, JSON, NDJSON and CSV for machines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from splreplay.engine import Result

# What is said of a finding before its own fields, in this order.
HEADLINES = (
    ("entity", "Entity"), ("risk_score", "Risk score"), ("severity", "Severity"),
    ("security_domain", "Security domain"), ("risk_message", "Risk message"),
)  # fmt: skip
NAME_WIDTH = 20
COUNTS = (("parsed", "parsed"), ("passed_over", "passed over unread"), ("malformed", "malformed"))
HIDDEN = {"annotations", "drilldown_searches", "rule_title", "rule_description", "search_name", "entity_type",
          "threat_objects", "risk_object_type"}  # fmt: skip


def show_rows(result: Result, form: str, out: IO[str]) -> None:
    hidden = result.hidden if form == "table" else ()
    fields = [field for field in result.fields if field not in hidden and any(field in row for row in result.rows)]
    _WRITERS[form](fields, result.rows, out)


def show_report(report: Mapping[str, Any], form: str, out: IO[str]) -> None:
    """The outcome of `run`: JSON is the whole report, NDJSON and CSV the findings, a table all for people.

    A pipe or a file gets the table as lines: no boxes, and none of the time that it takes to draw them.
    """
    if form == "json":
        print(json.dumps(report, indent=2, ensure_ascii=False), file=out)
    elif form == "table" and out.isatty():
        report_table(report, _console(out))
    elif form == "table":
        print(*report_lines(report), sep="\n", file=out)
    else:
        found = report["findings"]
        _WRITERS[form](list(dict.fromkeys(name for finding in found for name in finding)), found, out)


def _json(fields: Sequence[str], rows: Sequence[Mapping[str, Any]], out: IO[str]) -> None:
    print(json.dumps(list(rows), indent=2, ensure_ascii=False), file=out)


def _ndjson(fields: Sequence[str], rows: Sequence[Mapping[str, Any]], out: IO[str]) -> None:
    for row in rows:
        print(json.dumps(row, ensure_ascii=False), file=out)


def _csv(fields: Sequence[str], rows: Sequence[Mapping[str, Any]], out: IO[str]) -> None:
    """A list is one cell with a line for each value, as Splunk exports it."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([[_cell(row.get(field)) for field in fields] for row in rows])


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(item if isinstance(item, str) else json.dumps(item) for item in value)
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _table(fields: Sequence[str], rows: Sequence[Mapping[str, Any]], out: IO[str]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold")
    for field in fields:
        table.add_column(Text(_printable(field)), overflow="fold")
    for row in rows:
        table.add_row(*[Text(_printable(_cell(row.get(field)))) for field in fields])
    _console(out).print(table if rows else "no results")


def report_table(report: Mapping[str, Any], console: Any) -> None:
    """Findings and risk events on a rich console."""
    from rich.panel import Panel

    for finding in report["findings"]:
        console.print(
            Panel(
                _grid(finding),
                title=f"[bold red]Finding[/] {_escaped(finding['rule_title'])}",
                title_align="left",
            )
        )
    for event in report["risk_events"]:
        console.print(f"[bold yellow]Risk event[/] {_escaped(_risk(event))}")
    if not report["findings"]:
        console.print("[green]No findings[/]")
    console.print(summary(report["stats"]), style="dim")


def report_lines(report: Mapping[str, Any]) -> Iterator[str]:
    for finding in report["findings"]:
        yield f"Finding {_printable(finding['rule_title'])}"
        for name, value in _facts(finding):
            yield f"{name:<{NAME_WIDTH}}  " + value.replace("\n", "\n" + " " * (NAME_WIDTH + 2))
    yield from (f"Risk event {_printable(_risk(event))}" for event in report["risk_events"])
    yield from () if report["findings"] else ("No findings",)
    yield summary(report["stats"])


def _risk(event: Mapping[str, Any]) -> str:
    threats = ", ".join(f"{t['threat_object']} ({t['threat_object_type']})" for t in event["threat_objects"])
    who = f"{event['risk_object']} ({event['risk_object_type']})"
    return f"{who} scores {event['risk_score']}; threat object {threats}"


def summary(stats: Mapping[str, Any]) -> str:
    """One line with what was read; the records that the prefilter passed over were not parsed."""
    read = f"{stats['events']:,} events in {stats['files']:,} files, {stats['bytes']:,} bytes"
    counts = ", ".join(f"{stats[key]:,} {label}" for key, label in COUNTS)
    return f"{read}, {stats['seconds']} s: {counts}"


def _facts(finding: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    told = dict(HEADLINES)
    pairs = [(label, finding[key]) for key, label in HEADLINES]
    pairs += [(key, value) for key, value in finding.items() if key not in told and key not in HIDDEN]
    return ((_printable(name), _printable(_cell(value))) for name, value in pairs)


def _grid(finding: Mapping[str, Any]) -> Any:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for name, value in _facts(finding):
        grid.add_row(Text(name, style="cyan"), Text(value, overflow="fold"))
    return grid


def _console(out: IO[str]) -> Any:
    from rich.console import Console

    return Console(file=out, highlight=False, width=None if out.isatty() else 160)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(_printable(text))


def _printable(text: str) -> str:
    """Control characters in a log must not drive the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


_WRITERS = {"json": _json, "ndjson": _ndjson, "csv": _csv, "table": _table}

"""Rows and findings as text: tables for people, JSON, NDJSON and CSV for machines."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from splreplay.cli.screen import Screen, cells, folded
from splreplay.cli.tables import as_text, lines_of_events, lines_of_table
from splreplay.findings import own_fields
from splreplay.values import moments
from splreplay.values.printable import printable, printable_json

if TYPE_CHECKING:
    from splreplay.engine import Result

# What is said of a finding before its own fields, in this order.
HEADLINES = (
    ("entity", "Entity"), ("risk_score", "Risk score"), ("severity", "Severity"),
    ("security_domain", "Security domain"), ("risk_message", "Risk message"),
)  # fmt: skip
OF_RISK = (("risk_object", "Risk object"), ("risk_object_type", "Type"), ("risk_score", "Risk score"))
OF_ONE_KIND = ("csv", "ndjson")  # they hold what a search tells, and nothing beside it
NAME_WIDTH = 20
MANY = 5  # findings that need no summary before them
NARROWEST = 8  # columns that a value has beside its name, however narrow the screen
EVERY = 1 << 30  # lines: nothing of a finding is left out
COUNTS = (("parsed", "parsed"), ("passed_over", "passed over unread"), ("malformed", "malformed"))
Row = Mapping[str, Any]


class Told(NamedTuple):
    """What a search tells: findings, or risk_events where it makes none by design; fields that a table leaves out."""

    kind: str = "findings"
    hidden: frozenset[str] = frozenset()


_encode = json.JSONEncoder(ensure_ascii=False).encode  # dumps() would make one for each row


def show_rows(result: Result, form: str, out: IO[str], tz: str) -> None:
    """The rows of a search, `_time` as Splunk shows it. A field that a command chose stays, though no row has it.

    NDJSON takes `unread` rows, too.
    """
    if result.unread:
        from splreplay.load.late import as_json

        _write(map(printable_json, as_json(result.fields, moments.shown(result.rows, tz), _encode)), out)
        return
    used = set(chain.from_iterable(result.rows) if result.events else result.fields)
    hidden = result.hidden if form == "table" else ()
    fields = [field for field in result.fields if field in used and field not in hidden]
    if form != "table":
        _WRITERS[form](fields, moments.shown(result.rows, tz), out)
        return
    rows = moments.shown(result.rows, tz, moments.plain)
    layout = lines_of_events if result.events and "_raw" in used else lines_of_table
    lines: Iterable[str] = layout(fields, rows, Screen.of(out)) if result.rows else ["no results"]
    _write(lines, out)


def show_report(report: Mapping[str, Any], form: str, out: IO[str], tz: str, told: Told) -> None:
    """The outcome of `run`: JSON is the whole report, NDJSON and CSV what the search tells, a table all for people.

    A pipe or a file gets the table as lines: no boxes, and none of the time that it takes to draw them.
    """
    time = moments.plain if form == "table" else moments.iso
    report = {**report, **{key: list(moments.shown(report[key], tz, time)) for key in ("findings", "risk_events")}}
    found = report[told.kind]
    if form == "json":
        print(printable_json(json.dumps(report, indent=2, ensure_ascii=False)), file=out)
    elif form != "table":
        _WRITERS[form](list(dict.fromkeys(name for finding in found for name in finding)), found, out)
    else:
        screen = Screen.of(out)
        _write(_listed(found, told.kind.replace("_", " "), screen), out)
        if out.isatty():
            report_table(report, _console(out), told)
        else:
            _write(report_lines(report, told, screen.width), out)


def _write(lines: Iterable[str], out: IO[str]) -> None:
    out.writelines(f"{line}\n" for line in lines)


def _json(fields: Sequence[str], rows: Iterable[Row], out: IO[str]) -> None:
    """An array that is written as its rows come."""
    before = "["
    for row in rows:
        text = printable_json(json.dumps(row, indent=2, ensure_ascii=False))
        out.write(before + "\n  " + text.replace("\n", "\n  "))
        before = ","
    out.write("[]\n" if before == "[" else "\n]\n")


def _ndjson(fields: Sequence[str], rows: Iterable[Row], out: IO[str]) -> None:
    _write(map(printable_json, map(_encode, rows)), out)


def _csv(fields: Sequence[str], rows: Iterable[Row], out: IO[str]) -> None:
    """A list is one cell with a line for each value; what does not print is an escape."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(printable, fields))
    writer.writerows([[printable(as_text(row.get(field)), "\n") for field in fields] for row in rows])


# --- findings --------------------------------------------------------------------------------------------
def _listed(found: Sequence[Row], what: str, screen: Screen) -> Iterator[str]:
    """Where there are many findings, or risk events, a line of each comes first."""
    if len(found) <= MANY:
        return
    yield screen.bold(f"{len(found):,} {what}")
    places = len(str(len(found)))
    for place, finding in enumerate(found, 1):
        names = ("risk_score", "severity", "entity", "risk_object", "risk_message")
        facts = (_line(finding[name]) for name in names if name in finding)
        yield _cut(f"{place:>{places}}  {'  '.join(facts)}", screen.width)
    yield ""


def _line(value: Any) -> str:
    return printable(as_text(value).replace("\n", ", "))


def _cut(text: str, width: int) -> str:
    """A line that fits."""
    if cells(text) <= width:
        return text
    while cells(text) > width - 3:
        text = text[: -max(1, (cells(text) - width + 3) // 2)]
    return f"{text}..."


def report_table(report: Mapping[str, Any], console: Any, told: Told) -> None:
    """Findings and risk events on a rich console; a title in a frame would be cut where it is long."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    what, colour = ("Finding", "red") if told.kind == "findings" else ("Risk event", "yellow")
    for found in report[told.kind]:
        title = Text(_title(found, told), style="bold", overflow="fold")
        grid = _grid(found, told, console.width)
        console.print(Panel(Group(title, grid), title=f"[bold {colour}]{what}[/]", title_align="left"))
    for event in report["risk_events"] if told.kind == "findings" else ():
        first, *rest = _folded(f"Risk event {_risk(event)}", 2, console.width)
        console.print(Text("\n".join([first, *rest]), style="yellow"))
    if not report["findings"]:
        console.print(Text(_none(told), style="green"))
    console.print("\n".join(_closing(report)), style="dim")


def report_lines(report: Mapping[str, Any], told: Told, width: int) -> Iterator[str]:
    what = "Finding" if told.kind == "findings" else "Risk event"
    for found in report[told.kind]:
        yield from _folded(f"{what} {_title(found, told)}", 2, width)
        for name, value in _facts(found, told):
            yield from _folded(f"{name:<{NAME_WIDTH}}  {value}", NAME_WIDTH + 2, width)
    for event in report["risk_events"] if told.kind == "findings" else ():
        yield from _folded(f"Risk event {_risk(event)}", 2, width)
    yield from () if report["findings"] else (_none(told),)
    yield from _closing(report)


def _title(found: Row, told: Told) -> str:
    return printable(found["rule_title" if told.kind == "findings" else "risk_message"])


def _none(told: Told) -> str:
    return "No findings" if told.kind == "findings" else "No findings: this search only adds risk"


def _folded(text: str, indent: int, width: int) -> Iterator[str]:
    """Lines that fit; all but the first stand in by the indent, also those that the text itself begins."""
    for place, part in enumerate(text.split("\n")):
        first = "" if place else next(folded(part, width, EVERY), "")
        yield from () if place else (first.rstrip(),)
        rest = part[len(first) :]
        yield from (" " * indent + line.rstrip() for line in folded(rest, max(width - indent, NARROWEST), EVERY))


def _closing(report: Mapping[str, Any]) -> Iterator[str]:
    """How many there were, where they fill more than a screen, and what was read."""
    findings, risks = len(report["findings"]), len(report["risk_events"])
    if findings > MANY:
        yield f"{findings:,} findings, {_counted(risks, 'risk event')}"
    yield summary(report["stats"])


def _risk(event: Row) -> str:
    """On one line; its message a finding has told."""
    threats = ", ".join(f"{t['threat_object']} ({t['threat_object_type']})" for t in event["threat_objects"])
    who = f"{event['risk_object']} ({event['risk_object_type']})"
    return printable(f"{who} scores {event['risk_score']}{f'; threat object {threats}' if threats else ''}")


def summary(stats: Mapping[str, Any]) -> str:
    """One line with what was read; the records that the prefilter passed over were not parsed."""
    read = f"{_counted(stats['events'], 'event')} in {_counted(stats['files'], 'file')}, {stats['bytes']:,} bytes"
    counts = ", ".join(f"{stats[key]:,} {label}" for key, label in COUNTS)
    return f"{read}, {stats['seconds']} s: {counts}"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _facts(found: Row, told: Told) -> Iterator[tuple[str, str]]:
    pairs = [(label, found[key]) for key, label in (HEADLINES if told.kind == "findings" else OF_RISK)]
    pairs += [(name, value) for name, value in own_fields(found, told.kind) if name not in told.hidden]
    return ((printable(name), printable(as_text(value), "\n")) for name, value in pairs)


def _grid(found: Row, told: Told, width: int) -> Any:
    """A name is never broken: what is long is its value, in the room that the frame leaves."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, max_width=max(width // 3, NAME_WIDTH))
    grid.add_column()
    for name, value in _facts(found, told):
        grid.add_row(Text(name, style="cyan"), Text(value, overflow="fold"))
    return grid


def _console(out: IO[str]) -> Any:
    from rich.console import Console

    return Console(file=out, highlight=False)


_WRITERS: Mapping[str, Callable[[Sequence[str], Iterable[Row], IO[str]], None]] = {
    "json": _json,
    "ndjson": _ndjson,
    "csv": _csv,
}

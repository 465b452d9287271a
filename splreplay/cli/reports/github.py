"""Annotations of a pull request at GitHub, one a failure: workflow commands on standard output.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
"""

from __future__ import annotations

from typing import IO

from splreplay.cli.reports.text import headline, said
from splreplay.values.printable import printable
from splreplay.verdicts.report import Report


def show(report: Report, out: IO[str]) -> None:
    for judged, case in report.failures():
        file, line = (case.place.file, case.place.line) if case.place else (case.file, case.line)
        title = f"{judged.name}: {case.verdict}"
        print(command(file, line, title, "\n".join(said(case)), case.place.column if case.place else 0), file=out)
    for problem in report.problems:
        print(command(problem.file, problem.line, "wrong YAML", problem.message), file=out)
    print(headline(report), file=out)


def command(file: str, line: int, title: str, message: str, column: int = 0) -> str:
    where = f"file={_property(file)},line={line}{f',col={column}' if column else ''},title={_property(title)}"
    return f"::error {where}::{_data(printable(message, chr(10)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
